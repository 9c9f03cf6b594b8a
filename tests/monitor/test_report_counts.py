"""What is counted about reports."""

from __future__ import annotations

import pytest

from qos_exporter.monitor.exporter_views import undecoded
from qos_exporter.monitor.reporting.counts import RTCP_TYPES, ReportCounts
from qos_exporter.protocols.rtcp import parse_compound
from qos_exporter.reports.call_round_trip import TripSource
from qos_exporter.reports.round_trip import Rejection
from tests.protocols.rtcp_builder import packet

SOME_BODY = bytes(28)
"""Enough for any type of packet without blocks."""


@pytest.mark.parametrize("packet_type", range(192, 224))
def test_every_type_of_packet_has_its_counter(packet_type: int) -> None:
    """Whatever kind of packet a compound may hold, its counter is there from the start."""
    compound = parse_compound(packet(packet_type, SOME_BODY))
    assert {read.kind for read in compound.packets} <= set(RTCP_TYPES)


def test_everything_that_can_be_counted_is_shown_before_it_occurs() -> None:
    """Types, sources and reasons are closed vocabularies, all of them there from the start."""
    view = ReportCounts().view()
    assert dict(view.rtcp_packets) == dict.fromkeys(RTCP_TYPES, 0)
    assert dict(view.unmatched) == {"rtcp": 0, "rtcp_xr": 0, "vq_report": 0, "rtp_stat": 0}
    assert set(view.rejected_round_trips) == {
        (source, reason, 0)
        for source in ("rtcp", "rtcp_xr", "stun")
        for reason in ("not_positive", "too_long")
    }


def test_counts_are_copied() -> None:
    """A view does not change with what is counted afterwards."""
    counts = ReportCounts()
    before = counts.view()
    counts.packets["sr"] += 2
    counts.rejected[TripSource.STUN, Rejection.TOO_LONG] += 1
    assert dict(before.rtcp_packets)["sr"] == 0
    assert dict(counts.view().rtcp_packets)["sr"] == 2
    assert ("stun", "too_long", 1) in counts.view().rejected_round_trips


def test_encrypted_reports_are_frames_that_were_not_read() -> None:
    """They stand beside what the packet path could not read."""
    assert undecoded([], encrypted_reports=7) == (("srtcp", 7),)
