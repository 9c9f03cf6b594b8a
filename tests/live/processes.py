"""Processes that end with the context that they are part of."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator


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
