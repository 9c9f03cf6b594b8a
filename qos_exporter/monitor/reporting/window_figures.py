"""What reports tell of the window that closes, stream by stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qos_exporter.monitor.history import REPORTED_FIGURES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qos_exporter.monitor.groups import Groups
    from qos_exporter.monitor.reporting.trips import Trips
    from qos_exporter.monitor.source import Source
    from qos_exporter.reports.rtcp_reports import ReportedWindow

REPORTED = np.dtype([(name, "f8") for name in REPORTED_FIGURES])
"""One row per stream and window. NaN is what nobody told."""


def blank(count: int) -> NDArray[np.void]:
    """Rows of which nothing is known."""
    rows = np.empty(count, dtype=REPORTED)
    for name in REPORTED_FIGURES:
        rows[name] = np.nan
    return rows


class WindowFigures:
    """Gathers the reports of a window, for its scores and for the aggregates."""

    def __init__(self, trips: Trips, groups: Groups) -> None:
        self._trips = trips
        self._groups = groups

    def close(
        self, source: Source, rows: NDArray[np.void], numbers: NDArray[np.int64], end_ns: int
    ) -> NDArray[np.void]:
        """Give a `REPORTED` row for each window row; `numbers` are their groups."""
        reported = blank(len(rows))
        slots = rows["slot"].tolist()
        for at, (slot, number) in enumerate(zip(slots, numbers.tolist(), strict=True)):
            stream = source.at(slot)
            if stream is None:
                continue
            trip = None if stream.call is None else self._trips.of(stream.call)
            if trip is not None:
                reported["round_trip_s"][at] = as_nan(trip.current_s(end_ns))
            if stream.reports is not None and stream.reports.rtcp is not None:
                window = stream.reports.rtcp.close_window()
                fill(reported, at, window, tap_jitter_s=float(rows["jitter_mean_s"][at]))
                self._groups.sums[number].reports.add(window, reported[at])
        return reported


def fill(
    reported: NDArray[np.void], at: int, window: ReportedWindow, *, tap_jitter_s: float
) -> None:
    """Enter what the reports of one window say of one stream."""
    if window.loss is not None:
        reported["reported_loss_ratio"][at] = window.loss.ratio
    if window.downstream is not None:
        reported["downstream_loss_ratio"][at] = window.downstream.ratio
    if window.jitter_s is not None:
        reported["reported_jitter_s"][at] = window.jitter_s
        # A receiver cannot take jitter away before it measures it; what looks like it is noise.
        reported["downstream_jitter_s"][at] = np.maximum(0.0, window.jitter_s - tap_jitter_s)


def as_nan(value: float | None) -> float:
    """NaN for what is not known."""
    return np.nan if value is None else value
