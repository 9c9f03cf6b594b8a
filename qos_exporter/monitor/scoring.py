"""A closed window of all streams of a source: counted, and scored with what was reported of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qos_exporter.monitor.reporting.window_figures import WindowFigures
    from qos_exporter.monitor.scorer import Scorer
    from qos_exporter.monitor.source import Source


class Scoring:
    """Brings window rows and reports together."""

    def __init__(self, scorer: Scorer, reports: WindowFigures) -> None:
        self._scorer = scorer
        self._reports = reports

    def close_window(
        self, source: Source, rows: NDArray[np.void], end_ns: int
    ) -> NDArray[np.uint32]:
        """Score the rows of one window; returns the slots whose window was less than good."""
        capture_degraded = source.take_dropped()
        rows = rows[source.is_current(rows)]
        if not len(rows):
            return np.empty(0, dtype=np.uint32)
        windows = self._scorer.count(rows)
        # Exemplars are shown with the time that the source tells.
        rows["last_ns"] -= source.clock.ahead_ns
        # The last row of a stream that fell silent long before settles its losses; no window
        # of it passed.
        is_heard = (rows["expected"] > 0) | (rows["received"] > 0)
        silent, heard = windows.only(~is_heard), windows.only(is_heard)
        self._reports.settle(source, silent.rows, silent.groups)
        reported = self._reports.close(source, heard.rows, heard.groups, end_ns)
        return self._scorer.score(
            source, heard, reported, end_ns, capture_degraded=capture_degraded
        )
