"""What reports tell of the window that closes, stream by stream."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING

import numpy as np

from qos_exporter.monitor.history import REPORTED_FIGURES
from qos_exporter.reports.rtcp_reports import NOTHING_REPORTED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qos_exporter.monitor.groups import Groups
    from qos_exporter.monitor.reporting.trips import Trips
    from qos_exporter.monitor.source import Source
    from qos_exporter.monitor.tracked import TrackedStream
    from qos_exporter.reports.rtcp_reports import ReportedWindow

REPORTED = np.dtype([(name, "f8") for name in REPORTED_FIGURES])
"""One row per stream and window. NaN is what nobody told."""

Figures = tuple[float, float, float, float, float]
"""A row, before it is one: thousands of windows end at a time, and to write into rows one by one
takes longer than all else that is done here."""

NO_FIGURES: Figures = (nan, nan, nan, nan, nan)


class WindowFigures:
    """Gathers the reports of a window, for its scores and for the aggregates."""

    def __init__(self, trips: Trips, groups: Groups) -> None:
        self._trips = trips
        self._groups = groups

    def close(
        self, source: Source, rows: NDArray[np.void], numbers: NDArray[np.int64], end_ns: int
    ) -> NDArray[np.void]:
        """Give a `REPORTED` row for each window row; `numbers` are their groups."""
        columns = rows["slot"].tolist(), numbers.tolist(), rows["jitter_mean_s"].tolist()
        figures = []
        for slot, number, tap_jitter_s in zip(*columns, strict=True):
            stream = source.at(slot)
            if stream is None or (stream.reports is None and stream.call is None):
                figures.append(NO_FIGURES)
                continue
            trip = None if stream.call is None else self._trips.of(stream.call)
            round_trip_s = None if trip is None else trip.current_s(end_ns)
            window = self._sum_up(stream, number)
            figures.append(figures_of(window, round_trip_s, tap_jitter_s=tap_jitter_s))
        return np.array(figures, dtype=REPORTED)

    def settle(self, source: Source, rows: NDArray[np.void], numbers: NDArray[np.int64]) -> None:
        """Sum up what was reported of streams that are over, since their last packets."""
        for slot, number in zip(rows["slot"].tolist(), numbers.tolist(), strict=True):
            stream = source.at(slot)
            if stream is not None:
                self._sum_up(stream, number)

    def _sum_up(self, stream: TrackedStream, number: int) -> ReportedWindow:
        """Add what was reported of a stream to its group, and give it."""
        if stream.reports is None or stream.reports.rtcp is None:
            return NOTHING_REPORTED
        window = stream.reports.rtcp.close_window()
        self._groups.sums[number].reports.add(window)
        return window


def figures_of(
    window: ReportedWindow, round_trip_s: float | None, *, tap_jitter_s: float
) -> Figures:
    """What the reports of one window say of one stream, in the order of `REPORTED_FIGURES`."""
    loss, jitter_s, downstream = window.loss, window.jitter_s, window.downstream
    return (
        nan if round_trip_s is None else round_trip_s,
        nan if loss is None else loss.ratio,
        nan if jitter_s is None else jitter_s,
        nan if downstream is None else downstream.ratio,
        # A receiver cannot take jitter away before it measures it; what looks like it is noise. In
        # this order NaN stays NaN.
        nan if jitter_s is None else max(jitter_s - tap_jitter_s, 0.0),
    )
