"""Makes the capture that `qos-exporter demo` replays: `python -m tests.data.make_demo`.

A minute of real telephones at three sites that call out by one trunk, tapped at the trunk: what the
sites send has passed the impairer, what the trunk sends has not. Needs root, baresip, sipp, ethtool
and dumpcap. Every run gives other ports, SSRCs and fates; the calls stay the same.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from tests.data.recording import record
from tests.live.impairment import Impairment
from tests.live.peers import Telephone
from tests.live.stage import Action, Stage, play

DEMO = Path(__file__).parents[2] / "qos_exporter" / "data" / "demo.pcap.gz"
TRUNK = "203.0.113.10"
SITES = {"office": "192.168.10.11", "home": "172.16.5.23", "branch": "10.20.0.31"}
IMPAIRMENTS = [
    Impairment(
        address=SITES["home"],
        enters="to-home",
        burst_begin_ratio=0.024,
        burst_end_ratio=0.45,
        delay_ms=30,
        jitter_ms=3,
    ),
    Impairment(address=SITES["branch"], enters="to-branch", delay_ms=45, jitter_ms=22),
]
DURATION_S = 56
SIP_PORTS = (5060, 5062, 5064, 5066, 5068, 5070, 5074, 5076)
"""One per line. baresip takes the next port as well, and 5072 is another protocol's to tshark."""


def telephone(line: int, host: str, user: str, codec: str, *, answers: bool = True) -> Telephone:
    """Make a telephone with the ports of a line; a line is used by one call only."""
    return Telephone(
        host=host,
        address=SITES.get(host, TRUNK),
        user=user,
        codec=codec,
        sip_port=SIP_PORTS[line],
        rtp_port=20000 + 100 * line,
        control_port=4444 + line,
        answers=answers,
    )


@dataclass(frozen=True, slots=True)
class PhoneCall:
    """A call from a site to the trunk. A callee that does not answer lets the caller give up."""

    begin_s: float
    duration_s: int
    site: str
    caller: str
    callee: str
    codec: str
    answers: bool = True
    hold_s: tuple[float, float] | None = None
    """When the caller holds and resumes, from the beginning of the call."""

    def stage(self, stage: Stage, line: int) -> list[Action]:
        """Start the telephone at the far end; what is left is for later."""
        far = telephone(line, "trunk", self.callee, self.codec, answers=self.answers)
        near = telephone(line, self.site, self.caller, self.codec)
        stage.telephone(far, duration_s=DURATION_S + 10)
        dial = functools.partial(stage.telephone, near, duration_s=self.duration_s, dial=far)
        keys = zip(self.hold_s or (), ("hold", "resume"), strict=False)
        presses = [
            (self.begin_s + at_s, functools.partial(stage.control, near, key)) for at_s, key in keys
        ]
        return [(self.begin_s, dial), *presses]


CALLS = [
    PhoneCall(1.0, 44, "office", "anna", "0301234501", "PCMU"),
    PhoneCall(2.2, 42, "home", "emil", "0301234502", "PCMU"),
    PhoneCall(3.4, 38, "office", "carla", "0301234503", "G722", hold_s=(14.0, 20.0)),
    PhoneCall(5.1, 41, "branch", "franz", "0301234504", "opus"),
    PhoneCall(12.0, 5, "home", "greta", "0301234505", "PCMU", answers=False),
    PhoneCall(24.3, 26, "branch", "hanna", "0301234506", "PCMA"),
    PhoneCall(29.5, 22, "office", "ivo", "0301234507", "opus"),
]
DECLINED_S = 18.0
DECLINED_LINE = len(CALLS)


def declined_call(stage: Stage) -> list[Action]:
    """Prepare a call that the far end declines."""
    near = telephone(DECLINED_LINE, "branch", "jonas", "PCMU")
    far = telephone(DECLINED_LINE, "trunk", "0301234508", "PCMU")
    once = ["-m", "1", "-p", str(far.sip_port)]
    stage.sipp("trunk", scenario="callee_declines", address=TRUNK, arguments=once)
    dial = functools.partial(stage.telephone, near, duration_s=4, dial=far)
    return [(DECLINED_S, dial)]


def perform(stage: Stage) -> None:
    """Make all calls, each in its time."""
    actions = declined_call(stage)
    for line, call in enumerate(CALLS):
        actions += call.stage(stage, line)
    play([*actions, (DURATION_S, lambda: None)])


def main() -> None:
    """Make the demo capture."""
    addresses = {"trunk": [TRUNK]} | {site: [address] for site, address in SITES.items()}
    record(
        DEMO,
        addresses=addresses,
        tap="trunk",
        perform=perform,
        impairments=IMPAIRMENTS,
        keep_truth=False,
    )


if __name__ == "__main__":
    main()
