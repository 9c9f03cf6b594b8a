"""Rows of the kernel and of the history as plain tuples: native numbers, fields by name.

Reading one field of a numpy record costs as much as turning the whole record into a tuple. Fields
that are arrays stay arrays.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Event(NamedTuple):
    """A row of `dataplane.rows.EVENT`, field by field."""

    kind: int
    slot: int
    serial: int
    at_ns: int


class SlowFrame(NamedTuple):
    """A row of `dataplane.rows.SLOW_FRAME`, field by field."""

    kind: int
    timestamp_ns: int
    offset: int
    length: int
    src: NDArray[np.uint8]
    dst: NDArray[np.uint8]
    src_port: int
    dst_port: int
    link_type: int


class Totals(NamedTuple):
    """A row of `dataplane.rows.TOTALS`, field by field."""

    slot: int
    serial: int
    payload_types: NDArray[np.uint8]
    payload_type: int
    clock_source: int
    flags: int
    clock_rate: int
    first_ns: int
    last_ns: int
    expected: int
    received: int
    lost: int
    duplicate: int
    reordered: int
    discarded: int
    ignored: int
    restarts: int
    stopped_gaps: int
    loss_runs: int
    concealed_s: int
    severely_concealed_s: int
    bytes: int
    media_ns: int
    jitter_count: int
    jitter_last_s: float
    jitter_mean_s: float
    jitter_max_s: float
    delay_variation_max_s: float
    playout_delay_s: float
    delay_variation_histogram: NDArray[np.uint32]
    loss_run_histogram: NDArray[np.uint32]


class HistoryRow(NamedTuple):
    """A row of `monitor.history.HISTORY`, field by field."""

    windows: NDArray[np.uint32]
    scored: int
    scored_cq: int
    mos_lq_sum: float
    mos_lq_min: float
    mos_cq_sum: float
    mos_cq_min: float
    r_factor_sum: float
    r_factor_min: float
    group: int
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
