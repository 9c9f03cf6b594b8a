"""Rows of the kernel and of the history as plain tuples: native numbers, fields by name.

Reading one field of a numpy record costs as much as turning the whole record into a tuple.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray


class Totals(NamedTuple):
    """Those columns of `dataplane.rows.TOTALS` that are shown as they are."""

    clock_source: int
    clock_rate: int
    first_ns: int
    last_ns: int
    expected: int
    received: int
    lost: int
    duplicate: int
    reordered: int
    discarded: int
    jitter_count: int
    jitter_last_s: float
    jitter_mean_s: float
    jitter_max_s: float
    delay_variation_max_s: float


class HistoryRow(NamedTuple):
    """The columns of `monitor.history.HISTORY` that are shown."""

    windows: list[int]
    scored: int
    scored_cq: int
    mos_lq_sum: float
    mos_lq_min: float
    mos_cq_sum: float
    mos_cq_min: float
    r_factor_sum: float
    r_factor_min: float
    end_ns: int
    result: int
    reason: int
    mos_lq: float
    mos_cq: float
    r_factor: float
    loss_ratio: float
    discard_ratio: float
    burst_ratio: float
    jitter_s: float
    jitter_max_s: float
    round_trip_s: float
    reported_loss_ratio: float
    reported_jitter_s: float
    downstream_loss_ratio: float
    downstream_jitter_s: float


Row = TypeVar("Row", Totals, HistoryRow)


def tuples(row_type: type[Row], rows: NDArray[np.void]) -> Iterator[Row]:
    """Read the columns that a row type names out of all rows, column by column."""
    columns = [rows[name].tolist() for name in row_type._fields]
    return map(row_type._make, zip(*columns, strict=True))
