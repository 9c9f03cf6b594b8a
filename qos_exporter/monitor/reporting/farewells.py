"""Streams that were said to end (RTCP BYE), and the time that their last packets are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qos_exporter.monitor.source import Source
    from qos_exporter.monitor.tracked import TrackedStream

GRACE_NS = SECOND_NS
"""Packets may overtake the BYE, or lag behind it. Who goes on sending for longer has not ended."""


class Farewells:
    """Lets streams end whose senders have said goodbye (RFC 3550 section 6.6)."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources
        self._said_ns: dict[TrackedStream, int] = {}

    def say(self, stream: TrackedStream, at_ns: int) -> None:
        """Take note of a BYE."""
        if stream.is_live:
            self._said_ns.setdefault(stream, at_ns)

    def settle(self, now_ns: int) -> None:
        """Let those end whose time is over and of which nothing came since."""
        due = [each for each, at_ns in self._said_ns.items() if now_ns - at_ns >= GRACE_NS]
        for stream in due:
            said_ns = self._said_ns.pop(stream)
            source = self._sources[stream.source]
            if not (stream.is_live and source.holds(stream)):
                continue
            if source.kernel.last_packet_ns(stream.slot) < said_ns + GRACE_NS // 2:
                source.kernel.release(stream.slot, stream.kernel_serial)

    def clear(self) -> None:
        """Forget all."""
        self._said_ns.clear()
