"""What is counted about reports since the start."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import TYPE_CHECKING

from qos_exporter.reports.call_round_trip import TripSource
from qos_exporter.reports.round_trip import Rejection
from qos_exporter.reports.stream_reports import ReportSource
from qos_exporter.snapshot import ReportTotals

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeVar

    K = TypeVar("K")

RTCP_TYPES = ("sr", "rr", "sdes", "bye", "app", "rtpfb", "psfb", "xr", "unknown")
"""What an RTCP packet can be."""

MEASURED_TRIPS: tuple[TripSource, ...] = tuple(
    each for each in TripSource if each is not TripSource.AMI
)
"""Those that we work out ourselves. What a PBX tells is judged, and counted, where it is read."""


class ReportCounts:
    """Counters over reports. They only grow."""

    def __init__(self) -> None:
        self.packets = zeros(RTCP_TYPES)
        """RTCP packets by type."""
        self.unmatched = zeros(each for each in ReportSource if each is not ReportSource.AMI)
        """Reports about a stream that nobody has seen, by source."""
        self.rejected = zeros(product(MEASURED_TRIPS, Rejection))
        """Round trips that were not believed."""
        self.encrypted = 0
        """SRTCP datagrams, of which nothing can be read."""

    def view(self) -> ReportTotals:
        """Copy the counters."""
        return ReportTotals(
            rtcp_packets=tuple(self.packets.items()),
            unmatched=tuple((source.value, count) for source, count in self.unmatched.items()),
            rejected_round_trips=tuple(
                (source.value, reason.value, count)
                for (source, reason), count in self.rejected.items()
            ),
            encrypted=self.encrypted,
        )


def zeros(kinds: Iterable[K]) -> Counter[K]:
    """Counters that are there, and shown, before there is anything to count."""
    return Counter(dict.fromkeys(kinds, 0))
