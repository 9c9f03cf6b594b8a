"""Rating factor to mean opinion score (ITU-T G.107 Annex B), on each of the scales."""

from __future__ import annotations

import numpy as np

from qos_exporter.quality.arrays import FloatArray, Values

MOS_MIN = 1.0
MOS_MAX = 4.5
R_AT_MOS_MAX = 100.0


def mos_from_r(r: Values, *, divisor: Values = 1.0) -> FloatArray:
    """MOS for a rating factor; `divisor` (1, 1.29, 1.48) brings a wider scale to 0..100 first.

    The cubic of the Recommendation falls below 1 between R = 0 and R = 6.5; there we hold it at 1,
    as there is no opinion below the lowest category and MOS would fall while R rises. Just under
    R = 100 its rounding may come out above 4.5.
    """
    narrow = np.clip(np.asarray(r, dtype=np.float64) / divisor, 0.0, R_AT_MOS_MAX)
    cubic = 1.0 + 0.035 * narrow + narrow * (narrow - 60.0) * (100.0 - narrow) * 7e-6
    return np.clip(cubic, MOS_MIN, MOS_MAX)
