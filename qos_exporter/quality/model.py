"""The interface of a quality model: conditions of a connection in, scores out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qos_exporter.quality.arrays import Codes, FloatArray, Values
from qos_exporter.quality.rating import rating_codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What connections went through: one value each, or one per window. NaN is unknown."""

    scale: NDArray[np.int8] | np.int8
    """Positions in `SCALES`."""
    ie: Values
    bpl: Values
    lost_percent: Values
    """Packets that the network lost, of those expected."""
    discarded_percent: Values
    """Packets that came too late for the playout buffer, of those expected; none was lost too."""
    burst_r: Values
    ta_ms: Values
    """Absolute delay, mouth to ear."""
    round_trip_ms: Values
    jitter_ms: Values
    """Mean interarrival jitter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What a model makes of the conditions. No R falls below 0, and no MOS below 1."""

    r_factor: FloatArray
    """The R that is shown: `r_lq`, or what the model has in its place."""
    r_lq: FloatArray
    mos_lq: FloatArray
    r_cq: FloatArray
    """NaN where the delay is unknown, as is `mos_cq`."""
    mos_cq: FloatArray
    ie_eff: FloatArray
    """Only the E-model has it; NaN otherwise."""
    result: Codes
    """Positions in `RESULTS`."""
    rating: Codes
    """Positions in `RATINGS`, by listening quality."""


@dataclass(frozen=True, slots=True)
class Term:
    """One number that a rating factor was made of, for people."""

    key: str
    """The name in JSON."""
    symbol: str
    """The name in the standard."""
    value: float
    meaning: str


@dataclass(frozen=True, slots=True)
class Model:
    """One way to turn conditions into scores."""

    name: str
    score: Callable[[Conditions], Scores]
    explain: Callable[[Conditions], tuple[Term, ...]]
    """The terms for conditions of one connection; those of delay only where it is known."""
    scale_name: Callable[[str], str]
    """From the scale of a codec to the scale that the scores are on."""
    rate: Callable[[FloatArray, FloatArray], Codes]
    """The ratings of streams, by the mean MOS-LQ of their windows and the lowest R among them."""


def not_below_zero(r: FloatArray) -> FloatArray:
    """R as it is shown. The formulas lead below 0, where nothing gets worse and sums would fall."""
    return np.maximum(r, 0.0)


def rate_by_mos(mos_lq: FloatArray, _r_factor_min: FloatArray) -> Codes:
    """The rating of those models whose R knows no better words than MOS does."""
    return rating_codes(mos_lq)


def missing_like(values: FloatArray) -> FloatArray:
    """As many unknown values."""
    return np.full(np.shape(values), np.nan)
