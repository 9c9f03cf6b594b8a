"""A sender that skips numbers until its count, with the cycles, is at the end of 32 bits."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from qos_exporter.dataplane.frames import BATCH_FRAMES, FrameBatch
from tests.dataplane.harness import Harness, kernel_settings
from tests.dataplane.traffic import StreamId, batch, media_frame
from tests.oracle.packet import Packet

SKIP = 1023
"""As far as numbers can go ahead in one step without beginning anew."""
PASSES = 1 << 32
SEQUENCE_AT = 14 + 20 + 8 + 2
"""Where the number stands in a frame: behind Ethernet, IPv4, UDP and two bytes of RTP."""
STREAM = StreamId()


def send(harness: Harness, numbers: Iterable[int]) -> int:
    """Send packets that differ in nothing but their numbers; gives how many."""
    frame = media_frame(Packet(arrival_ns=1, sequence_number=0, rtp_timestamp=0), STREAM)
    whole = batch([frame] * BATCH_FRAMES)
    octets = np.frombuffer(bytes(whole.data), np.uint8).copy()
    wire = np.fromiter(numbers, np.int64) & 0xFFFF
    for part in np.array_split(wire, -(-len(wire) // BATCH_FRAMES)):
        table = octets.reshape(BATCH_FRAMES, -1)[: len(part)]
        table[:, SEQUENCE_AT], table[:, SEQUENCE_AT + 1] = part >> 8, part & 0xFF
        frames, position = FrameBatch(octets.data, whole.frames, len(part)), 0
        while position < len(part):
            position = harness.kernel.ingest(frames, position, harness)
    return len(wire)


def test_numbers_have_no_end() -> None:
    """Every packet counts once, and a late one is late, however far the numbers have come."""
    harness = Harness(kernel_settings(window_ns=1 << 60))
    skipped = range(1, PASSES, SKIP)
    last = skipped[-1]
    sent = send(harness, [0, *skipped])
    sent += send(harness, (last + 1, last + 2, last + 4, last + 3, last + 5))

    totals = harness.totals(STREAM)
    assert (totals.received, totals.reordered, totals.duplicate) == (sent, 1, 0)
    assert totals.restarts == totals.stopped_gaps == 0
