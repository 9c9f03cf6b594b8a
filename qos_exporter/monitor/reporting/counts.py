"""What is counted about reports since the start."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from qos_exporter.snapshot import ReportTotals

if TYPE_CHECKING:
    from qos_exporter.reports.call_round_trip import TripSource
    from qos_exporter.reports.round_trip import Rejection


class ReportCounts:
    """Counters over reports. They only grow."""

    def __init__(self) -> None:
        self.packets: Counter[str] = Counter()
        """RTCP packets by type."""
        self.unmatched: Counter[str] = Counter()
        """Reports about a stream that nobody has seen, by source."""
        self.rejected: Counter[tuple[TripSource, Rejection]] = Counter()
        """Round trips that were not believed."""
        self.encrypted = 0
        """SRTCP datagrams, of which nothing can be read."""

    def view(self) -> ReportTotals:
        """Copy the counters."""
        return ReportTotals(
            rtcp_packets=tuple(sorted(self.packets.items())),
            unmatched=tuple(sorted(self.unmatched.items())),
            rejected_round_trips=tuple(
                (source.value, reason.value, count)
                for (source, reason), count in sorted(self.rejected.items())
            ),
            encrypted=self.encrypted,
        )
