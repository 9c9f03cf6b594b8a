"""One source of frames: its kernel, and the streams that live in the kernel's slots."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qos_exporter.dataplane.kernel import Kernel
from qos_exporter.dataplane.packet_clock import PacketClock
from qos_exporter.monitor.history import History
from qos_exporter.monitor.ssrc_index import SsrcIndex
from qos_exporter.monitor.tracked import TrackedStream
from qos_exporter.snapshot import CaptureView
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from qos_exporter.dataplane.settings import KernelSettings
    from qos_exporter.dataplane.values import StartedStream, StreamKey
    from qos_exporter.net import Endpoint

    CaptureStatus = Callable[[], CaptureView]


def ends_of(stream: TrackedStream | StreamKey) -> tuple[int, int]:
    """What a stream keeps if NAT moves one of its ends: its SSRC and the other end, hashed."""
    return hash((stream.ssrc, stream.src)), hash((stream.dst, stream.ssrc))


class Source:
    """A capture file or an interface, by its position among all of them."""

    def __init__(self, index: int, name: str, settings: KernelSettings) -> None:
        self.index = index
        self.name = name
        self.kernel = Kernel(settings)
        self.clock = PacketClock()
        """All times of the kernel, and of what follows from it, are this clock's."""
        self.history = History()
        self.status: CaptureStatus | None = None
        """Asks the capture how it fares; `None` where it cannot miss anything."""
        self._streams: list[TrackedStream | None] = []
        self._by_end: dict[int, TrackedStream] = {}
        self._moved: dict[TrackedStream, StreamKey] = {}
        """Where streams run that NAT has moved; they are shown where they began."""
        self._by_ssrc = SsrcIndex()
        self._gaps_seen = 0

    def take(self, streams: Sequence[StartedStream]) -> list[TrackedStream]:
        """Follow what the kernel has found; gives those that are really new."""
        self.history.begin([each.slot for each in streams])
        return [self._start(each) for each in streams if not self._resume(each)]

    def _start(self, started: StartedStream) -> TrackedStream:
        stream = TrackedStream(started, source=self.index)
        self._place(stream, started.slot)
        self._enter_ends(stream, started.key)
        self._by_ssrc.add(stream)
        return stream

    def _resume(self, started: StartedStream) -> bool:
        """Let a new stream be the continuation of one of which NAT has moved an end.

        It has the same SSRC and goes on where the other fell silent, to another receiver, or from
        another port of the same sender.
        """
        key, slot = started.key, started.slot
        for end in ends_of(key):
            earlier = self._by_end.get(end)
            if earlier is not None and earlier.ssrc == key.ssrc:
                same_sender = earlier.src.address == key.src.address
                if same_sender and self.kernel.continue_stream(slot, earlier.slot):
                    self._move(earlier, started)
                    return True
        return False

    def _move(self, stream: TrackedStream, started: StartedStream) -> None:
        self.history.move(stream.slot, started.slot)
        self._streams[stream.slot] = None
        self._place(stream, started.slot)
        former = self._moved.get(stream)
        if former is not None:
            self._discard_ends(stream, former)
        self._moved[stream] = started.key
        self._enter_ends(stream, started.key)
        # It may have had one of its first ends in its former place, too.
        for end in ends_of(stream):
            self._by_end.setdefault(end, stream)

    def _enter_ends(self, stream: TrackedStream, key: TrackedStream | StreamKey) -> None:
        by_src, by_dst = ends_of(key)
        self._by_end[by_src] = self._by_end[by_dst] = stream

    def _discard_ends(self, stream: TrackedStream, key: TrackedStream | StreamKey) -> None:
        for end in ends_of(key):
            if self._by_end.get(end) is stream:
                del self._by_end[end]

    def _place(self, stream: TrackedStream, slot: int) -> None:
        if slot >= len(self._streams):
            self._streams.extend([None] * (slot + 1 - len(self._streams)))
        self._streams[slot] = stream
        stream.slot = slot

    def at(self, slot: int) -> TrackedStream | None:
        """The stream that is followed in a slot."""
        return self._streams[slot] if slot < len(self._streams) else None

    def drop(self, slot: int) -> None:
        """Follow the stream in this slot no longer."""
        stream = self._streams[slot]
        self._streams[slot] = None
        if stream is not None:
            self._by_ssrc.discard(stream)
            self._discard_ends(stream, stream)
            moved = self._moved.pop(stream, None)
            if moved is not None:
                self._discard_ends(stream, moved)

    def sent_from(self, endpoint: Endpoint, ssrc: int) -> TrackedStream | None:
        """The stream that is sent from an endpoint under this SSRC."""
        stream = self._by_end.get(hash((ssrc, endpoint)))
        if stream is None or stream.ssrc != ssrc:
            return None
        is_there = endpoint == stream.src or endpoint == self._ends_now(stream).src
        return stream if is_there else None

    def sent_from_below(self, control: Endpoint, ssrc: int) -> TrackedStream | None:
        """The stream that is sent under this SSRC from the port below that of its RTCP.

        The same as `sent_from` says of that port; here is no endpoint made for it.
        """
        end = control.address, control.port - 1
        stream = self._by_end.get(hash((ssrc, end)))
        if stream is None or stream.ssrc != ssrc:
            return None
        is_there = end == stream.src or end == self._ends_now(stream).src
        return stream if is_there else None

    def received_at(self, endpoint: Endpoint, ssrc: int) -> TrackedStream | None:
        """The stream that arrives at an endpoint under this SSRC."""
        stream = self._by_end.get(hash((endpoint, ssrc)))
        if stream is None or stream.ssrc != ssrc:
            return None
        is_there = endpoint == stream.dst or endpoint == self._ends_now(stream).dst
        return stream if is_there else None

    def _ends_now(self, stream: TrackedStream) -> TrackedStream | StreamKey:
        """The ends between which a stream runs now."""
        return self._moved.get(stream, stream)

    def only_with(self, ssrc: int) -> TrackedStream | None:
        """The stream with this SSRC, if there is exactly one."""
        return self._by_ssrc.only(ssrc)

    def has_seen(self, ssrc: int) -> bool:
        """Whether a stream has, or not long ago had, this SSRC."""
        return ssrc in self._by_ssrc

    def streams(self) -> Iterator[TrackedStream]:
        """All streams that count."""
        return (stream for stream in self._streams if stream is not None and stream.counts)

    def holds(self, stream: TrackedStream) -> bool:
        """Whether the stream's slot is still its own."""
        return self.at(stream.slot) is stream

    def call_id_at(self, slot: int) -> str | None:
        """The call of the stream in a slot."""
        stream = self.at(slot)
        return stream.call.call_id if stream is not None and stream.call is not None else None

    def is_current(self, rows: NDArray[np.void]) -> NDArray[np.bool_]:
        """Whether each row is about a stream that counts."""
        streams = map(self.at, rows["slot"].tolist())
        return np.array([stream is not None and stream.counts for stream in streams], dtype=bool)

    def view(self) -> CaptureView:
        """How the capture fares, as it says itself, or as its kernel saw it."""
        if self.status is not None:
            return self.status()
        counted = self.kernel.statistics()
        return CaptureView(
            interface=self.name,
            method="file",
            packets=counted.frames,
            bytes=counted.bytes,
            kernel_drops=0,
            interface_drops=0,
            healthy=True,
            last_packet_s=self._last_packet_s() if counted.frames else None,
        )

    def _last_packet_s(self) -> float:
        return (self.kernel.now_ns - self.clock.ahead_ns) / SECOND_NS

    def take_dropped(self) -> bool:
        """Whether the capture has missed frames, for whatever reason, since this was last asked."""
        if self.status is None:
            return False
        status = self.status()
        gaps = status.kernel_drops + status.interface_drops + status.interruptions
        dropped, self._gaps_seen = gaps > self._gaps_seen, gaps
        return dropped
