"""One source of frames: its kernel, and the streams that live in the kernel's slots."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qos_exporter.dataplane.kernel import Kernel
from qos_exporter.dataplane.packet_clock import PacketClock
from qos_exporter.monitor.history import History
from qos_exporter.monitor.stream_index import StreamIndex
from qos_exporter.monitor.tracked import TrackedStream
from qos_exporter.snapshot import CaptureView
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from qos_exporter.dataplane.settings import KernelSettings
    from qos_exporter.dataplane.values import StartedStream
    from qos_exporter.net import Endpoint

    CaptureStatus = Callable[[], CaptureView]
    MayMove = Callable[[TrackedStream, Endpoint, Endpoint], bool]


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
        self._index = StreamIndex()
        self._gaps_seen = 0

    def take(self, streams: Sequence[StartedStream], may_move: MayMove) -> list[TrackedStream]:
        """Follow what the kernel has found; gives those that are really new.

        `may_move` tells whether one that is known may go on between other ends.
        """
        self.history.begin([each.slot for each in streams])
        return [self._start(each) for each in streams if not self._resume(each, may_move)]

    def _start(self, started: StartedStream) -> TrackedStream:
        stream = TrackedStream(started, source=self.index)
        self._place(stream, started.slot)
        self._index.add(stream)
        return stream

    def _resume(self, started: StartedStream, may_move: MayMove) -> bool:
        """Let a new stream be the continuation of one of which NAT has moved an end.

        It has the same SSRC and goes on where the other fell silent, to another receiver, or from
        another port of the same sender.
        """
        for earlier in self._index.with_an_end_of(started.key):
            src, dst = started.key.src, started.key.dst
            may = earlier.src.address == src.address and may_move(earlier, src, dst)
            if may and self.kernel.continue_stream(started.slot, earlier.slot):
                self._move(earlier, started)
                return True
        return False

    def _move(self, stream: TrackedStream, started: StartedStream) -> None:
        self.history.move(stream.slot, started.slot)
        self._streams[stream.slot] = None
        self._place(stream, started.slot)
        self._index.move(stream, started.key)

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
            self._index.discard(stream)

    def receiver_of(self, stream: TrackedStream) -> Endpoint:
        """Where a stream goes now, which is elsewhere than at its beginning if NAT has moved it."""
        return self._index.ends_now(stream).dst

    def sent_from(self, endpoint: Endpoint, ssrc: int) -> TrackedStream | None:
        """The stream that is sent from an endpoint under this SSRC."""
        return self._index.sent_from(endpoint, ssrc)

    def sent_from_below(self, control: Endpoint, ssrc: int) -> TrackedStream | None:
        """The stream that is sent under this SSRC from the port below that of its RTCP.

        The same as `sent_from` says of that port; here is no endpoint made for it.
        """
        return self._index.sent_from((control.address, control.port - 1), ssrc)

    def received_at(self, endpoint: Endpoint, ssrc: int) -> TrackedStream | None:
        """The stream that arrives at an endpoint under this SSRC."""
        return self._index.received_at(endpoint, ssrc)

    def only_with(self, ssrc: int) -> TrackedStream | None:
        """The stream with this SSRC, if there is exactly one."""
        return self._index.only(ssrc)

    def has_seen(self, ssrc: int) -> bool:
        """Whether a stream has, or not long ago had, this SSRC."""
        return ssrc in self._index

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
