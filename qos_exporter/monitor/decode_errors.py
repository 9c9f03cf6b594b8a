"""Messages that broke the rules of their protocol, counted."""

from __future__ import annotations

from collections import Counter


class DecodeErrors:
    """Counts by protocol and reason, for whoever reads a protocol."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()

    def count(self, protocol: str, reason: str) -> None:
        """Count one."""
        self._counts[protocol, reason] += 1

    def view(self) -> tuple[tuple[str, str, int], ...]:
        """Copy the counters: (protocol, reason, count), sorted."""
        return tuple(
            (protocol, reason, count) for (protocol, reason), count in sorted(self._counts.items())
        )
