"""What is summed up, since the start, for one combination of the labels of the aggregates.

A window's row is added to the sums and forgotten, so these counters never fall.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qos_exporter.monitor.reporting.group_reports import ReportSums
from qos_exporter.monitor.tallies import Tally
from qos_exporter.quality.rating import NO_REASON, RATINGS, REASONS, RESULTS, UNSCORED
from qos_exporter.snapshot import Exemplar, GroupKey
from qos_exporter.snapshot.edges import (
    DELAY_VARIATION_S_EDGES,
    JITTER_S_EDGES,
    LOSS_RATIO_EDGES,
    LOSS_RUN_PACKETS_EDGES,
    MOS_EDGES,
    R_FACTOR_EDGES,
)
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from qos_exporter.quality.window import WindowScores

    CallIdOf = Callable[[int], str | None]


COUNTERS = (
    "expected",
    "received",
    "lost_for_good",
    "duplicate",
    "reordered",
    "discarded",
    "bytes",
    "concealed_s",
    "severely_concealed_s",
)

RESULT_REASONS = (
    *((result, "") for result in RESULTS[:UNSCORED]),
    *((RESULTS[UNSCORED], reason) for reason in REASONS[NO_REASON + 1 :]),
)
"""Every (result, reason) that a window can have."""


class Heard:
    """Loss and jitter, which are kept apart by who measured them."""

    def __init__(self) -> None:
        self.is_empty = True
        self.loss_ratio = Tally(LOSS_RATIO_EDGES)
        self.jitter_s = Tally(JITTER_S_EDGES)


class GroupSums:
    """Everything that is summed up for one group of streams."""

    def __init__(self, key: GroupKey) -> None:
        self.key = key
        self.counters = np.zeros(len(COUNTERS), dtype=np.int64)
        self.windows = np.zeros(len(RESULT_REASONS), dtype=np.int64)
        self.media_ns = np.zeros(len(RATINGS) + 1, dtype=np.int64)
        self.mos_lq = Tally(MOS_EDGES)
        self.mos_cq = Tally(MOS_EDGES)
        self.r_factor = Tally(R_FACTOR_EDGES)
        self.by_tap = Heard()
        self.by_pbx = Heard()
        self.delay_variation = np.zeros(len(DELAY_VARIATION_S_EDGES) + 1, dtype=np.int64)
        self.delay_variation_sum_s = 0.0
        self.loss_runs = np.zeros(len(LOSS_RUN_PACKETS_EDGES) + 1, dtype=np.int64)
        self.loss_run_packets = 0
        self.reports = ReportSums()

    def count(self, rows: NDArray[np.void]) -> None:
        """Add what was counted in the rows, all of this group."""
        for position, name in enumerate(COUNTERS):
            self.counters[position] += int(rows[name].sum(dtype=np.int64))
        self._add_histograms(rows)

    def add(
        self,
        rows: NDArray[np.void],
        scores: WindowScores,
        at: NDArray[np.intp],
        call_id_of: CallIdOf,
        *,
        by_pbx: bool = False,
    ) -> None:
        """Add the scores that stand at `at` for the rows (all of this group)."""
        self._add_verdicts(rows, scores, at)
        self.mos_lq.add(scores.mos_lq[at])
        self.mos_cq.add(scores.mos_cq[at])
        self.r_factor.add(scores.r_factor[at])
        heard = self.by_pbx if by_pbx else self.by_tap
        heard.is_empty = False
        heard.loss_ratio.add(scores.loss_ratio[at][rows["expected"] > 0])
        heard.jitter_s.add(rows["jitter_mean_s"])
        self._keep_exemplars(self.mos_lq, scores.mos_lq[at], rows, call_id_of)
        self._keep_exemplars(self.mos_cq, scores.mos_cq[at], rows, call_id_of)
        self._keep_exemplars(heard.loss_ratio, scores.loss_ratio[at], rows, call_id_of)

    @staticmethod
    def _keep_exemplars(
        tally: Tally, values: NDArray[np.float64], rows: NDArray[np.void], call_id_of: CallIdOf
    ) -> None:
        """Remember one call for each bucket that these windows fell into."""
        known = np.flatnonzero(~np.isnan(values))
        _, first = np.unique(tally.buckets_of(values[known]), return_index=True)
        for position in known[first]:
            call_id = call_id_of(int(rows["slot"][position]))
            if call_id is not None:
                at_s = int(rows["last_ns"][position]) / SECOND_NS
                tally.set_exemplar(Exemplar(call_id, float(values[position]), at_s))

    def _add_verdicts(
        self, rows: NDArray[np.void], scores: WindowScores, at: NDArray[np.intp]
    ) -> None:
        result, reason = scores.result[at].astype(np.int64), scores.reason[at].astype(np.int64)
        kinds = np.where(result == UNSCORED, UNSCORED + reason - 1, result)
        self.windows += np.bincount(kinds, minlength=len(RESULT_REASONS))
        ratings = np.minimum(scores.rating[at], len(RATINGS))
        np.add.at(self.media_ns, ratings, rows["media_ns"])

    def _add_histograms(self, rows: NDArray[np.void]) -> None:
        self.delay_variation += rows["delay_variation_histogram"].sum(axis=0, dtype=np.int64)
        self.delay_variation_sum_s += float(rows["delay_variation_sum_s"].sum())
        self.loss_runs += rows["loss_run_histogram"].sum(axis=0, dtype=np.int64)
        self.loss_run_packets += int(rows["loss_run_packets"].sum(dtype=np.int64))
