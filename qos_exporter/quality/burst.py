"""Burst ratio (ITU-T G.107, 3.2): how much longer the loss runs are than chance would make them."""

from __future__ import annotations

import numpy as np

from qos_exporter.quality.arrays import FloatArray, Values
from qos_exporter.quality.loss import ratio


def burst_ratio(*, lost: Values, loss_runs: Values, expected: Values) -> FloatArray:
    """`BurstR`: the mean length of a loss run over the one that random loss would have.

    Independent loss with ratio p has runs of 1 / (1 - p) packets on average. Never below 1 (a loss
    that is spread more evenly than chance is no better), and 1 where nothing was lost.
    """
    lost = np.asarray(lost, dtype=np.float64)
    runs = np.maximum(loss_runs, 1.0)
    return np.maximum(lost / runs * (1.0 - ratio(lost, expected)), 1.0)
