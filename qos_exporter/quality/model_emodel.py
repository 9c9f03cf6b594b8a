"""The default model: the ITU-T E-model of the codec's bandwidth (G.107, G.107.1, G.107.2).

Listening quality leaves delay out, conversational quality takes it in. Of the delay terms, packets
show only the absolute delay (`Idd`); echo is assumed to be under control (`T = Tr = 0`).
"""

from __future__ import annotations

import math

import numpy as np

from qos_exporter.quality.arrays import FloatArray
from qos_exporter.quality.delay import delay_impairment
from qos_exporter.quality.emodel import narrowband_terms
from qos_exporter.quality.loss import effective_equipment_impairment
from qos_exporter.quality.model import (
    Conditions,
    Model,
    Scores,
    Term,
    not_below_zero,
    rate_by_mos,
)
from qos_exporter.quality.mos import mos_from_r
from qos_exporter.quality.rating import rating_codes, result_codes
from qos_exporter.quality.scale import (
    IDD_FACTORS,
    IE_CEILINGS,
    MOS_DIVISORS,
    R_DEFAULTS,
    SCALES,
)


def _ppl_percent(conditions: Conditions) -> FloatArray:
    """Packets that the decoder did not get in time, whether lost or discarded."""
    return np.asarray(conditions.lost_percent + conditions.discarded_percent)


def _ie_eff(conditions: Conditions) -> FloatArray:
    return effective_equipment_impairment(
        ie=conditions.ie,
        bpl=conditions.bpl,
        ppl_percent=_ppl_percent(conditions),
        burst_r=conditions.burst_r,
        ceiling=IE_CEILINGS[conditions.scale],
    )


def _idd(conditions: Conditions) -> FloatArray:
    return np.asarray(IDD_FACTORS[conditions.scale] * delay_impairment(conditions.ta_ms))


def score(conditions: Conditions) -> Scores:
    """Scores by the E-model of each row's scale."""
    ie_eff, idd = _ie_eff(conditions), _idd(conditions)
    divisor = MOS_DIVISORS[conditions.scale]
    r_lq = R_DEFAULTS[conditions.scale] - ie_eff
    mos_lq = mos_from_r(r_lq, divisor=divisor)
    return Scores(
        r_factor=not_below_zero(r_lq),
        r_lq=not_below_zero(r_lq),
        mos_lq=mos_lq,
        r_cq=not_below_zero(r_lq - idd),
        mos_cq=mos_from_r(r_lq - idd, divisor=divisor),
        ie_eff=ie_eff,
        result=result_codes(ie_eff - conditions.ie + np.nan_to_num(idd)),
        rating=rating_codes(mos_lq),
    )


def explain(conditions: Conditions) -> tuple[Term, ...]:
    """The letters of the Recommendation, with `Idd` only where the delay is known."""
    scale = SCALES[int(conditions.scale)]
    line = narrowband_terms()
    is_narrowband = scale is SCALES[0]
    idle = line.idle if is_narrowband else 0.0
    idd = float(_idd(conditions))
    return (
        Term(
            "ro", "Ro", line.ro if is_narrowband else scale.r_default, "basic signal-to-noise ratio"
        ),
        Term("is", "Is", line.is_ if is_narrowband else 0.0, "level, sidetone, quantising"),
        Term("id", "Id", idle + (0.0 if math.isnan(idd) else idd), "delay and echo"),
        Term("idle", "Idle", idle, "  of which listener echo"),
        *(() if math.isnan(idd) else (Term("idd", "Idd", idd, "  of which absolute delay"),)),
        Term("ie_eff", "Ie_eff", float(_ie_eff(conditions)), "codec and packet loss"),
        Term("ie", "Ie", float(conditions.ie), "  codec without loss"),
        Term("bpl", "Bpl", float(conditions.bpl), "  robustness of the codec against loss"),
        Term(
            "ppl_percent",
            "Ppl",
            float(_ppl_percent(conditions)),
            "  packets lost or discarded, percent",
        ),
        Term("burst_r", "BurstR", float(conditions.burst_r), "  burst ratio"),
        Term("a", "A", line.a, "advantage factor"),
    )


def _own_scale(scale: str) -> str:
    return scale


E_MODEL = Model("e-model", score, explain, _own_scale, rate_by_mos)
