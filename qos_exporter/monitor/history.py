"""The scores of each stream so far, one row per slot of its kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qos_exporter.dataplane.rows import FLAG_ENDED
from qos_exporter.quality.rating import RESULTS, SHORT, UNRATED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from qos_exporter.quality.arrays import Codes, FloatArray
    from qos_exporter.quality.window import WindowScores

REPORTED_FIGURES = (
    "round_trip_s",
    "reported_loss_ratio",
    "reported_jitter_s",
    "downstream_loss_ratio",
    "downstream_jitter_s",
)
"""What only reports tell of a window."""

HISTORY = np.dtype(
    [
        ("windows", "u4", (len(RESULTS),)),
        ("scored", "u4"),
        ("scored_cq", "u4"),
        ("mos_lq_sum", "f8"),
        ("mos_lq_min", "f8"),
        ("mos_cq_sum", "f8"),
        ("mos_cq_min", "f8"),
        ("r_factor_sum", "f8"),
        ("r_factor_min", "f8"),
        ("rating", "u1"),
        ("group", "i4"),
        ("end_ns", "i8"),
        ("result", "u1"),
        ("reason", "u1"),
        ("mos_lq", "f8"),
        ("mos_cq", "f8"),
        ("r_factor", "f8"),
        ("loss_ratio", "f8"),
        ("discard_ratio", "f8"),
        ("burst_ratio", "f8"),
        ("jitter_s", "f8"),
        ("jitter_max_s", "f8"),
        *((name, "f8") for name in REPORTED_FIGURES),
    ],
)
"""Sums over the scored windows and a rating by all of them, then the last complete window.

`end_ns` is 0 where there is none. What is not known of the last window is NaN, so before the first
one all of its figures are."""

LAST_FIGURES = (
    "mos_lq",
    "mos_cq",
    "r_factor",
    "loss_ratio",
    "discard_ratio",
    "burst_ratio",
    "jitter_s",
    "jitter_max_s",
    *REPORTED_FIGURES,
)


def _blank() -> NDArray[np.void]:
    row = np.zeros((), dtype=HISTORY)
    row["group"] = -1
    row["rating"] = UNRATED
    for name in LAST_FIGURES:
        row[name] = np.nan
    return row


BLANK = _blank()
"""The history of a stream that has had no window."""


class History:
    """Grows with the slots of its kernel; a slot that is used again starts empty."""

    def __init__(self) -> None:
        self._use(np.zeros(0, dtype=HISTORY))

    def begin(self, slots: Sequence[int]) -> None:
        """Begin the histories of new streams."""
        needed = max(slots, default=-1) + 1
        if needed > len(self.rows):
            grown = np.zeros(max(1024, len(self.rows) * 5 // 4, needed), dtype=HISTORY)
            grown[: len(self.rows)] = self.rows
            self._use(grown)
        self.rows[list(slots)] = BLANK

    def move(self, slot: int, to: int) -> None:
        """Let the stream of one slot have its history in another."""
        self.begin([to])
        self.rows[to] = self.rows[slot]

    def group_of(self, slot: int) -> int:
        """The group of a stream, negative while it has none."""
        return self._group.item(slot)

    def foresee(self, slot: int, group: int) -> None:
        """Put a stream that has had no window into the group of its first one."""
        if not self._end_ns[slot]:
            self._group[slot] = group

    def _use(self, rows: NDArray[np.void]) -> None:
        self.rows: NDArray[np.void] = rows
        # One number of a column is read ten times as fast as the same field of a record.
        self._group: NDArray[np.int32] = rows["group"]
        self._end_ns: NDArray[np.int64] = rows["end_ns"]

    def add(
        self,
        windows: NDArray[np.void],
        scores: WindowScores,
        *,
        reported: NDArray[np.void],
        groups: NDArray[np.int64],
        end_ns: int,
        rate: Callable[[FloatArray, FloatArray], Codes],
    ) -> None:
        """Add one scored window per stream (no slot twice), with what was reported of it.

        `rate` gives the rating of streams, as that of a model.
        """
        slots = windows["slot"]
        np.add.at(self.rows["windows"], (slots, scores.result), 1)
        self._count(slots, scores.mos_lq, "scored")
        self._count(slots, scores.mos_cq, "scored_cq")
        self._sum(slots, scores.mos_lq, "mos_lq", count="scored")
        self._sum(slots, scores.mos_cq, "mos_cq", count="scored_cq")
        self._sum(slots, scores.r_factor, "r_factor", count="scored")
        self._rate(slots[~np.isnan(scores.mos_lq)], rate)
        self.rows["group"][slots] = groups
        stays = self._is_mere_rest(windows, scores)
        self._replace_last(slots[~stays], windows[~stays], scores, ~stays)
        for name in REPORTED_FIGURES:
            self.rows[name][slots[~stays]] = reported[name][~stays]
        self.rows["end_ns"][slots[~stays]] = end_ns

    def _count(self, slots: NDArray[np.uint32], values: NDArray[np.float64], count: str) -> None:
        self.rows[count][slots[~np.isnan(values)]] += 1

    def _sum(
        self, slots: NDArray[np.uint32], values: NDArray[np.float64], name: str, *, count: str
    ) -> None:
        """Add the values that are there; `count` counts them already."""
        known = ~np.isnan(values)
        at, values = slots[known], values[known]
        lowest = np.where(self.rows[count][at] == 1, np.inf, self.rows[f"{name}_min"][at])
        self.rows[f"{name}_min"][at] = np.minimum(lowest, values)
        self.rows[f"{name}_sum"][at] += values

    def _rate(
        self, slots: NDArray[np.uint32], rate: Callable[[FloatArray, FloatArray], Codes]
    ) -> None:
        """Rate streams that have had a scored window by all of them."""
        means = self.rows["mos_lq_sum"][slots] / self.rows["scored"][slots]
        self.rows["rating"][slots] = rate(means, self.rows["r_factor_min"][slots])

    def _is_mere_rest(self, windows: NDArray[np.void], scores: WindowScores) -> NDArray[np.bool_]:
        """Whether a window is the short end of a stream, which should not hide the one before."""
        is_last: NDArray[np.bool_] = (windows["flags"] & FLAG_ENDED) != 0
        had_one: NDArray[np.bool_] = self.rows["end_ns"][windows["slot"]] != 0
        is_rest: NDArray[np.bool_] = is_last & had_one & (scores.reason == SHORT)
        return is_rest

    def _replace_last(
        self,
        slots: NDArray[np.uint32],
        windows: NDArray[np.void],
        scores: WindowScores,
        at: NDArray[np.bool_],
    ) -> None:
        for name, values in (
            ("result", scores.result),
            ("reason", scores.reason),
            ("mos_lq", scores.mos_lq),
            ("mos_cq", scores.mos_cq),
            ("r_factor", scores.r_factor),
            ("loss_ratio", scores.loss_ratio),
            ("discard_ratio", scores.discard_ratio),
            ("burst_ratio", scores.burst_ratio),
        ):
            self.rows[name][slots] = values[at]
        self.rows["jitter_s"][slots] = windows["jitter_mean_s"]
        self.rows["jitter_max_s"][slots] = windows["jitter_max_s"]
