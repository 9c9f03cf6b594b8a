"""Datagrams that were captured more than once: on both ports of a mirror, or on two interfaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from qos_exporter.dataplane.values import SlowFrame

SPAN_NS = SECOND_NS
"""The same octets between the same ends within this time are one datagram. Nobody has to say the
same again so soon: two reports of one sender differ in their time."""


class Repeats:
    """Recognises what has just passed. It remembers the datagrams of two spans and no more."""

    def __init__(self) -> None:
        self._current: dict[int, int] = {}
        self._earlier: dict[int, int] = {}
        self._since_ns = 0

    def note(self, frame: SlowFrame) -> bool:
        """Remember a datagram; says whether this very one has passed within the span before."""
        now_ns = frame.at_ns
        if not 0 <= now_ns - self._since_ns < SPAN_NS:
            self._earlier, self._current = self._current, {}
            self._since_ns = now_ns
        key = hash((frame.data, frame.src, frame.dst))
        passed_ns = self._current.get(key) or self._earlier.get(key)
        if passed_ns is not None and 0 <= now_ns - passed_ns < SPAN_NS:
            return True
        self._current[key] = now_ns
        return False
