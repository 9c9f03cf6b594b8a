"""Streams that have the same SSRC at a time: their ends tell them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qos_exporter.dataplane.values import StreamKey
    from qos_exporter.monitor.tracked import TrackedStream


class Namesakes:
    """All streams that have had an SSRC since two of them had it at once, until all are gone.

    Of several with the same end it finds the one that was entered last.
    """

    __slots__ = ("_by_dst", "_by_src", "_count")

    def __init__(self) -> None:
        self._by_src: dict[tuple[str, int], TrackedStream] = {}
        self._by_dst: dict[tuple[str, int], TrackedStream] = {}
        self._count = 0

    def __bool__(self) -> bool:
        """Whether any of them is still there."""
        return self._count > 0

    def sent_from(self, end: tuple[str, int]) -> TrackedStream | None:
        """The one that is sent from an endpoint."""
        return self._by_src.get(end)

    def received_at(self, end: tuple[str, int]) -> TrackedStream | None:
        """The one that arrives at an endpoint."""
        return self._by_dst.get(end)

    def add(self, stream: TrackedStream) -> None:
        """One more has the SSRC."""
        self._count += 1
        self.enter(stream, stream)

    def discard(self, stream: TrackedStream) -> None:
        """One of them is gone."""
        self._count -= 1
        self.leave(stream, stream)

    def enter(self, ends: TrackedStream | StreamKey, stream: TrackedStream) -> None:
        """Let a stream be found at these ends."""
        self._by_src[ends.src] = self._by_dst[ends.dst] = stream

    def enter_where_free(self, ends: TrackedStream | StreamKey, stream: TrackedStream) -> None:
        """Let a stream be found at these ends, unless another one is."""
        self._by_src.setdefault(ends.src, stream)
        self._by_dst.setdefault(ends.dst, stream)

    def leave(self, ends: TrackedStream | StreamKey, stream: TrackedStream) -> None:
        """Let a stream be found at these ends no longer."""
        if self._by_src.get(ends.src) is stream:
            del self._by_src[ends.src]
        if self._by_dst.get(ends.dst) is stream:
            del self._by_dst[ends.dst]
