#!/usr/bin/env python3
"""Make sure that the programs and libraries of the system that a purpose needs are there.

    tools/system_packages.py build run test

As root it installs the Debian packages that are missing; otherwise it prints the one line that
does, and exits with 1. It looks for what it needs, not for packages, so a machine that has the
programs from elsewhere is left alone. Standard library only: it runs before there is a venv.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes.util
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path

OLDEST_PYTHON = (3, 11)
PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"])
POLICY = Path("/usr/sbin/policy-rc.d")

Check = Callable[[], bool]


def command(name: str) -> Check:
    """Check for a program; administrators' folders count even where PATH leaves them out."""
    return lambda: shutil.which(name, path=PATH) is not None


def module(name: str) -> Check:
    """Check for a module of this Python."""
    return lambda: importlib.util.find_spec(name) is not None


def library(name: str) -> Check:
    """Check for a shared library."""
    return lambda: ctypes.util.find_library(name) is not None


def file(path: str) -> Check:
    """Check for a file."""
    return Path(path).is_file


PYTHON_HEADER = str(Path(sysconfig.get_path("include"), "Python.h"))

NEEDS: dict[str, dict[str, Check]] = {
    "build": {
        "gcc": command("gcc"),
        "libc6-dev": file("/usr/include/stdio.h"),
        "python3-dev": file(PYTHON_HEADER),
        "python3-venv": module("ensurepip"),
    },
    "run": {
        "libpcap0.8": library("pcap"),
    },
    "stack": {
        "prometheus": command("prometheus"),
        "prometheus-alertmanager": command("prometheus-alertmanager"),
    },
    "test": {
        "baresip-core": command("baresip"),
        "chromium": command("chromium"),
        "ethtool": command("ethtool"),
        "git": command("git"),
        "iproute2": command("ip"),
        "kamailio": command("kamailio"),
        "linphone-cli": command("linphonec"),
        "mmdebstrap": command("mmdebstrap"),
        "nftables": command("nft"),
        "openssl": command("openssl"),
        "prometheus": command("promtool"),
        "prometheus-alertmanager": command("amtool"),
        "rtpengine-daemon": command("rtpengine"),
        "sip-tester": command("sipp"),
        "tshark": command("tshark"),
    },
    "bench": {
        "ethtool": command("ethtool"),
        "iproute2": command("ip"),
        "tcpreplay": command("tcpreplay"),
        "tshark": command("tshark"),
    },
}


def missing(purposes: list[str]) -> list[str]:
    """Name the packages whose contents are not found, each once."""
    return list(
        dict.fromkeys(
            package
            for purpose in purposes
            for package, is_there in NEEDS[purpose].items()
            if not is_there()
        )
    )


def is_system_python() -> bool:
    """Whether this interpreter is the one that Debian's python3-dev and python3-venv belong to."""
    return Path(sys.base_prefix) == Path("/usr")


@contextlib.contextmanager
def daemons_stay_off() -> Iterator[None]:
    """Keep a package that is wanted for its tools from starting its daemon."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink(missing_ok=True)


def install(packages: list[str]) -> None:
    """Install Debian packages without asking anything."""
    apt = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print(f"Installing {' '.join(packages)}", flush=True)
    subprocess.run([*apt, "update"], env=environment, check=True, stdout=subprocess.DEVNULL)
    with daemons_stay_off():
        subprocess.run(
            [*apt, "install", "--yes", "--no-install-recommends", *packages],
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )


def unusable_python() -> str | None:
    """Say what is wrong with this Python that no Debian package can mend."""
    if sys.version_info < OLDEST_PYTHON:
        return f"{sys.executable} is older than Python {'.'.join(map(str, OLDEST_PYTHON))}"
    if is_system_python():
        return None
    if not Path(PYTHON_HEADER).is_file():
        return f"{sys.executable} has no headers ({PYTHON_HEADER})"
    if not module("ensurepip")():
        return f"{sys.executable} cannot make a venv (it has no module ensurepip)"
    return None


def main() -> int:
    """Install or name what is missing; 0 when nothing is missing any more."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("purpose", nargs="+", choices=sorted(NEEDS))
    purposes: list[str] = parser.parse_args().purpose
    if problem := unusable_python():
        print(f"{problem}; say which Python to use with: make PYTHON=...", file=sys.stderr)
        return 1
    packages = missing(purposes)
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        install(packages)
        packages = missing(purposes)
    if packages:
        print("These Debian packages are missing; install them with:", file=sys.stderr)
        print(
            f"  sudo apt-get install --no-install-recommends {' '.join(packages)}", file=sys.stderr
        )
    return 1 if packages else 0


if __name__ == "__main__":
    sys.exit(main())
