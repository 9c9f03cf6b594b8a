"""Two calls at once from behind one NAT: the description names addresses that no packet has."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.live.exporter import Exporter, Scrape, open_exporter
from tests.live.namespaces import MIDDLE
from tests.live.nat import translate
from tests.live.stage import Stage, open_stage

TRUNK, OUTSIDE, INSIDE = "203.0.113.10", "198.51.100.7", "192.168.1.2"
LINES = {"bob": 5060, "berta": 5070}
"""Who is called, and the port of SIP on both sides; each has a port for media of its own."""
FORTH, BACK = "caller_to_callee", "callee_to_caller"
TALK_S = 6
PATIENCE_S = 25.0
TRAILING = 3
"""Packets of the echo that may still be on their way when the caller stops."""

pytestmark = [
    pytest.mark.netns,
    pytest.mark.live,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("nft") is None, reason="not installed: nft"),
]


@dataclass(frozen=True, slots=True)
class Heard:
    """What was seen of one direction of a call."""

    src: str
    dst: str
    received: float
    lost: float


def media_port(callee: str) -> int:
    return 16000 + 10 * (LINES[callee] - 5060)


@pytest.fixture(scope="module")
def scrape(tmp_path_factory: pytest.TempPathFactory) -> Scrape:
    """Have both calls at once, with the tap outside of the NAT, until both have ended."""
    directory = tmp_path_factory.mktemp("nat")
    addresses = {"home": [OUTSIDE, INSIDE], "trunk": [TRUNK]}
    with open_stage(addresses, [], directory) as stage:
        translate(stage.bed, "home", inside=INSIDE, outside=OUTSIDE)
        listening = open_exporter(
            stage.bed, MIDDLE, interface=stage.bed.port("trunk"), directory=directory
        )
        with listening as exporter:
            call(stage, directory)
            return when_over(exporter)


def call(stage: Stage, directory: Path) -> None:
    """Let sipp call sipp twice; the callees answer to where they are called from."""
    for callee, port in LINES.items():
        media = str(media_port(callee))
        ports = ["-p", str(port), "-mp", media, "-m", "1"]
        home = directory / callee
        home.mkdir()
        echo = Stage(stage.bed, home, stage.cleanup)
        echo.sipp("trunk", scenario="callee_echoes", address=TRUNK, arguments=["-rtp_echo", *ports])
        talk = [f"{TRUNK}:{port}", "-s", callee, "-d", str(1000 * TALK_S), *ports]
        echo.sipp("home", scenario="caller", address=INSIDE, arguments=talk)


def when_over(exporter: Exporter) -> Scrape:
    """Scrape until both calls have ended and a window has closed over them."""
    limit_s = time.monotonic() + PATIENCE_S
    while True:
        scrape = exporter.scrape()
        over = scrape.value("voip_calls_active") == 0 and scrape.total("voip_windows_total") >= 4
        if over or time.monotonic() > limit_s:
            return scrape
        time.sleep(0.5)


def heard(scrape: Scrape, callee: str, direction: str) -> Heard:
    (info,) = scrape.samples("voip_call_info", callee=callee, direction=direction)
    labels = dict(info.labels)
    counted = {
        name: scrape.value(
            f"voip_call_packets_{name}_total", call_id=labels["call_id"], direction=direction
        )
        for name in ("received", "lost")
    }
    return Heard(labels["src"], labels["dst"], **counted)


def test_both_calls_are_answered_and_whole(scrape: Scrape) -> None:
    """Nothing is missing from either call, and nothing else is taken for one."""
    assert scrape.total("voip_calls_total", outcome="answered") == len(LINES)
    assert scrape.total("voip_calls_total") == len(LINES)
    assert scrape.total("voip_media_anomalies_total") == 0


@pytest.mark.parametrize("callee", LINES)
def test_streams_find_their_call(scrape: Scrape, callee: str) -> None:
    """Both streams of each call are its own, by the address that NAT gave to its caller."""
    forth, back = heard(scrape, callee, FORTH), heard(scrape, callee, BACK)

    assert forth.src.startswith(f"{OUTSIDE}:30")
    assert forth.dst == f"{TRUNK}:{media_port(callee)}"
    assert (back.src, back.dst) == (forth.dst, forth.src)


@pytest.mark.parametrize("callee", LINES)
def test_packets_count_on_both_ways(scrape: Scrape, callee: str) -> None:
    """Each packet of the caller's, one in 20 ms, is heard there and in the echo."""
    forth, back = heard(scrape, callee, FORTH), heard(scrape, callee, BACK)

    assert (forth.lost, back.lost) == (0, 0)
    assert forth.received == pytest.approx(50 * TALK_S, rel=0.1)
    assert forth.received - TRAILING <= back.received <= forth.received
