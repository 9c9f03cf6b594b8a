"""A closed window of all streams of a source: scored, summed up and remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qos_exporter.quality.rating import DEGRADED, UNSCORED
from qos_exporter.quality.window import score_windows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qos_exporter.monitor.groups import Groups
    from qos_exporter.monitor.profiles import Profiles
    from qos_exporter.monitor.reporting.window_figures import WindowFigures
    from qos_exporter.monitor.source import Source
    from qos_exporter.quality.codec_table import CodecTable
    from qos_exporter.quality.model import Model


class Scoring:
    """Turns window rows into scores, and puts them where they belong."""

    def __init__(
        self,
        codecs: CodecTable,
        model: Model,
        *,
        profiles: Profiles,
        groups: Groups,
        reports: WindowFigures,
    ) -> None:
        self._codecs = codecs
        self._model = model
        self._profiles = profiles
        self._groups = groups
        self._reports = reports

    def use(self, codecs: CodecTable, model: Model) -> None:
        """Score with other codecs and another model from now on."""
        self._codecs = codecs
        self._model = model

    def close_window(
        self, source: Source, rows: NDArray[np.void], end_ns: int
    ) -> NDArray[np.uint32]:
        """Score the rows of one window; returns the slots whose window was less than good."""
        capture_degraded = source.take_dropped()
        rows = rows[source.is_current(rows)]
        if not len(rows):
            return np.empty(0, dtype=np.uint32)
        codec_index = self._profiles.codec_index[rows["profile"], rows["payload_type"]]
        numbers = self._groups.numbers_of(rows, codec_index)
        self._groups.count(rows, numbers)
        # Exemplars are shown with the time that the source tells.
        rows["last_ns"] -= source.clock.ahead_ns
        # The last row of a stream that fell silent long before settles its losses; no window
        # of it passed.
        heard = (rows["expected"] > 0) | (rows["received"] > 0)
        self._reports.settle(source, rows[~heard], numbers[~heard])
        return self._score(
            source,
            rows[heard],
            codec_index=codec_index[heard],
            numbers=numbers[heard],
            end_ns=end_ns,
            capture_degraded=capture_degraded,
        )

    def _score(
        self,
        source: Source,
        rows: NDArray[np.void],
        *,
        codec_index: NDArray[np.int32],
        numbers: NDArray[np.int64],
        end_ns: int,
        capture_degraded: bool,
    ) -> NDArray[np.uint32]:
        reported = self._reports.close(source, rows, numbers, end_ns)
        scores = score_windows(
            rows,
            codec_index=codec_index,
            codecs=self._codecs,
            model=self._model,
            round_trip_s=reported["round_trip_s"],
            capture_degraded=capture_degraded,
        )
        self._groups.add(rows, scores, numbers, source.call_id_at)
        source.history.add(
            rows,
            scores,
            reported=reported,
            groups=numbers,
            end_ns=end_ns,
            rate=self._model.rate,
        )
        troubled = (scores.result >= DEGRADED) & (scores.result < UNSCORED)
        return rows["slot"][troubled]
