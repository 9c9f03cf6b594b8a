"""Windows of the streams that PBXs tell of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qos_exporter.monitor.pbx.streams import close_window
from qos_exporter.monitor.reporting.window_figures import NO_FIGURES, REPORTED
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qos_exporter.dataplane.packet_clock import PacketClock
    from qos_exporter.monitor.pbx.stream import PbxStream
    from qos_exporter.monitor.pbx.streams import PbxStreams
    from qos_exporter.monitor.reporting.trips import Trips
    from qos_exporter.monitor.scorer import Scorer
    from qos_exporter.settings import QualitySettings


class PbxScoring:
    """Closes windows, at the same times for all streams."""

    def __init__(
        self, quality: QualitySettings, scorer: Scorer, trips: Trips, *, clock: PacketClock
    ) -> None:
        self._window_ns = quality.window_ns
        self._playout_delay_s = quality.playout.nominal_ns / SECOND_NS
        self._scorer = scorer
        self._trips = trips
        self._clock = clock
        self._end_ns = 0

    def open_next(self, now_ns: int) -> bool:
        """Open the next window where the present one is over; says whether it is."""
        is_over = now_ns >= self._end_ns
        if is_over:
            self._end_ns = (now_ns // self._window_ns + 1) * self._window_ns
        return is_over

    def close(self, of: PbxStreams, streams: list[PbxStream], end_ns: int) -> list[PbxStream]:
        """Score what was reported of streams since their last window; gives the troubled ones."""
        rows = close_window(streams, playout_delay_s=self._playout_delay_s)
        if not len(rows):
            return []
        windows = self._scorer.count(rows)
        # Exemplars are shown with the time that the machine tells.
        rows["last_ns"] -= self._clock.ahead_ns
        reported = np.array([NO_FIGURES] * len(rows), dtype=REPORTED)
        reported["round_trip_s"] = self._round_trips(of, rows, end_ns)
        troubled = self._scorer.score(of, windows, reported, end_ns, by_pbx=True)
        return [stream for slot in troubled.tolist() if (stream := of.at(slot))]

    def _round_trips(
        self, of: PbxStreams, rows: NDArray[np.void], now_ns: int
    ) -> NDArray[np.float64]:
        calls = (stream.call for slot in rows["slot"].tolist() if (stream := of.at(slot)))
        trips = (None if call is None else self._trips.of(call) for call in calls)
        known = (None if trip is None else trip.current_s(now_ns) for trip in trips)
        return np.array([np.nan if each is None else each for each in known])
