"""A root directory with an Asterisk in it, for machines whose own packages have none.

Debian's stable releases have no Asterisk; `forky` has version 22. It is put into a directory of its
own, once (about half a minute and 350 MB), and kept: `python -m tests.live.asterisk_root`.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(os.environ.get("QOS_ASTERISK_ROOT", "/var/cache/qos-exporter/asterisk"))
SUITE = "forky"
BUILD_LIMIT_S = 400
OPTIONS = (
    "--variant=minbase",
    "--include=asterisk,iproute2",
    '--aptopt=APT::Install-Recommends "false"',
    '--aptopt=Acquire::Check-Valid-Until "false"',
)


def binary(root: Path = ROOT) -> Path:
    """Where Asterisk is in the directory."""
    return root / "usr/sbin/asterisk"


@functools.cache
def lacking() -> str:
    """Make the directory if need be; say why there is none, empty where there is."""
    if binary().exists():
        return ""
    if os.geteuid() != 0:
        return "no Asterisk: making its root directory needs root"
    if shutil.which("mmdebstrap") is None:
        return "no Asterisk: mmdebstrap, which makes its root directory, is not installed"
    return _build()


def _build() -> str:
    unfinished = ROOT.with_name(f"{ROOT.name}.{os.getpid()}")
    ROOT.parent.mkdir(parents=True, exist_ok=True)
    command = ["mmdebstrap", *OPTIONS, SUITE, str(unfinished), _mirror()]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=BUILD_LIMIT_S)
    except subprocess.TimeoutExpired:
        return f"no Asterisk: the packages did not come within {BUILD_LIMIT_S} s"
    except subprocess.CalledProcessError as error:
        last = (error.stderr or "no reason given").strip().splitlines()[-1]
        return f"no Asterisk: its root directory cannot be made: {last}"
    # Nothing is to be looked up on a bed, where nobody answers.
    (unfinished / "etc/resolv.conf").write_text("nameserver 127.0.0.1\n")
    unfinished.rename(ROOT)
    return ""


def _mirror() -> str:
    """Give the mirror that this machine has its own packages from."""
    command = ["apt-get", "indextargets", "--format", "$(SITE)"]
    found = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
    return found[0] if found else "http://deb.debian.org/debian"


if __name__ == "__main__":
    sys.exit(lacking())
