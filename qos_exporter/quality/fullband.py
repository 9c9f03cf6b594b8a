"""The fullband E-model (ITU-T G.107.2): 20 to 20000 Hz, R up to 148.

As in `wideband`, with `Ie,fb`; here also the constant in `Ie_eff` (132) and the delay term (times
1.48) are stretched to the longer scale.
"""

from __future__ import annotations

from qos_exporter.quality.delay import delay_impairment
from qos_exporter.quality.emodel import Terms
from qos_exporter.quality.loss import effective_equipment_impairment

RO = 148.0
MOS_DIVISOR = 1.48
IE_CEILING = 132.0
IDD_FACTOR = 1.48


def fullband_terms(
    *,
    ie: float = 0.0,
    bpl: float = 4.3,
    ppl_percent: float = 0.0,
    burst_r: float = 1.0,
    ta_ms: float = 0.0,
) -> Terms:
    """The terms of G.107.2 that a network changes; the others are 0."""
    ie_eff = effective_equipment_impairment(
        ie=ie, bpl=bpl, ppl_percent=ppl_percent, burst_r=burst_r, ceiling=IE_CEILING
    )
    idd = IDD_FACTOR * float(delay_impairment(ta_ms))
    return Terms(ro=RO, is_=0.0, idte=0.0, idle=0.0, idd=idd, ie_eff=float(ie_eff), a=0.0)
