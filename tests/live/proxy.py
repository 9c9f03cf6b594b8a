"""A proxy that relays the media too: kamailio for the signalling, rtpengine for RTP and RTCP."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from tests.live.inside import run_inside
from tests.live.namespaces import Bed
from tests.live.processes import ending, prompt

SETTINGS = Path(__file__).parent / "settings"
CONTROL_PORT = "2223"
STATISTICS = "http://127.0.0.1:2225/metrics"
START_LIMIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Heard:
    """What rtpengine took from all reports of one receiver."""

    packets_lost: int
    loss_ratio: float
    jitter_s: float
    mos: float
    round_trip_s: float
    leg_s: float
    """Between rtpengine and that receiver, and back."""


@contextlib.contextmanager
def open_proxy(bed: Bed, host: str, address: str, directory: Path) -> Iterator[None]:
    """Start both on a host, and end them afterwards; kamailio only once rtpengine answers."""
    home = directory / host
    home.mkdir()
    for name in ("rtpengine.conf", "kamailio.cfg"):
        settings = Template((SETTINGS / name).read_text())
        (home / name).write_text(settings.safe_substitute(ADDRESS=address))
    relay = ["rtpengine", "--config-file", str(home / "rtpengine.conf"), "--pidfile", "pid"]
    proxy = ["kamailio", "-DD", "-f", str(home / "kamailio.cfg"), "-Y", str(home)]
    with _running(bed.command(host, *relay), home / "rtpengine.log"):
        _wait_for_statistics(bed, host, home / "rtpengine.log")
        with _running(
            bed.command(host, *proxy, "-P", str(home / "kamailio.pid")), home / "kamailio.log"
        ):
            yield


def relay_statistics(bed: Bed, host: str) -> str:
    """Fetch what rtpengine itself says of the calls that it has relayed."""
    return run_inside(bed, host, "get", STATISTICS)


def relay_reports(bed: Bed, host: str, call_id: str) -> dict[int, Heard]:
    """Ask rtpengine what it was told in a call, by the SSRC of the receiver that told it."""
    question = json.dumps({"command": "query", "call-id": call_id})
    answer = json.loads(run_inside(bed, host, "ask", CONTROL_PORT, f"1 {question}")[2:])
    return {int(ssrc): _heard(entry) for ssrc, entry in answer["SSRC"].items()}


def _heard(entry: dict[str, Any]) -> Heard:
    """Convert one entry: its units are packets, percent, ms, tenths of MOS and microseconds."""
    mean = entry["average MOS"]
    return Heard(
        packets_lost=entry["cumulative loss"],
        loss_ratio=mean["packet loss"] / 100,
        jitter_s=mean["jitter"] / 1e3,
        mos=mean["MOS"] / 10,
        round_trip_s=mean["round-trip time"] / 1e6,
        leg_s=mean["round-trip time leg"] / 1e6,
    )


@contextlib.contextmanager
def _running(command: Sequence[str], log: Path) -> Iterator[None]:
    """Run a server that writes its log to a file beside its settings."""
    with log.open("wb") as output:
        process = subprocess.Popen(prompt(command), cwd=log.parent, stdout=output, stderr=output)
    with ending(process):
        yield


def _wait_for_statistics(bed: Bed, host: str, log: Path) -> None:
    """Wait until rtpengine serves; raises RuntimeError, with its log, if it does not."""
    limit_s = time.monotonic() + START_LIMIT_S
    while time.monotonic() < limit_s:
        with contextlib.suppress(subprocess.CalledProcessError):
            relay_statistics(bed, host)
            return
        time.sleep(0.1)
    message = f"rtpengine did not start: {log.read_text()}"
    raise RuntimeError(message)
