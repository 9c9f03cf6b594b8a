"""Root file systems of Debian, and commands in them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MINUTE_S = 60
BASE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


WITH_PROC = 'mount -t proc proc "$1/proc" && exec chroot "$@"'
"""Enters a root with the processes shown in it; for a mount namespace that nobody else is in."""
SLIM = ("doc", "locale", "man")
"""What the slim images of Debian leave out below /usr/share; and it takes long to unpack."""


@dataclass(frozen=True, slots=True)
class Root:
    """A folder with a whole Debian in it."""

    path: Path

    def inside(self, path: str) -> Path:
        """Give the path on this machine of an absolute path inside."""
        return self.path / path.lstrip("/")

    def enter(self, *words: str) -> list[str]:
        """Wrap a command so that it runs in this root; it keeps its process id."""
        return ["sh", "-c", WITH_PROC, "sh", str(self.path), *words]

    def run(self, *words: str, env: Mapping[str, str], cwd: str, timeout_s: float) -> None:
        """Run a command as root to its end; raises AssertionError if it fails."""
        private = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
        done = subprocess.run(
            [*private, *self.enter("env", f"--chdir={cwd}", *words)],
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        assert done.returncode == 0, f"{words}: {done.stdout[-4000:]}"


def confined(*words: str, capabilities: str, user: str, no_new_privs: bool) -> list[str]:
    """Wrap a command so that it begins as that of a container: with no capability, unless root.

    `capabilities` are those that may be had at all, as `setpriv --bounding-set` reads them.
    """
    uid, _, gid = user.partition(":")
    identity = ["--reuid", uid, "--regid", gid, "--clear-groups", "--inh-caps=-all"]
    limits = [f"--bounding-set={capabilities}", *(["--no-new-privs"] if no_new_privs else [])]
    return ["setpriv", *identity, *limits, *words]


def make_root(path: Path, *, suite: str, packages: Sequence[str]) -> Root:
    """Make the smallest Debian that has these packages, fetched anew."""
    done = subprocess.run(
        [
            *("mmdebstrap", "--quiet", "--variant=minbase", "--dpkgopt=force-unsafe-io"),
            *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in SLIM),
            f"--include={','.join(packages)}",
            *(suite, path),
        ],
        capture_output=True,
        text=True,
        timeout=5 * MINUTE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return Root(path)


def copy_root(root: Root, path: Path) -> Root:
    """Copy a root with owners, links and capabilities."""
    subprocess.run(["cp", "--archive", root.path, path], check=True, timeout=MINUTE_S)
    return Root(path)


def copy_into(root: Root, source: Path, target: str) -> None:
    """Copy a file or folder to a path inside, owned by root, as COPY does."""
    place = root.inside(target)
    place.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["cp", "--recursive", "--preserve=mode,timestamps,links", source, place],
        check=True,
        timeout=MINUTE_S,
    )


def missing_tool() -> str | None:
    """Name the program without which no root can be made."""
    return next((tool for tool in ("mmdebstrap", "setpriv") if shutil.which(tool) is None), None)
