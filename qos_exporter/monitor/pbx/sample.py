"""The figures of a call over one interval, all of its legs and directions together."""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from qos_exporter.monitor.pbx.leg_reports import largest
from qos_exporter.monitor.pbx.stream import PbxStream
from qos_exporter.monitor.tracked import TrackedStream
from qos_exporter.quality.model_r_factor_lite import r_factor_lite

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy as np

    from qos_exporter.calls.call import Call
    from qos_exporter.calls.media import MediaStream
    from qos_exporter.monitor.history import History
    from qos_exporter.monitor.pbx.leg import Leg
    from qos_exporter.monitor.pbx.parts import PbxParts

MEASURED_LOSSES = ("loss_ratio", "reported_loss_ratio")
MEASURED_JITTERS = ("jitter_s", "reported_jitter_s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The figures of the worst leg and direction; `None` is what is not known."""

    loss_ratio: float | None
    jitter_s: float | None
    round_trip_s: float | None
    r_factor: float | None
    """By the model that scores windows, as the two that follow."""
    mos_lq: float | None
    mos_cq: float | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is known."""
        return all(figure is None for figure in astuple(self))

    @property
    def r_factor_lite(self) -> float | None:
        """R by the two figures that it needs; one that is not known takes nothing from it."""
        if not self._is_measured:
            return None
        return r_factor_lite(
            round_trip_max_s=self.round_trip_s or 0.0, loss_ratio_max=self.loss_ratio or 0.0
        )

    @property
    def _is_measured(self) -> bool:
        return self.loss_ratio is not None or self.round_trip_s is not None


class Sampling:
    """Gathers the figures of reports, and those of windows that were measured or scored."""

    def __init__(self, parts: PbxParts) -> None:
        self._parts = parts

    def take(
        self, legs: Iterable[Leg], since_ns: int, now_ns: int, *, trip_before_s: float | None
    ) -> Sample:
        """Give what is known of the interval.

        Not every interval brings a round trip; the one before holds until the next.
        """
        legs = list(legs)
        reports = [leg.take_reports() for leg in legs]
        calls = [leg.call for leg in legs if leg.call is not None]
        windows = [row for call in calls for row in self._windows(call, since_ns)]
        measured = [row for row, is_measured in windows if is_measured]
        lost = (each.loss_ratio for each in reports)
        jitters = (each.jitter_s for each in reports)
        trips = (each.round_trip_s for each in reports)
        loss_ratio = largest((*lost, *of(measured, *MEASURED_LOSSES)))
        jitter_s = largest((*jitters, *of(measured, *MEASURED_JITTERS)))
        round_trip_s = largest((*trips, *self._round_trips(calls, measured, now_ns)))
        if round_trip_s is None and loss_ratio is not None:
            round_trip_s = trip_before_s
        scored = [row for row, _ in windows]
        return Sample(
            loss_ratio=loss_ratio,
            jitter_s=jitter_s,
            round_trip_s=round_trip_s,
            r_factor=min(of(scored, "r_factor"), default=None),
            mos_lq=min(of(scored, "mos_lq"), default=None),
            mos_cq=min(of(scored, "mos_cq"), default=None),
        )

    def _round_trips(
        self, calls: Iterable[Call], measured: list[np.void], now_ns: int
    ) -> Iterator[float | None]:
        """Give the round trips of calls that something was measured of."""
        if measured:
            for trip in map(self._parts.trips.of, calls):
                yield None if trip is None else trip.current_s(now_ns)

    def _windows(self, call: Call, since_ns: int) -> Iterator[tuple[np.void, bool]]:
        """Give the last window of each stream with a new one, and whether we measured it."""
        for stream in call.streams:
            row = self._last_window(stream)
            if row is not None and row["end_ns"] > since_ns:
                yield row, isinstance(stream, TrackedStream)

    def _last_window(self, stream: MediaStream) -> np.void | None:
        history = self._history_of(stream)
        if history is None or not isinstance(stream, PbxStream | TrackedStream):
            return None
        row: np.void = history.rows[stream.slot]
        return row

    def _history_of(self, stream: MediaStream) -> History | None:
        """Give where the windows of a stream are, as long as it is followed."""
        if isinstance(stream, PbxStream) and stream.is_live:
            return self._parts.streams.history
        if isinstance(stream, TrackedStream):
            source = self._parts.sources[stream.source]
            return source.history if source.holds(stream) else None
        return None


def of(rows: Iterable[np.void], *names: str) -> Iterator[float]:
    """Give the values of columns that are known."""
    values = (float(row[name]) for row in rows for name in names)
    return (value for value in values if not math.isnan(value))
