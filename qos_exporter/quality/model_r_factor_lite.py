"""The `r_factor_lite` model: `R = 100 - (round trip ms / 10 + 2 loss%)`, and no codec.

Its R is no ITU rating factor: it starts at 100 and counts the first millisecond of delay. It has a
vocabulary of its own: good from 80, fair from 60, else bad. For a window the round trip and the
loss are those of the window; for a call, `r_factor_lite` takes the largest of its windows.
"""

from __future__ import annotations

import math

import numpy as np

from qos_exporter.quality.arrays import Codes, FloatArray, Values
from qos_exporter.quality.model import (
    Conditions,
    Model,
    Scores,
    Term,
    missing_like,
    not_below_zero,
)
from qos_exporter.quality.mos import mos_from_r
from qos_exporter.quality.rating import BAD, DEGRADED, GOOD, RATINGS, UNRATED, UNSCORED
from qos_exporter.quality.scale import narrowband_only

R_CLEAN = 100.0
POINTS_PER_ROUND_TRIP_MS = 0.1
POINTS_PER_LOSS_PERCENT = 2.0
GOOD_FROM = 80.0
FAIR_FROM = 60.0

_RESULT_CODES = np.array([BAD, DEGRADED, GOOD, UNSCORED], dtype=np.uint8)
_RATING_CODES = np.array(
    [RATINGS.index("bad"), RATINGS.index("fair"), RATINGS.index("good"), UNRATED], dtype=np.uint8
)


def _loss_points(lost_percent: Values) -> FloatArray:
    return np.asarray(POINTS_PER_LOSS_PERCENT * lost_percent)


def _delay_points(round_trip_ms: Values) -> FloatArray:
    return np.asarray(POINTS_PER_ROUND_TRIP_MS * np.maximum(round_trip_ms, 0.0))


def _grades(r: FloatArray) -> Codes:
    """0 bad, 1 fair, 2 good, 3 where R is unknown."""
    grades = (r >= FAIR_FROM).astype(np.uint8) + (r >= GOOD_FROM)
    return np.where(np.isnan(r), np.uint8(3), grades).astype(np.uint8)


def r_factor_lite(*, round_trip_max_s: float, loss_ratio_max: float) -> float:
    """R of a call from the largest round trip and the largest loss of its windows; at least 0."""
    taken = _delay_points(1000.0 * round_trip_max_s) + _loss_points(100.0 * loss_ratio_max)
    return float(not_below_zero(np.asarray(R_CLEAN - taken)))


def score(conditions: Conditions) -> Scores:
    """Scores by the formula; the result uses the round trip where it is known."""
    r_lq = R_CLEAN - _loss_points(conditions.lost_percent)
    r_cq = r_lq - _delay_points(conditions.round_trip_ms)
    r = np.where(np.isnan(r_cq), r_lq, r_cq)
    grades = _grades(r)
    return Scores(
        r_factor=not_below_zero(r),
        r_lq=not_below_zero(r_lq),
        mos_lq=mos_from_r(r_lq),
        r_cq=not_below_zero(r_cq),
        mos_cq=mos_from_r(r_cq),
        ie_eff=missing_like(r_lq),
        result=_RESULT_CODES[grades],
        rating=_RATING_CODES[grades],
    )


def explain(conditions: Conditions) -> tuple[Term, ...]:
    """The points taken, those for the round trip only where it is known."""
    delay = float(_delay_points(conditions.round_trip_ms))
    loss = float(_loss_points(conditions.lost_percent))
    return (
        Term("r_clean", "R clean", R_CLEAN, "before any penalty"),
        Term("loss_penalty", "P loss", loss, "2 points for each percent lost"),
        *(
            ()
            if math.isnan(delay)
            else (Term("delay_penalty", "P delay", delay, "1 point for each 10 ms of round trip"),)
        ),
    )


def rate(_mos_lq: FloatArray, r_factor_min: FloatArray) -> Codes:
    """The rating of a stream is that of its worst window."""
    return _RATING_CODES[_grades(r_factor_min)]


R_FACTOR_LITE = Model("r_factor_lite", score, explain, narrowband_only, rate)
