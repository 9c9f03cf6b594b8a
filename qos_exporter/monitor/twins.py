"""Streams that are captured on several interfaces at once; their packets count on one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qos_exporter.monitor.source import Source
    from qos_exporter.monitor.tracked import TrackedStream

ALONGSIDE_NS = 2 * SECOND_NS
"""Two sightings of a stream that are further apart than this are one after the other: it has moved
from one interface to another. Interfaces are not read in step, but far closer than this."""


class Twins:
    """Knows of every such stream where it was seen first.

    A mirror of both sides of a router, or a port that two mirrors cover, shows all packets twice.
    """

    def __init__(self, sources: Sequence[Source], *, vlan_in_key: bool) -> None:
        self._sources = sources
        self._vlan_in_key = vlan_in_key
        self._first: dict[TrackedStream, TrackedStream] = {}

    def claim(self, stream: TrackedStream) -> bool:
        """Whether a new stream is one that another source has; it counts nowhere then."""
        for source in self._sources:
            if source.index == stream.source:
                continue
            other = source.sent_from(stream.src, stream.ssrc)
            if other is None or not self._is_same(stream, other):
                continue
            if self._silence_ns(other, stream.first_ns) <= ALONGSIDE_NS:
                self._first[stream] = self._first.get(other, other)
                stream.counts = False
                return True
        return False

    def discard(self, stream: TrackedStream) -> bool:
        """Forget a stream that has ended; says whether it was known here."""
        return self._first.pop(stream, None) is not None

    def firsts(self, source: Source) -> Iterator[TrackedStream]:
        """Give the streams of other sources that this one sees as well."""
        return (first for stream, first in self._first.items() if stream.source == source.index)

    def let_go(self, source: Source) -> None:
        """Let those of a source begin anew that go on where the first sighting has fallen silent.

        That is so when the other interface is down, or the calls have moved to this one.
        """
        for stream, first in list(self._first.items()):
            if stream.source != source.index or not source.holds(stream):
                continue
            last_ns = source.kernel.last_packet_ns(stream.slot)
            over = first.call is not None and first.call.is_ended
            if not over and self._silence_ns(first, last_ns) > ALONGSIDE_NS:
                del self._first[stream]
                source.drop(stream.slot)
                source.kernel.release(stream.slot, stream.kernel_serial)

    def _is_same(self, stream: TrackedStream, other: TrackedStream) -> bool:
        if stream.dst != other.dst:
            return False
        return not self._vlan_in_key or self._vlan_of(stream) == self._vlan_of(other)

    def _vlan_of(self, stream: TrackedStream) -> int:
        return self._sources[stream.source].kernel.describe(stream.slot).vlan

    def _silence_ns(self, stream: TrackedStream, now_ns: int) -> int:
        """How long a stream has been silent at its own source."""
        source = self._sources[stream.source]
        if not source.holds(stream):
            return now_ns - stream.last_ns
        return now_ns - source.kernel.last_packet_ns(stream.slot)
