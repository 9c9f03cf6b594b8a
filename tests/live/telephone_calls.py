"""Telephones that call through two impaired segments, all at once, with the exporter in between."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.live.delays import there_and_back_s
from tests.live.exporter import open_exporter
from tests.live.impairment import Impairment
from tests.live.namespaces import MIDDLE
from tests.live.observation import Observation, settled
from tests.live.peers import Telephone
from tests.live.segments import TAP, TAP_FAR_END, Records, Segment, open_segments
from tests.live.stage import Action, Stage, play
from tests.live.truth import StreamTruth, between

TRUNK = "203.0.113.10"
SITES = {
    "clean": "192.0.2.10",
    "before": "192.0.2.11",
    "behind": "192.0.2.12",
    "both": "192.0.2.13",
    "delayed": "192.0.2.14",
    "distant": "192.0.2.15",
}
"""Each calls from an address of its own and is named by what happens to its call."""
NEAR = Segment(
    {site: [address] for site, address in SITES.items()},
    [
        Impairment(address=SITES["before"], enters="to-before", loss_ratio=0.06),
        Impairment(address=SITES["both"], enters="to-both", loss_ratio=0.04),
        Impairment(address=SITES["both"], enters=TAP, loss_ratio=0.05),
        Impairment(address=SITES["delayed"], delay_ms=20),
    ],
)
FAR = Segment(
    {"trunk": [TRUNK]},
    [
        Impairment(address=SITES["behind"], enters=TAP_FAR_END, loss_ratio=0.06),
        Impairment(address=SITES["both"], enters=TAP_FAR_END, loss_ratio=0.08),
        Impairment(address=SITES["delayed"], delay_ms=40),
        Impairment(address=SITES["distant"], delay_ms=150),
    ],
)
CONFIGURATION = """\
quality:
  window: 29s # begins with the first frame and holds all calls whole
  playout: {mode: fixed, nominal: 60ms}
"""
TALK_S = 22
"""Reports come every five seconds: the last one speaks of all but the last two."""
DIAL_S = 1.0


@dataclass(frozen=True, slots=True)
class FarEndPerformance(Observation):
    """What the exporter said when all was over, and what really happened on both sides of it."""

    calls: Mapping[str, Mapping[str, Any]]
    """What the API says of the call of every site."""
    records: Records

    def truth(self, site: str, direction: str) -> tuple[StreamTruth, StreamTruth]:
        """Give the fate of one direction in the near segment, and in the far one."""
        near, far = self.records.read()
        ends = self.ends(site, direction)
        return between(near, *ends), between(far, *ends)

    def added_delay_s(self, site: str, leg: str) -> float:
        """Give what RTCP really took between the tap and one party of a call, and back."""
        record = self.records.near if leg == "caller" else self.records.far
        return there_and_back_s(record, ends={SITES[site], TRUNK})

    def leg(self, site: str, leg: str) -> Mapping[str, float]:
        """Give one leg of the round trip as the API tells it."""
        legs = self.calls[site]["round_trip_legs"]
        (found,) = (each for each in legs if (each["leg"], each["source"]) == (leg, "rtcp"))
        return dict(found["round_trip_leg_s"])

    def stream(self, site: str, direction: str) -> Mapping[str, Any]:
        """Give one direction as the API tells it."""
        streams = self.calls[site]["streams"]
        (found,) = (stream for stream in streams if stream["direction"] == direction)
        return dict(found)


def perform(directory: Path) -> FarEndPerformance:
    """Make all calls and wait until the exporter has seen them end."""
    with (
        open_segments(NEAR, FAR, directory) as (stage, records),
        open_exporter(
            stage.bed, MIDDLE, interface=TAP, directory=directory, configuration=CONFIGURATION
        ) as exporter,
    ):
        make_calls(stage)
        seen = Observation(settled(exporter, streams=2 * len(SITES)))
        calls = {site: exporter.call(seen.call_id(site)) for site in SITES}
    return FarEndPerformance(seen.scrape, calls, records)


def make_calls(stage: Stage, *, sites: Iterable[str] = SITES, talk_s: int = TALK_S) -> None:
    """Let sites call the trunk; return when the last has hung up."""
    actions = [_call(stage, line, site, talk_s) for line, site in enumerate(sites)]
    play([*actions, (DIAL_S + talk_s + 2.0, lambda: None)])


def _call(stage: Stage, line: int, site: str, talk_s: int) -> Action:
    """Start the far telephone, and later a call to it."""
    far = _telephone(line, "trunk", TRUNK, f"030{line}")
    near = _telephone(line, site, SITES[site], site)
    stage.telephone(far, duration_s=talk_s + 10)
    return DIAL_S, functools.partial(stage.telephone, near, duration_s=talk_s, dial=far)


def _telephone(line: int, host: str, address: str, user: str) -> Telephone:
    return Telephone(
        host=host,
        address=address,
        user=user,
        codec="PCMU",
        sip_port=5060 + 2 * line,
        rtp_port=20000 + 100 * line,
        control_port=4444 + line,
    )
