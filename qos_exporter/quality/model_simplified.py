"""The `simplified` model: straight lines in place of the E-model's curves, and no codec.

`R = 93.2 - 2.5 loss% - delay penalty - jitter penalty`, MOS by the curve of G.107 Annex B.

* Delay penalty: 0.1 point for each millisecond of one-way delay above 160 (conversational only).
* Jitter penalty: 0.2 point for each millisecond of mean interarrival jitter above 30, as rules of
  thumb that add jitter to the delay count it twice.

Loss is what the network lost. Discarded packets are left out: the jitter penalty stands for them.
"""

from __future__ import annotations

import math

import numpy as np

from qos_exporter.quality.arrays import FloatArray, Values
from qos_exporter.quality.model import (
    Conditions,
    Model,
    Scores,
    Term,
    missing_like,
    not_below_zero,
    rate_by_mos,
)
from qos_exporter.quality.mos import mos_from_r
from qos_exporter.quality.rating import rating_codes, result_codes
from qos_exporter.quality.scale import narrowband_only

R_CLEAN = 93.2
POINTS_PER_LOSS_PERCENT = 2.5
DELAY_FREE_MS = 160.0
POINTS_PER_DELAY_MS = 0.1
JITTER_FREE_MS = 30.0
POINTS_PER_JITTER_MS = 0.2


def loss_penalty(lost_percent: Values) -> FloatArray:
    """R points for lost packets."""
    return np.asarray(POINTS_PER_LOSS_PERCENT * lost_percent)


def delay_penalty(ta_ms: Values) -> FloatArray:
    """R points for one-way delay; unknown stays unknown."""
    return np.asarray(POINTS_PER_DELAY_MS * np.maximum(ta_ms - DELAY_FREE_MS, 0.0))


def jitter_penalty(jitter_ms: Values) -> FloatArray:
    """R points for interarrival jitter; where it is unknown (no clock rate), none."""
    return np.asarray(POINTS_PER_JITTER_MS * np.fmax(jitter_ms - JITTER_FREE_MS, 0.0))


def score(conditions: Conditions) -> Scores:
    """Scores by the simplified formula."""
    taken_lq = loss_penalty(conditions.lost_percent) + jitter_penalty(conditions.jitter_ms)
    delay = delay_penalty(conditions.ta_ms)
    r_lq = R_CLEAN - taken_lq
    mos_lq = mos_from_r(r_lq)
    return Scores(
        r_factor=not_below_zero(r_lq),
        r_lq=not_below_zero(r_lq),
        mos_lq=mos_lq,
        r_cq=not_below_zero(r_lq - delay),
        mos_cq=mos_from_r(r_lq - delay),
        ie_eff=missing_like(r_lq),
        result=result_codes(taken_lq + np.nan_to_num(delay)),
        rating=rating_codes(mos_lq),
    )


def explain(conditions: Conditions) -> tuple[Term, ...]:
    """The penalties, with that for delay only where it is known."""
    delay = float(delay_penalty(conditions.ta_ms))
    return (
        Term("r_clean", "R clean", R_CLEAN, "before any penalty"),
        Term(
            "loss_penalty",
            "P loss",
            float(loss_penalty(conditions.lost_percent)),
            "penalty for lost packets",
        ),
        Term(
            "jitter_penalty",
            "P jitter",
            float(jitter_penalty(conditions.jitter_ms)),
            "penalty above 30 ms",
        ),
        *(
            ()
            if math.isnan(delay)
            else (Term("delay_penalty", "P delay", delay, "penalty above 160 ms one way"),)
        ),
    )


SIMPLIFIED = Model("simplified", score, explain, narrowband_only, rate_by_mos)
