"""Impairment by the codec and by lost packets (ITU-T G.107, 7.5)."""

from __future__ import annotations

import numpy as np

from qos_exporter.quality.arrays import FloatArray, Values

NARROWBAND_CEILING = 95.0
"""`Ie_eff` of a connection that loses everything, random loss assumed."""


def ratio(part: Values, whole: Values) -> FloatArray:
    """`part / whole` within 0..1; 0 where the whole is 0: nothing expected, nothing lost."""
    whole = np.asarray(whole, dtype=np.float64)
    result = np.divide(part, whole, out=np.zeros(np.shape(whole)), where=whole > 0.0)
    return np.clip(result, 0.0, 1.0)


def effective_equipment_impairment(
    *,
    ie: Values,
    bpl: Values,
    ppl_percent: Values,
    burst_r: Values,
    ceiling: Values = NARROWBAND_CEILING,
) -> FloatArray:
    """`Ie_eff`: impairment `ie` of the codec, raised by `ppl_percent` lost packets.

    The loss goes in as a percentage (2.0, not 0.02). `bpl` says how well the codec conceals,
    `burst_r` (at least 1) how bursty the loss is. `ceiling` differs on the fullband scale.
    """
    ppl = np.asarray(ppl_percent, dtype=np.float64)
    return np.asarray(ie + (ceiling - ie) * ppl / (ppl / burst_r + bpl))
