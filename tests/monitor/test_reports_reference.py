"""Legs between tap and receiver that were worked out from captures by other means."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from qos_exporter.dataplane.rows import SLOW_RTCP
from qos_exporter.dataplane.values import SlowFrame
from qos_exporter.errors import DecodeError
from qos_exporter.monitor.reporting.counts import ReportCounts
from qos_exporter.monitor.reporting.trips import Quotation, Trips
from qos_exporter.protocols.rtcp import (
    Compound,
    ReceiverReport,
    ReceptionReport,
    SenderReport,
    parse_compound,
)
from qos_exporter.reports.call_round_trip import TripSource
from qos_exporter.reports.round_trip import rejection_of
from tests.calls.datagrams import read_datagrams

MS_NS = 1_000_000
TOLERANCE_MS = 0.5
CLOCK_STEP_MS = 1.0
REFERENCE = "reference/rtt_reference.dev.csv"
CAPTURES = "captures/third_party"


class Quoting(NamedTuple):
    """What tells one report block of a capture from all others."""

    src: str
    dst: str
    ssrc: int
    last_sr: int
    delay: int


Legs = dict[Quoting, float | None]


def expected_legs(shared: Path) -> dict[str, Legs]:
    """The reference by capture, in ms; `None` for what is empty there or no time at all.

    An answer by a clock of milliseconds that came back at once is no time less than 0.
    """
    legs: defaultdict[str, Legs] = defaultdict(dict)
    with (shared / REFERENCE).open(newline="") as file:
        for row in csv.DictReader(file):
            numbers = (int(row[name], 16) for name in ("about_ssrc", "lsr", "dlsr"))
            leg_ms = float(row["monitor_rtt_ms"] or 0)
            is_answer = row["direction_matched"] == "yes"
            legs[row["file"]][Quoting(row["src"], row["dst"], *numbers)] = (
                max(leg_ms, 0.0) if leg_ms > 0 or (is_answer and leg_ms > -CLOCK_STEP_MS) else None
            )
    return legs


def compounds(path: Path) -> Iterator[tuple[Compound, SlowFrame]]:
    """The RTCP of a capture."""
    for each in read_datagrams(path):
        frame = SlowFrame(SLOW_RTCP, each.now_ns, each.src, each.dst, 1, each.payload)
        try:
            yield parse_compound(each.payload), frame
        except DecodeError:
            continue


def leg_ms(trips: Trips, block: ReceptionReport, frame: SlowFrame) -> float | None:
    """The leg that a block tells, if it is believed."""
    quoted = Quotation(block.ssrc, block.last_sr, block.delay_since_last_sr)
    leg_ns = trips.leg_ns(TripSource.RTCP, quoted, frame)
    return None if leg_ns is None or rejection_of(leg_ns) else leg_ns / MS_NS


def legs_of(path: Path) -> Legs:
    """The leg of every report block in a capture."""
    trips = Trips(ReportCounts(), lambda *_: None, limit=1000)
    legs: Legs = {}
    for compound, frame in compounds(path):
        for packet in compound.packets:
            if isinstance(packet, SenderReport):
                trips.note(TripSource.RTCP, packet.ssrc, packet.ntp_middle, frame)
            if isinstance(packet, SenderReport | ReceiverReport):
                for block in packet.reports:
                    quoting = Quoting(
                        frame.src.address,
                        frame.dst.address,
                        block.ssrc,
                        block.last_sr,
                        block.delay_since_last_sr,
                    )
                    legs[quoting] = leg_ms(trips, block, frame)
    return legs


@pytest.mark.pitfall(57, 59)
def test_every_leg_of_the_reference(shared: Path) -> None:
    """Each report tells the leg that the reference has for it; those it calls traps tell none."""
    believed = 0
    for name, expected in expected_legs(shared).items():
        found = legs_of(shared / CAPTURES / name)
        for quoting, leg in expected.items():
            if leg is None:
                assert found[quoting] is None, (name, quoting)
            else:
                assert found[quoting] == pytest.approx(leg, abs=TOLERANCE_MS), (name, quoting)
                believed += 1
    assert believed == 9
