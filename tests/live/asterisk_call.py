"""A call of two telephones through Asterisk, of which one exporter is told and another hears too.

The one beside Asterisk listens on its interface as well, and writes into the call detail record.
The other is on the callee's host, and knows nothing but what the manager interface tells.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

from tests.live.asterisk import Asterisk, open_asterisk
from tests.live.delays import there_and_back_s
from tests.live.exporter import Exporter, Scrape, open_exporter
from tests.live.impairment import Impairment
from tests.live.peers import Telephone
from tests.live.stage import Stage, open_stage
from tests.live.truth import StreamKey, StreamTruth, read_truth

CALLER, CALLEE, PBX = "192.0.2.10", "198.51.100.20", "203.0.113.5"
THIRD = "198.51.100.30"
"""Where nobody is, in this call."""
ADDRESSES = {"caller": [CALLER], "callee": [CALLEE], "pbx": [PBX]}
IMPAIRMENTS = [
    Impairment(address=CALLER, enters="to-caller", loss_ratio=0.06),
    Impairment(address=CALLEE, delay_ms=40),
]
"""The caller's line loses packets on the way here; the callee is far away."""
TALK_S = 42
"""Both sides report every five seconds, and the first report is a baseline."""
WRITING = f"""\
ami:
  - host: {PBX}
    username: monitor
    secret: bedsecret
    cdr: {{interval: 5s, variables: {{r-factor: r_factor_lite, loss: loss, rtt: rtt}}}}
"""
READING = f"""\
ami: [{{host: {PBX}, username: monitor, secret: bedsecret, auth: plain}}]
"""
CALLS_LIMIT_S = 20.0


@dataclass(frozen=True, slots=True)
class Account:
    """What one exporter says when the call is over."""

    scrape: Scrape
    during: Scrape
    """The same shortly before the end."""
    calls: Mapping[str, Mapping[str, Any]]
    """Both legs, by the party that is at the other end."""

    def stream(self, party: str, *, to_party: bool) -> Mapping[str, Any]:
        """Give one direction of one leg.

        On a busy machine Asterisk sends some packets under an SSRC of its own, until it has made
        its native bridge.
        """
        end = "dst" if to_party else "src"
        found = (stream for stream in self.calls[party]["streams"] if stream[end].startswith(party))
        return dict(max(found, key=itemgetter("packets_expected")))


@dataclass(frozen=True, slots=True)
class AsteriskPerformance:
    """What both exporters said, what Asterisk wrote down, and what really happened."""

    beside: Account
    """The exporter that listens, too."""
    apart: Account
    """The exporter that is told only."""
    records: list[dict[str, str]]
    truth_file: Path

    def truth(self, stream: Mapping[str, Any]) -> StreamTruth:
        """Give the fate of a stream."""
        ssrc = int(stream["ssrc"], 16)
        return read_truth(self.truth_file)[StreamKey(stream["src"], stream["dst"], ssrc)]

    def added_delay_s(self, party: str) -> float:
        """Give what RTCP really took to a party and back."""
        return there_and_back_s(self.truth_file, ends={party, PBX})


def perform(directory: Path) -> AsteriskPerformance:
    """Make the call, and ask both exporters."""
    near, far = directory / "near", directory / "far"
    near.mkdir()
    far.mkdir()
    names = {"CALLER": CALLER, "CALLEE": CALLEE, "THIRD": THIRD, "PBX": PBX}
    with (
        open_stage(ADDRESSES, IMPAIRMENTS, directory) as stage,
        open_asterisk(stage.bed, "pbx", names, directory) as asterisk,
        open_exporter(
            stage.bed, "pbx", interface="eth0", directory=near, configuration=WRITING
        ) as beside,
        open_exporter(
            stage.bed, "callee", interface=None, directory=far, configuration=READING
        ) as apart,
    ):
        during = make_call(stage, (beside, apart))
        one, other = (
            Account(each.scrape(), scrape, legs_of(each))
            for each, scrape in zip((beside, apart), during, strict=True)
        )
        return AsteriskPerformance(one, other, written(asterisk), stage.truth)


def make_call(stage: Stage, exporters: tuple[Exporter, ...]) -> list[Scrape]:
    """Let the caller call the callee; give the scrapes of shortly before the end."""
    callee = Telephone(host="callee", address=CALLEE, user="callee", codec="PCMU")
    caller = Telephone(host="caller", address=CALLER, user="caller", codec="PCMU")
    switch = Telephone(host="pbx", address=PBX, user="callee", codec="PCMU")
    stage.telephone(callee, duration_s=TALK_S + 20)
    time.sleep(1.0)
    phone = stage.telephone(caller, duration_s=TALK_S, dial=switch)
    time.sleep(TALK_S - 3.0)
    during = [exporter.scrape() for exporter in exporters]
    phone.wait(CALLS_LIMIT_S)
    time.sleep(3.0)
    return during


def legs_of(exporter: Exporter) -> dict[str, dict[str, Any]]:
    """Give the calls of an exporter by the party that they are with."""
    legs = {}
    for call in exporter.calls():
        ends = {str(stream["src"]).partition(":")[0] for stream in call["streams"]}  # type: ignore[attr-defined]
        (party,) = ends - {PBX}
        legs[party] = exporter.call(str(call["call_id"]))
    return legs


def written(asterisk: Asterisk) -> list[dict[str, str]]:
    """Wait for the call detail record."""
    limit_s = time.monotonic() + CALLS_LIMIT_S
    while not asterisk.records() and time.monotonic() < limit_s:
        time.sleep(0.2)
    return asterisk.records()
