"""What ITU-T's E-model says of a stream whose fate is known, worked out apart from the product."""

from __future__ import annotations

from math import log2
from math import pow as power
from statistics import mean

from tests.live.truth import StreamTruth

NARROWBAND_R = 93.2
"""R of a connection at the defaults of G.107 (06/2015) table 2."""
WIDEBAND_R, WIDEBAND_SCALE = 129.0, 1.29
"""The same of G.107.1, and what maps its R onto the curve of G.107."""
G711_BPL = 25.1
"""Packet-loss robustness of G.711 with concealment (G.113 appendix I)."""
G722_IE = 13.0
"""Equipment impairment of G.722 at 64 kbit/s on the wideband scale (G.113 appendix IV)."""
G722_BPL = 4.3
"""G.113 has none for G.722; this is that of a codec without concealment, as the product assumes."""


def burst_ratio(truth: StreamTruth) -> float:
    """Find the mean length of loss runs over that expected of random loss (G.107 clause 3.5)."""
    if not truth.lost:
        return 1.0
    return max(1.0, mean(truth.loss_runs) * (1 - truth.lost / truth.expected))


def g711_mos(truth: StreamTruth, *, discarded: int) -> float:
    """Find MOS-LQE of G.711 from its losses and what came too late."""
    ie_eff = _effective_ie(truth, discarded=discarded, ie=0.0, bpl=G711_BPL)
    return mos(NARROWBAND_R - ie_eff)


def g711_conversational_mos(truth: StreamTruth, *, discarded: int, one_way_s: float) -> float:
    """Find MOS-CQE of G.711 from the same and from the delay between the two speakers."""
    ie_eff = _effective_ie(truth, discarded=discarded, ie=0.0, bpl=G711_BPL)
    return mos(NARROWBAND_R - ie_eff - delay_impairment(one_way_s))


def delay_impairment(one_way_s: float) -> float:
    """Find Idd of an absolute delay (G.107 equations 7-27 and 7-28, default sensitivity)."""
    if one_way_s <= 0.1:
        return 0.0
    x = log2(one_way_s / 0.1)
    return 25 * (power(1 + power(x, 6), 1 / 6) - 3 * power(1 + power(x / 3, 6), 1 / 6) + 2)


def g722_mos(truth: StreamTruth, *, discarded: int) -> float:
    """Find MOS-LQE of G.722 from its losses and what came too late, on the wideband scale."""
    ie_eff = _effective_ie(truth, discarded=discarded, ie=G722_IE, bpl=G722_BPL)
    return mos((WIDEBAND_R - ie_eff) / WIDEBAND_SCALE)


def _effective_ie(truth: StreamTruth, *, discarded: int, ie: float, bpl: float) -> float:
    """Find the effective equipment impairment (G.107 equation 7-29, and the same in G.107.1)."""
    loss_percent = 100 * (truth.lost + discarded) / truth.expected
    return ie + (95 - ie) * loss_percent / (loss_percent / burst_ratio(truth) + bpl)


def mos(r_factor: float) -> float:
    """Find MOS of an R between 6.5 and 100 (G.107 annex B)."""
    return 1 + 0.035 * r_factor + 7e-6 * r_factor * (r_factor - 60) * (100 - r_factor)
