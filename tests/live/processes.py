"""Processes that end with the context that they are part of, and are served before others."""

from __future__ import annotations

import contextlib
import functools
import shutil
import subprocess
from collections.abc import Iterator, Sequence

REAL_TIME = ("chrt", "--rr", "1")


@contextlib.contextmanager
def ending(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """End a process when the context ends, kindly first."""
    with process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_for_line(process: subprocess.Popen[bytes], word: str) -> None:
    """Wait until a process prints a line with a word; raises RuntimeError if it ends instead."""
    output = process.stdout or process.stderr
    if output is None or not any(word in line.decode() for line in output):
        message = f"{process.args!r} ended before it said {word!r}"
        raise RuntimeError(message)


def prompt(command: Sequence[str]) -> list[str]:
    """Have a command served before all others, where the system permits it.

    A peer that waits for the processor is late, and nobody could tell that from a late network.
    """
    return [*REAL_TIME, *command] if _may_be_prompt() else [*command]


@functools.cache
def _may_be_prompt() -> bool:
    if shutil.which(REAL_TIME[0]) is None:
        return False
    trial = subprocess.run([*REAL_TIME, "true"], capture_output=True, check=False)
    return trial.returncode == 0
