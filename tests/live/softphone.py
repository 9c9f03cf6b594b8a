"""linphonec: a softphone that sends RTCP XR and, through its proxy, quality reports of RFC 6035.

It is told what to do on its standard input.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Template

from tests.live.audio import write_wav
from tests.live.namespaces import Bed
from tests.live.processes import ending, prompt
from tests.live.proxy import SETTINGS

AUDIO_DURATION_S = 120
DATABASES = Path(".local", "share", "linphone")
"""It starts only half where it cannot make its databases, and does not make their folder."""


@dataclass(frozen=True, slots=True)
class Softphone:
    """A running linphonec."""

    process: subprocess.Popen[bytes]

    def tell(self, command: str) -> None:
        """Type a line: `call URI`, `terminate`."""
        if self.process.stdin is not None:
            self.process.stdin.write(f"{command}\n".encode())
            self.process.stdin.flush()


@contextlib.contextmanager
def open_softphone(bed: Bed, host: str, *, proxy: str, directory: Path) -> Iterator[Softphone]:
    """Start a linphonec that is named like its host, registers, answers calls and plays a tone."""
    home = directory / host
    (home / DATABASES).mkdir(parents=True)
    settings = Template((SETTINGS / "linphonec.rc").read_text())
    (home / "rc").write_text(settings.substitute(PROXY=proxy, USER=host))
    audio = write_wav(home / "tone.wav", rate_hz=8000, channels=1, duration_s=AUDIO_DURATION_S)
    command = prompt(bed.command(host, "linphonec", "-a", "-c", str(home / "rc")))
    with (home / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=home,
            env={**os.environ, "HOME": str(home), "TMPDIR": str(home)},
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    with ending(process):
        phone = Softphone(process)
        phone.tell("soundcard use files")
        phone.tell(f"play {audio}")
        yield phone
