"""Calls through a real Asterisk that do not stay as they began, all at the same time.

One is put on hold and taken up again, one is transferred by its caller, one changes its codec. The
exporter knows of them by the manager interface alone.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.live.asterisk import Asterisk, open_asterisk
from tests.live.asterisk_call import CALLEE, CALLER, PBX, THIRD
from tests.live.asterisk_tap import LISTEN, tapping
from tests.live.exporter import Exporter, Scrape, open_exporter
from tests.live.peers import Telephone
from tests.live.stage import Stage, open_stage, play

ADDRESSES = {"caller": [CALLER], "callee": [CALLEE], "third": [THIRD], "pbx": [PBX]}
NAMES = {"CALLER": CALLER, "CALLEE": CALLEE, "THIRD": THIRD, "PBX": PBX}
CONFIGURATION = f"""\
ami:
  - host: 127.0.0.1
    port: {LISTEN}
    username: monitor
    secret: bedsecret
    cdr: {{interval: 5s, variables: {{r-factor: r_factor_lite, loss: loss, rtt: rtt}}}}
"""
SWITCH = Telephone(host="pbx", address=PBX, user="callee", codec="PCMU")
HOLDER = Telephone(host="caller", address=CALLER, user="caller", codec="PCMU")
HELD = Telephone(host="callee", address=CALLEE, user="callee", codec="PCMU")
TRANSFERRER = Telephone(
    host="caller",
    address=CALLER,
    user="giver",
    codec="PCMU",
    sip_port=5062,
    rtp_port=10100,
    control_port=4445,
)
TRANSFERRED = Telephone(host="third", address=THIRD, user="third", codec="PCMU")
TARGET = Telephone(
    host="callee",
    address=CALLEE,
    user="second",
    codec="PCMU",
    sip_port=5062,
    rtp_port=10100,
    control_port=4445,
)
HOLD_S, RESUME_S, TRANSFER_S, END_S = 7.0, 14.0, 12.0, 33.0
CODEC_S = 13.0
"""Each codec is spoken for so long: Asterisk reports every five seconds."""
LOOKS_S = (TRANSFER_S - 0.5, TRANSFER_S + 3.0, END_S - 1.0, END_S + 3.0)


@dataclass(frozen=True, slots=True)
class Look:
    """What the exporter said at a moment."""

    scrape: Scrape
    calls: list[Mapping[str, Any]]

    def streams(self, party: str, port: int) -> list[Mapping[str, Any]]:
        """Give the streams from and to the ports of a telephone."""
        ends = [f"{party}:{number}" for number in range(port, port + 99)]
        streams = [dict(stream) for call in self.calls for stream in call["streams"]]
        return [each for each in streams if each["src"] in ends or each["dst"] in ends]


@dataclass(frozen=True, slots=True)
class Moves:
    """What the exporter said, and what Asterisk wrote down."""

    looks: list[Look]
    """At the times of `LOOKS_S`."""
    records: list[dict[str, str]]


def perform(directory: Path) -> Moves:
    """Make the calls, and ask the exporter in between; all that it was told is in `events.txt`."""
    looks: list[Look] = []
    with (
        open_stage(ADDRESSES, [], directory) as stage,
        open_asterisk(stage.bed, "pbx", NAMES, directory) as asterisk,
        tapping(stage.bed, "pbx", directory / "events.txt"),
        open_exporter(
            stage.bed, "pbx", interface=None, directory=directory, configuration=CONFIGURATION
        ) as exporter,
    ):
        for waiting in (HELD, TRANSFERRED, TARGET):
            stage.telephone(waiting, duration_s=60)
        time.sleep(1.0)
        begin(stage)
        play(
            [
                (HOLD_S, lambda: stage.control(HOLDER, "hold")),
                (RESUME_S, lambda: stage.control(HOLDER, "resume")),
                (TRANSFER_S, lambda: stage.control(TRANSFERRER, "transfer", f"sip:second@{PBX}")),
                (END_S, lambda: stage.control(HOLDER, "hangup")),
                (END_S, lambda: stage.control(TRANSFERRED, "hangup")),
                *((at_s, lambda: looks.append(look(exporter))) for at_s in LOOKS_S),
            ]
        )
        return Moves(looks, records(asterisk))


def begin(stage: Stage) -> None:
    """Let the three callers call."""
    stage.telephone(HOLDER, duration_s=60, dial=SWITCH)
    third = Telephone(host="pbx", address=PBX, user="third", codec="PCMU")
    stage.telephone(TRANSFERRER, duration_s=60, dial=third)
    each_ms = str(round(1000 * CODEC_S))
    caller = ["-s", "echo", "-d", each_ms, "-m", "1", "-p", "5064", "-mp", "12000"]
    stage.sipp(
        "caller",
        scenario="caller_changes_codec",
        address=CALLER,
        arguments=[*caller, f"{PBX}:5060"],
    )


def look(exporter: Exporter) -> Look:
    """Ask the exporter for all that it knows."""
    calls = [exporter.call(str(call["call_id"])) for call in exporter.calls()]
    return Look(exporter.scrape(), list(calls))


def records(asterisk: Asterisk) -> list[dict[str, str]]:
    """Give the call detail records; all calls are over."""
    return asterisk.records()
