"""Reading a kernel changes nothing and is safe from any thread."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from tests.dataplane.harness import Harness
from tests.dataplane.scenarios import speech
from tests.dataplane.traffic import CALLEE, CALLER, StreamId, batch, media_frame

STREAM = StreamId(7, CALLER, CALLEE)


def test_reading_changes_nothing() -> None:
    """Two readers in a row see the same, and what follows is counted as if nobody had read."""
    read, unread = Harness(), Harness()
    for packet in speech([*range(100), *range(102, 300)]):
        for harness in (read, unread):
            harness.packets([(STREAM, packet)])
        if read.started:
            first, second = (read.kernel.totals([read.slot(STREAM)]) for _ in range(2))
            assert first.tobytes() == second.tobytes()
            assert read.kernel.statistics().rtp_packets == read.kernel.statistics().rtp_packets

    assert read.totals(STREAM) == unread.totals(STREAM)


def test_slots_that_never_were() -> None:
    """A slot that never held a stream raises IndexError."""
    harness = Harness()
    harness.packets((STREAM, packet) for packet in speech(range(3)))
    for slot in (-1, 1 << 31, 1_000_000):
        with pytest.raises((IndexError, OverflowError)):
            harness.kernel.describe(slot)
    with pytest.raises(IndexError):
        harness.kernel.totals([1_000_000])


def test_no_slots() -> None:
    """Asking for no stream gives no rows."""
    assert len(Harness().kernel.totals([])) == 0
    assert len(Harness().kernel.totals(np.empty(0, np.int64))) == 0


def test_reader_beside_the_writer() -> None:
    """A thread that reads while frames are counted sees each stream between two packets."""
    # Without loss every number that is expected was received, at any time.
    harness = Harness()
    packets = speech(range(60_000))
    harness.packets((STREAM, packet) for packet in packets[:10])
    slot = harness.slot(STREAM)
    whole = batch(media_frame(packet, STREAM) for packet in packets[10:])
    torn: list[np.void] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            row = harness.kernel.totals([slot])[0]
            if row["expected"] != row["received"] or row["jitter_count"] != row["received"] - 1:
                torn.append(row)

    reader = threading.Thread(target=read)
    reader.start()
    position = 0
    while position < whole.count:
        position = harness.kernel.ingest(whole, position, harness)
        if harness.kernel.window_due:
            harness.kernel.roll(harness.kernel.window_end_ns)
    done.set()
    reader.join()

    assert torn == []
    assert harness.totals(STREAM).received == 60_000
