"""Payload types get their meaning from SDP, also while the stream runs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.dataplane.comparison import (
    COMPARISON,
    STREAMS,
    Tap,
    announce_all,
    assert_agree,
    taps,
)
from tests.dataplane.harness import Harness
from tests.dataplane.implementations import NO_JITTER, Implementation
from tests.dataplane.scenarios import SECOND, START_NS, speech
from tests.dataplane.senders import EVENT_TYPE
from tests.oracle.clock import ClockSource, Kind, PayloadFormat
from tests.oracle.stream import OracleStream

PAYLOADS = {
    96: PayloadFormat(48_000, Kind.MEDIA),
    97: PayloadFormat(0, Kind.MEDIA),
    98: PayloadFormat(8000, Kind.COMFORT_NOISE),
    8: PayloadFormat(16_000, Kind.MEDIA),
    EVENT_TYPE: PayloadFormat(8000, Kind.EVENT),
}


@COMPARISON
@given(tap=taps(), cut=st.integers(1, 400), second_cut=st.integers(1, 400))
def test_payload_map_of_a_live_stream(tap: Tap, cut: int, second_cut: int) -> None:
    """A payload map that comes in the middle, and one that replaces it, count alike."""
    harness = Harness()
    announce_all(harness)
    oracles = {stream: OracleStream() for stream in STREAMS}
    maps = [PAYLOADS, {96: PayloadFormat(8000, Kind.MEDIA)}, None]
    parts = [tap[:cut], tap[cut : cut + second_cut], tap[cut + second_cut :]]
    for part, payloads in zip(parts, maps, strict=True):
        harness.packets(part)
        for stream, packet in part:
            oracles[stream].packet(packet)
        if payloads is None:
            continue
        harness.set_payloads(harness.streams, payloads)
        for stream in harness.streams:
            oracles[stream].set_payloads(payloads)
    harness.finish()
    for stream in harness.streams:
        oracles[stream].finish()
        assert_agree(harness.totals(stream), oracles[stream].totals())


def test_number_that_changes_its_meaning(implementation: Implementation) -> None:
    """When a re-INVITE gives a type another clock, timing goes on with that clock."""
    before = speech(range(50), payload_type=96)
    after = speech(range(50, 100), payload_type=96, clock_rate=48_000, start_ns=START_NS + SECOND)
    counting = implementation()
    counting.packet(before[0])
    counting.set_payloads({96: PayloadFormat(8000, Kind.MEDIA)})
    for packet in before[1:]:
        counting.packet(packet)
    counting.set_payloads({96: PayloadFormat(48_000, Kind.MEDIA)})
    for packet in after:
        counting.packet(packet)
    counting.finish()
    totals = counting.totals()

    assert (totals.lost, totals.discarded, totals.clock_rate) == (0, 0, 48_000)
    assert totals.jitter_max_s == NO_JITTER
    assert totals.jitter_count == 49 + 49


def test_held_packets_use_the_clock_that_is_told(implementation: Implementation) -> None:
    """Packets that came before SDP did are measured as soon as it tells their clock."""
    counting = implementation()
    for packet in speech(range(20), payload_type=96, clock_rate=48_000):
        counting.packet(packet)
    held = counting.totals()
    counting.set_payloads({96: PayloadFormat(48_000, Kind.MEDIA)})
    told = counting.totals()

    assert (held.clock_source, held.jitter_count) == (ClockSource.UNKNOWN, 0)
    assert (told.clock_source, told.jitter_count) == (ClockSource.SDP, 19)
