"""Windows of the streams that PBXs tell of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qos_exporter.monitor.pbx.streams import close_window
from qos_exporter.monitor.reporting.window_figures import NO_FIGURES, REPORTED
from qos_exporter.quality.rating import DEGRADED, UNSCORED
from qos_exporter.quality.window import score_windows
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qos_exporter.monitor.groups import Groups
    from qos_exporter.monitor.pbx.stream import PbxStream
    from qos_exporter.monitor.pbx.streams import PbxStreams
    from qos_exporter.monitor.profiles import Profiles
    from qos_exporter.monitor.reporting.trips import Trips
    from qos_exporter.quality.codec_table import CodecTable
    from qos_exporter.quality.model import Model
    from qos_exporter.settings import QualitySettings


class PbxScoring:
    """Closes windows, at the same times for all streams."""

    def __init__(
        self,
        quality: QualitySettings,
        codecs: CodecTable,
        model: Model,
        *,
        profiles: Profiles,
        groups: Groups,
        trips: Trips,
    ) -> None:
        self._window_ns = quality.window_ns
        self._playout_delay_s = quality.playout.nominal_ns / SECOND_NS
        self._codecs = codecs
        self._model = model
        self._profiles = profiles
        self._groups = groups
        self._trips = trips
        self._end_ns = 0

    def use(self, codecs: CodecTable, model: Model) -> None:
        """Score with other codecs and another model from now on."""
        self._codecs = codecs
        self._model = model

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
        codec_index = self._profiles.codec_index[rows["profile"], rows["payload_type"]]
        numbers = self._groups.numbers_of(rows, codec_index)
        self._groups.count(rows, numbers)
        reported = np.array([NO_FIGURES] * len(rows), dtype=REPORTED)
        reported["round_trip_s"] = self._round_trips(of, rows, end_ns)
        scores = score_windows(
            rows,
            codec_index=codec_index,
            codecs=self._codecs,
            model=self._model,
            round_trip_s=reported["round_trip_s"],
        )
        self._groups.add(rows, scores, numbers, of.call_id_at, by_pbx=True)
        of.history.add(
            rows,
            scores,
            reported=reported,
            groups=numbers,
            end_ns=end_ns,
            rate=self._model.rate,
        )
        troubled = (scores.result >= DEGRADED) & (scores.result < UNSCORED)
        return [stream for slot in rows["slot"][troubled].tolist() if (stream := of.at(slot))]

    def _round_trips(
        self, of: PbxStreams, rows: NDArray[np.void], now_ns: int
    ) -> NDArray[np.float64]:
        calls = (stream.call for slot in rows["slot"].tolist() if (stream := of.at(slot)))
        trips = (None if call is None else self._trips.of(call) for call in calls)
        known = (None if trip is None else trip.current_s(now_ns) for trip in trips)
        return np.array([np.nan if each is None else each for each in known])
