"""Rating factor to mean opinion score and back (ITU-T G.107 Annex B), on each of the scales."""

from __future__ import annotations

import math

import numpy as np

from qos_exporter.quality.arrays import FloatArray, Values

MOS_MIN = 1.0
MOS_MAX = 4.5
R_AT_MOS_MAX = 100.0
R_AT_MOS_MIN = 80.0 - math.sqrt(5400.0)
"""6.515: the cubic passes through 1 here (and at 0, between which it lies below 1)."""


def mos_from_r(r: Values, *, divisor: Values = 1.0) -> FloatArray:
    """MOS for a rating factor; `divisor` (1, 1.29, 1.48) brings a wider scale to 0..100 first.

    The cubic of the Recommendation falls below 1 between R = 0 and R = 6.5; there we hold it at 1,
    as there is no opinion below the lowest category and MOS would fall while R rises.
    """
    narrow = np.clip(np.asarray(r, dtype=np.float64) / divisor, 0.0, R_AT_MOS_MAX)
    cubic = 1.0 + 0.035 * narrow + narrow * (narrow - 60.0) * (100.0 - narrow) * 7e-6
    return np.maximum(cubic, MOS_MIN)


def r_from_mos(mos: Values, *, divisor: Values = 1.0) -> FloatArray:
    """Rating factor that gives this MOS: the rising branch of the cubic, solved by cosines.

    MOS 1 gives R = 6.515 (times `divisor`), the largest R that is rated so; MOS 4.5 and more 100.
    """
    # R^3 - 160 R^2 + 1000 R + (MOS - 1) / 7e-6 = 0 has three real roots; the middle one is ours.
    held = np.clip(np.asarray(mos, dtype=np.float64), MOS_MIN, MOS_MAX)
    third = 160.0 / 3.0
    p = 1000.0 - 160.0**2 / 3.0
    q = -2.0 * third**3 + third * 1000.0 + (held - 1.0) / 7e-6
    angle = np.arccos(1.5 * q / p * math.sqrt(-3.0 / p)) / 3.0 - 2.0 * math.pi / 3.0
    return np.asarray((2.0 * math.sqrt(-p / 3.0) * np.cos(angle) + third) * divisor)
