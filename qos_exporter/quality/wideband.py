"""The wideband E-model (ITU-T G.107.1): 50 to 7000 Hz, R up to 129.

The shape is that of G.107, with codec values on a scale of their own (`Ie,wb`, `Bpl,wb`): an
`Ie,wb` must never be taken from 93.2, nor an `Ie` from 129. Noise, level and echo terms are left
at "no impairment"; the constant in `Ie_eff` stays 95, the delay term that of the narrowband model.
"""

from __future__ import annotations

from qos_exporter.quality.delay import delay_impairment
from qos_exporter.quality.emodel import Terms
from qos_exporter.quality.loss import NARROWBAND_CEILING, effective_equipment_impairment

RO = 129.0
MOS_DIVISOR = 1.29
IE_CEILING = NARROWBAND_CEILING
IDD_FACTOR = 1.0


def wideband_terms(
    *,
    ie: float = 0.0,
    bpl: float = 4.3,
    ppl_percent: float = 0.0,
    burst_r: float = 1.0,
    ta_ms: float = 0.0,
) -> Terms:
    """The terms of G.107.1 that a network changes; the others are 0."""
    ie_eff = effective_equipment_impairment(
        ie=ie, bpl=bpl, ppl_percent=ppl_percent, burst_r=burst_r, ceiling=IE_CEILING
    )
    idd = IDD_FACTOR * float(delay_impairment(ta_ms))
    return Terms(ro=RO, is_=0.0, idte=0.0, idle=0.0, idd=idd, ie_eff=float(ie_eff), a=0.0)
