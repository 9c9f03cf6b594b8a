"""Processes that begin together and end together."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

END_S = 10.0
LAST_LINES = 5


class StackError(Exception):
    """A part that does not start or does not go on; the message is for the user."""


class StopAsked(Exception):  # noqa: N818 -- no error: somebody wants it to end
    """A signal came while the parts were starting."""


class Signals:
    """Remembers that a signal came; nothing is interrupted, so nothing is left half done."""

    def __init__(self) -> None:
        self.came = False

    def listen(self) -> None:
        """Take SIGINT and SIGTERM from now on."""
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, self._take)

    def _take(self, *_: object) -> None:
        self.came = True


class Processes:
    """The parts of a stack, each with a log below a folder.

    They are in sessions of their own, so that Ctrl-C reaches them through us only; and where they
    can be told to, they end with us, however we end.
    """

    def __init__(self, folder: Path, signals: Signals) -> None:
        self._folder = folder
        self._signals = signals
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *command: str | Path) -> None:
        """Start a part."""
        tied = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
        with self._log(name).open("wb") as log:
            self._running[name] = subprocess.Popen(
                [*tied, *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def check(self) -> None:
        """Raise StackError, with the end of its log, for a part that has ended; or StopAsked."""
        if self._signals.came:
            raise StopAsked
        for name, process in self._running.items():
            if process.poll() is not None:
                lines = self._log(name).read_text(errors="replace").splitlines()[-LAST_LINES:]
                raise StackError(
                    "\n".join([f"{name} has ended with {process.returncode}:", *lines])
                )

    def wait_for(self, url: str, *, patience_s: float) -> None:
        """Wait until a URL answers well; raises StackError if it does not, and like `check`."""
        deadline = time.monotonic() + patience_s
        while not _answers(url):
            self.check()
            if time.monotonic() > deadline:
                raise StackError(f"{url} does not answer within {patience_s:.0f} s")
            time.sleep(0.1)

    def stop(self) -> None:
        """End all parts, the last first, one after the other: who sends ends before who receives.

        Those that do not want to are killed.
        """
        for process in reversed(self._running.values()):
            process.terminate()
            try:
                process.wait(END_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 -- our own servers
            return bool(answer.status == 200)  # noqa: PLR2004 -- OK
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False
