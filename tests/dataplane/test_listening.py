"""What a kernel tells while it counts a batch, and when."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from qos_exporter.dataplane.values import SlowFrame, StartedStream
from tests.dataplane.harness import Harness
from tests.dataplane.scenarios import START_NS, speech
from tests.dataplane.traffic import (
    CALLEE,
    CALLER,
    Frame,
    StreamId,
    batch,
    ethernet,
    ip_datagram,
    media_frame,
)

STREAM = StreamId(7, CALLER, CALLEE)
INVITE = b"INVITE sip:bob@example.com SIP/2.0\r\nCall-ID: 1\r\n\r\n"


def signalling(at_ns: int = START_NS) -> Frame:
    """Build a frame with a SIP message."""
    return Frame(ethernet(ip_datagram(CALLER, CALLEE, INVITE)), at_ns)


class Announcing(Harness):
    """Announces the callee's endpoint with the first message that it sees."""

    def __init__(self) -> None:
        super().__init__()
        self.packets_before: list[int] = []

    def frame_set_aside(self, frame: SlowFrame) -> None:
        """Take the message for one that has a session description."""
        super().frame_set_aside(frame)
        self.packets_before.append(self.kernel.statistics().rtp_packets)
        self.kernel.announce(CALLEE)


class Failing(Harness):
    """Cannot stand messages."""

    def frame_set_aside(self, frame: SlowFrame) -> None:
        """Fail at every frame."""
        raise ValueError(frame.data)


class Recording(Harness):
    """Notes what it is told, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def streams_started(self, streams: Sequence[StartedStream]) -> None:
        """Note the streams."""
        self.told += [f"stream {each.key.ssrc}" for each in streams]

    def frame_set_aside(self, frame: SlowFrame) -> None:
        """Note the message."""
        self.told.append(frame.data[:6].decode())


def test_signalling_holds_for_the_next_packet() -> None:
    """A message is heard after all packets before it and before the first one after it."""
    first, *others = speech(range(5))
    harness = Announcing()
    stranger = StreamId(8, CALLER, CALLEE)
    harness.frames(
        [media_frame(first, stranger), signalling(), *(media_frame(p, STREAM) for p in others[:1])]
    )

    assert harness.packets_before == [1]
    assert harness.streams == [STREAM]


def test_streams_are_told_before_the_message_that_follows() -> None:
    """Streams and messages come in the order of the wire."""
    harness = Recording()
    packets = speech(range(3))
    harness.frames(
        [
            signalling(),
            *(media_frame(packet, STREAM) for packet in packets),
            signalling(packets[-1].arrival_ns),
        ]
    )

    assert harness.told == ["INVITE", "stream 7", "INVITE"]


def test_failure_of_the_listener() -> None:
    """What the listener could not stand is gone with its batch; the next one is counted."""
    harness = Failing()
    with pytest.raises(ValueError, match="INVITE"):
        harness.kernel.ingest(batch([signalling()]), 0, harness)
    harness.packets((STREAM, packet) for packet in speech(range(3)))

    assert harness.totals(STREAM).received == 3
