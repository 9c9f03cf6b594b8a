"""The compiled kernel and the oracle agree on every column, whatever is sent."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import event, given
from hypothesis import strategies as st

from tests.dataplane.comparison import (
    COMPARISON,
    STREAMS,
    Tap,
    announce_all,
    assert_agree,
    packets_of,
    taps,
)
from tests.dataplane.harness import Harness, kernel_settings
from tests.dataplane.senders import senders
from tests.oracle.packet import Packet
from tests.oracle.playout import PlayoutMode, PlayoutSettings
from tests.oracle.probation import proven_packets
from tests.oracle.stream import OracleStream
from tests.oracle.totals import Totals

PLAYOUTS = [
    PlayoutSettings(),
    PlayoutSettings(mode=PlayoutMode.FIXED),
    PlayoutSettings(nominal_ns=10_000_000, min_ns=5_000_000, max_ns=30_000_000),
]


@COMPARISON
@given(tap=taps(), playout=st.sampled_from(PLAYOUTS), window_s=st.sampled_from([1, 10]))
def test_announced_streams(tap: Tap, playout: PlayoutSettings, window_s: int) -> None:
    """Streams at announced endpoints are counted alike from their first packet on."""
    harness = Harness(kernel_settings(playout, window_ns=window_s * 1_000_000_000))
    announce_all(harness)
    harness.packets(tap)
    harness.finish()

    assert len(set(harness.streams)) == len(harness.streams)
    for stream in {stream for stream, _ in tap}:
        oracle = OracleStream(playout=playout)
        for packet in packets_of(tap, stream):
            oracle.packet(packet)
        oracle.finish()
        assert_agree(harness.totals(stream), oracle.totals())


@COMPARISON
@given(tap=taps(), cuts=st.lists(st.integers(0, 2000), max_size=6))
def test_live_streams(tap: Tap, cuts: list[int]) -> None:
    """Whenever the kernel is read, it shows what the oracle knows at that packet.

    All but the histograms, which come with the windows; at the end it has shown them too.
    """
    harness = Harness()
    announce_all(harness)
    oracles = {stream: OracleStream() for stream in STREAMS}
    places = sorted({0, *(cut for cut in cuts if cut < len(tap)), len(tap)})
    for begin, end in pairwise(places):
        harness.packets(tap[begin:end])
        for stream, packet in tap[begin:end]:
            oracles[stream].packet(packet)
        for stream in harness.streams:
            shown = harness.totals(stream)
            assert_agree(shown, with_histograms_of(shown, oracles[stream].totals()))
    harness.finish()
    for stream in harness.streams:
        oracles[stream].finish()
        assert_agree(harness.totals(stream), oracles[stream].totals())


def with_histograms_of(shown: Totals, known: Totals) -> Totals:
    """What the oracle knows, as if its histograms were those that windows have shown so far."""
    return replace(
        known,
        delay_variation_histogram=shown.delay_variation_histogram,
        loss_run_histogram=shown.loss_run_histogram,
    )


@COMPARISON
@given(tap=taps())
def test_streams_on_probation(tap: Tap) -> None:
    """Streams that nobody announced count from the first of two packets in sequence on."""
    harness = Harness()
    harness.packets(tap)
    harness.finish()
    for stream in {stream for stream, _ in tap}:
        proven = proven_packets(packets_of(tap, stream))
        assert (stream in harness.streams) == bool(proven)
        if not proven:
            event("unproven")
            continue
        oracle = OracleStream()
        for packet in proven:
            oracle.packet(packet)
        oracle.finish()
        assert_agree(harness.totals(stream), oracle.totals())


@COMPARISON
@given(packets=senders())
def test_a_stream_adds_up(packets: list[Packet]) -> None:
    """Lost only grows, and at the end what was expected was either received or lost."""
    harness = Harness()
    announce_all(harness)
    lost = 0
    for begin in range(0, len(packets), 40):
        harness.packets((STREAMS[0], packet) for packet in packets[begin : begin + 40])
        now_lost = harness.totals(STREAMS[0]).lost if harness.started else 0
        assert now_lost >= lost
        lost = now_lost
    harness.finish()
    if harness.started:
        totals = harness.totals(STREAMS[0])
        assert totals.lost >= lost
        assert totals.expected == totals.received + totals.lost
        assert sum(totals.loss_run_histogram) == totals.loss_runs
