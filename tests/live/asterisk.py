"""A real Asterisk on a host of a bed, between two telephones."""

from __future__ import annotations

import contextlib
import csv
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from tests.live.asterisk_root import ROOT
from tests.live.audio import write_wav
from tests.live.namespaces import Bed
from tests.live.processes import ending, prompt

SETTINGS = Path(__file__).parent / "settings" / "asterisk"
START_LIMIT_S = 60.0
MUSIC_S = 60
READY = "Asterisk Ready"
FIELDS = ("src", "dst", "linkedid", "r_factor", "loss", "rtt", "channel")
"""Of a call detail record, as `cdr_custom.conf` has them."""


@dataclass(frozen=True, slots=True)
class Asterisk:
    """A running one; its files are in a folder of its own below `ROOT`."""

    home: Path

    def records(self) -> list[dict[str, str]]:
        """Read the call detail records that it has written."""
        path = self.home / "cdr-custom" / "Master.csv"
        if not path.exists():
            return []
        with path.open(newline="") as lines:
            return [dict(zip(FIELDS, row, strict=True)) for row in csv.reader(lines)]


@contextlib.contextmanager
def open_asterisk(
    bed: Bed, host: str, addresses: Mapping[str, str], directory: Path
) -> Iterator[Asterisk]:
    """Start it on a host and wait until it takes calls; end it and remove its files afterwards.

    `addresses` fills in the settings. What it prints is kept in `directory`.
    """
    home = ROOT / "run" / f"qos-{bed.prefix}"
    (home / "cdr-custom").mkdir(parents=True)
    (home / "moh").mkdir()
    try:
        write_wav(home / "moh" / "tone.wav", rate_hz=8000, channels=1, duration_s=MUSIC_S)
        inside = f"/{home.relative_to(ROOT)}"
        for settings in SETTINGS.iterdir():
            text = Template(settings.read_text()).substitute(addresses, HOME=inside)
            (home / settings.name).write_text(text)
        asterisk = ["/usr/sbin/asterisk", "-f", "-C", f"{inside}/asterisk.conf"]
        command = prompt(bed.command(host, "chroot", str(ROOT), *asterisk))
        log = directory / "asterisk.log"
        with log.open("wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output)
        with ending(process):
            _wait_until_ready(process, log)
            yield Asterisk(home)
    finally:
        shutil.rmtree(home)


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> None:
    limit_s = time.monotonic() + START_LIMIT_S
    while READY not in log.read_text(errors="replace"):
        if process.poll() is not None or time.monotonic() > limit_s:
            message = f"Asterisk did not start: {log.read_text(errors='replace')[-2000:]}"
            raise RuntimeError(message)
        time.sleep(0.1)
