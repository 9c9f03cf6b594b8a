"""Conditions of one connection, for what the E-model makes of them."""

from __future__ import annotations

import numpy as np

from qos_exporter.quality.model import Conditions
from qos_exporter.quality.scale import SCALE_NAMES


def connection(
    scale: str,
    *,
    ie: float,
    bpl: float,
    ppl_percent: float,
    burst_r: float = 1.0,
    ta_ms: float = 0.0,
) -> Conditions:
    """Give what the E-model of `scale` looks at; the rest is at its best."""
    return Conditions(
        scale=np.int8(SCALE_NAMES.index(scale)),
        ie=ie,
        bpl=bpl,
        lost_percent=ppl_percent,
        discarded_percent=0.0,
        burst_r=burst_r,
        ta_ms=ta_ms,
        round_trip_ms=2.0 * ta_ms,
        jitter_ms=0.0,
    )
