"""Two softphones that call each other through a proxy which relays the media, tapped at the proxy.

The tap sees every packet twice: on its way to the proxy, and from it. Packets are lost before the
proxy (from the caller) and behind it (to the callee); the callee is also farther away.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.live.exporter import Scrape, open_exporter
from tests.live.impairment import Impairment
from tests.live.namespaces import MIDDLE
from tests.live.observation import Observation, settled
from tests.live.proxy import Heard, open_proxy, relay_reports, relay_statistics
from tests.live.softphone import open_softphone
from tests.live.stage import Stage, open_stage
from tests.live.truth import StreamTruth, between, read_truth

CALLER, CALLEE, PROXY = "192.0.2.10", "198.51.100.20", "203.0.113.5"
ADDRESSES = {"caller": [CALLER], "callee": [CALLEE], "proxy": [PROXY]}
IMPAIRMENTS = [
    Impairment(address=CALLER, enters="to-caller", loss_ratio=0.04),
    Impairment(address=CALLEE, enters="to-proxy", loss_ratio=0.06, delay_ms=20),
    Impairment(address=CALLEE, enters="to-callee", delay_ms=20),
]
CONFIGURATION = """\
quality:
  window: 31s # begins with the first frame and holds the call whole
"""
REGISTER_S = 3.0
TALK_S = 22.0
HANG_UP_S = 2.0
REPORT_INTERVAL_S = 5.0
"""The longest that a phone takes from one report to the next; mostly it is a second or two."""
STREAMS = 4
"""Both directions, before and behind the proxy."""


@dataclass(frozen=True, slots=True)
class ProxiedPerformance(Observation):
    """What the exporter and rtpengine said of the call, and what really happened."""

    call: Mapping[str, Any]
    """What the API says of it."""
    truth_file: Path
    heard: Mapping[int, Heard]
    """What rtpengine was told, by the SSRC of who told it."""
    relay: Scrape
    """The metrics of rtpengine."""

    def streams(self, direction: str) -> Sequence[Mapping[str, Any]]:
        """Give one direction as the API tells it: what comes to the proxy, and what leaves it."""
        found = [one for one in self.call["streams"] if one["direction"] == direction]
        return sorted(found, key=lambda stream: str(stream["src"]).startswith(f"{PROXY}:"))

    def truth(self, stream: Mapping[str, Any]) -> StreamTruth:
        """Give the fate of a stream."""
        return between(read_truth(self.truth_file), stream["src"], stream["dst"])

    def dropped_at_the_end(self, stream: Mapping[str, Any]) -> int:
        """Count what was dropped of a stream on its way here after any phone's last report."""
        truth = self.truth(stream)
        end_s = truth.passed[-1][1].left_s
        return sum(record.left_s > end_s - REPORT_INTERVAL_S for _, record in truth.dropped)

    def told_by_receiver_of(self, direction: str) -> Heard:
        """Give what rtpengine was told of a direction: its receiver is the sender of the other."""
        return self.heard[int(self.streams(opposite_of(direction))[0]["ssrc"], 16)]


def opposite_of(direction: str) -> str:
    """Name the other direction."""
    (opposite,) = {"caller_to_callee", "callee_to_caller"} - {direction}
    return opposite


def perform(directory: Path) -> ProxiedPerformance:
    """Make the call and wait until the exporter has seen it end."""
    with (
        open_stage(ADDRESSES, IMPAIRMENTS, directory) as stage,
        open_proxy(stage.bed, "proxy", PROXY, directory),
        open_exporter(
            stage.bed,
            MIDDLE,
            interface=stage.bed.port("proxy"),
            directory=directory,
            configuration=CONFIGURATION,
        ) as exporter,
    ):
        make_call(stage)
        seen = Observation(settled(exporter, streams=STREAMS))
        call_id = seen.call_id("caller")
        return ProxiedPerformance(
            seen.scrape,
            exporter.call(call_id),
            stage.truth,
            relay_reports(stage.bed, "proxy", call_id),
            Scrape(relay_statistics(stage.bed, "proxy")),
        )


def make_call(stage: Stage, *, talk_s: float = TALK_S) -> None:
    """Let the caller call the callee; return when both have hung up and sent their last reports."""
    bed, directory = stage.bed, stage.directory
    with (
        open_softphone(bed, "callee", proxy=PROXY, directory=directory),
        open_softphone(bed, "caller", proxy=PROXY, directory=directory) as caller,
    ):
        time.sleep(REGISTER_S)
        caller.tell(f"call sip:callee@{PROXY}")
        time.sleep(talk_s)
        caller.tell("terminate")
        time.sleep(HANG_UP_S)
