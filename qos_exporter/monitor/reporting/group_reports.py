"""What was reported of the streams of one group, since the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.monitor.tallies import Tally
from qos_exporter.snapshot import Exemplar, GroupReports
from qos_exporter.snapshot.edges import JITTER_S_EDGES, LOSS_RATIO_EDGES, ROUND_TRIP_S_EDGES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qos_exporter.reports.call_round_trip import TripSource
    from qos_exporter.reports.rtcp_reports import ReportedWindow


class ReportSums:
    """Sums that only grow."""

    def __init__(self) -> None:
        self.is_empty = True
        self._expected = 0
        self._lost = 0
        self._downstream_expected = 0
        self._downstream_lost = 0
        self._loss_ratio = Tally(LOSS_RATIO_EDGES)
        self._jitter_s = Tally(JITTER_S_EDGES)
        self._downstream_loss_ratio = Tally(LOSS_RATIO_EDGES)
        self._round_trip_s: dict[TripSource, Tally] = {}

    def add(self, window: ReportedWindow) -> None:
        """Add the reports of one stream and window."""
        self.is_empty = False
        if window.loss is not None:
            self._expected += window.loss.expected
            self._lost += window.loss.lost
            self._loss_ratio.add_one(window.loss.ratio)
        if window.downstream is not None:
            self._downstream_expected += window.downstream.expected
            self._downstream_lost += window.downstream.lost
            self._downstream_loss_ratio.add_one(window.downstream.ratio)
        if window.jitter_s is not None:
            self._jitter_s.add_one(window.jitter_s)

    def add_round_trip(self, source: TripSource, trip: Exemplar) -> None:
        """Add one round trip of one call."""
        self.is_empty = False
        tally = self._round_trip_s.get(source)
        if tally is None:
            tally = self._round_trip_s[source] = Tally(ROUND_TRIP_S_EDGES)
        tally.add_example(trip)

    def view(self, means: Sequence[float | None]) -> GroupReports | None:
        """Copy them; `means` are those of the last windows: loss ratio, jitter, round trip."""
        if self.is_empty:
            return None
        loss_ratio, jitter_s, round_trip_s = means
        return GroupReports(
            packets_expected=self._expected,
            packets_lost=self._lost,
            downstream_packets_expected=self._downstream_expected,
            downstream_packets_lost=self._downstream_lost,
            window_loss_ratio=self._loss_ratio.view(),
            window_jitter_s=self._jitter_s.view(),
            window_downstream_loss_ratio=self._downstream_loss_ratio.view(),
            round_trip_s=tuple(
                (source.value, tally.view()) for source, tally in sorted(self._round_trip_s.items())
            ),
            active_loss_ratio_mean=loss_ratio,
            active_jitter_s_mean=jitter_s,
            active_round_trip_s_mean=round_trip_s,
        )
