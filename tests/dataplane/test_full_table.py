"""What a full table does: who is followed, and who gives way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from qos_exporter.net import Endpoint
from tests.dataplane.harness import Harness, kernel_settings
from tests.dataplane.scenarios import MS, SECOND, delayed, speech
from tests.dataplane.traffic import CALLEE, CALLER, StreamId, named


def test_full_table_evicts_and_counts() -> None:
    """A table that is full takes no more than its limit and counts what it gave up."""
    harness = Harness(kernel_settings(table_limit=64))
    streams = [StreamId(ssrc, CALLER, CALLEE) for ssrc in range(100)]
    for number in range(10):
        for index, stream in enumerate(streams):
            packet = speech(range(10))[number]
            harness.packets([(stream, replace(packet, arrival_ns=packet.arrival_ns + index))])
    statistics = harness.kernel.statistics()

    assert statistics.entries <= statistics.limit == 64
    assert statistics.evictions > 0


def test_full_table_has_a_bound_within_a_window_too() -> None:
    """Streams that gave way keep their records up to the next window: no more than may run.

    Behind that window there is room for others again.
    """
    harness = Harness(kernel_settings(table_limit=4, window_ns=60 * SECOND))
    crowd = [StreamId(ssrc, CALLER, CALLEE) for ssrc in range(40)]
    for index, stream in enumerate(crowd):
        # Each comes when all others have been silent for more than a second.
        harness.packets(named(stream, delayed(speech(range(2)), 1200 * index * MS)))
    assert len(harness.streams) == 8
    assert harness.kernel.statistics().evictions >= 40 - 4

    late = StreamId(5000, CALLER, CALLEE)
    harness.packets(named(crowd[0], delayed(speech(range(2)), 65 * SECOND)))
    for row in harness.window_rows():
        harness.kernel.release(row["slot"], row["serial"])
    harness.packets(named(late, delayed(speech(range(10)), 66 * SECOND)))
    assert harness.totals(late).received == 10
    assert max(harness.slot(stream) for stream in harness.streams) < 8


@pytest.mark.parametrize("announced", [False, True], ids=["found", "announced"])
def test_more_streams_than_there_is_room_for(*, announced: bool) -> None:
    """Those that came first are followed to the last packet; nobody drives out who is heard."""
    harness = Harness(kernel_settings(table_limit=64))
    if announced:
        harness.kernel.announce(CALLEE)
    streams = [StreamId(ssrc, CALLER, CALLEE) for ssrc in range(200)]
    for packet in speech(range(50)):
        harness.packets((stream, packet) for stream in streams)

    assert harness.streams == streams[:64]
    assert {harness.totals(stream).received for stream in harness.streams} == {50}
    assert harness.kernel.statistics().evictions > 0


SILENT = [
    pytest.param(900, False, id="may-go-on"),
    pytest.param(1100, True, id="gives-way"),
]


@pytest.mark.parametrize(("silent_ms", "is_taken"), SILENT)
def test_silent_stream_gives_way(silent_ms: int, *, is_taken: bool) -> None:
    """In a full table a newcomer takes the place of a stream that is silent for a second."""
    harness = Harness(kernel_settings(table_limit=2))
    silent, heard, newcomer = (StreamId(ssrc, CALLER, CALLEE) for ssrc in range(3))
    harness.packets(named(silent, speech(range(2))))
    harness.packets(named(heard, speech(range(2 + silent_ms // 20))))
    harness.packets(named(newcomer, delayed(speech(range(2)), (20 + silent_ms) * MS)))

    assert harness.streams == [silent, heard, newcomer][: 3 if is_taken else 2]


def test_candidate_gives_way_to_what_is_announced() -> None:
    """A single packet that nobody announced holds no place against media of a call."""
    harness = Harness(kernel_settings(table_limit=1))
    harness.kernel.announce(CALLEE)
    elsewhere = Endpoint("10.9.9.9", 7000)
    stray, stream = StreamId(1, elsewhere, elsewhere), StreamId(2, CALLER, CALLEE)
    harness.packets(named(stray, speech(range(1))))
    harness.packets(named(stream, speech(range(10))))

    assert harness.totals(stream).received == 10


def test_muted_stream_that_gives_way_leaves_its_slot() -> None:
    """Nothing is to come of a stream whose call and last row are past: its slot is free at once."""
    harness = Harness(kernel_settings(table_limit=1))
    muted, other = StreamId(1, CALLER, CALLEE), StreamId(2, CALLER, CALLEE)
    harness.kernel.announce(CALLEE)
    harness.packets(named(muted, speech(range(10))))
    slot = harness.slot(muted)
    harness.kernel.mute(slot)
    harness.packets(named(muted, delayed(speech(range(10, 20)), 11 * SECOND)))
    harness.packets(named(other, delayed(speech(range(10)), 12 * SECOND)))

    assert harness.kernel.statistics().evictions == 1
    assert harness.slot(other) == slot


def test_table_without_limit_grows() -> None:
    """Without a limit every stream is kept, and none is lost while the table grows."""
    harness = Harness(kernel_settings(table_limit=0))
    streams = [StreamId(ssrc * 800_000, CALLER, CALLEE) for ssrc in range(5000)]
    for packet in speech(range(4)):
        harness.packets((stream, packet) for stream in streams)
    slots = np.array([slot for slot, _ in harness.started])
    totals = harness.kernel.totals(slots)

    assert len(set(harness.streams)) == 5000
    assert (totals["received"] == 4).all()
    assert (totals["lost"] == 0).all()
    assert harness.kernel.statistics().entries == 5000
    assert harness.kernel.statistics().evictions == 0
