"""Impairments that come together with the voice (ITU-T G.107, 7.3): level, sidetone, quantising."""

from __future__ import annotations

import math


def loudness_impairment(*, olr: float, no: float, rlr: float) -> float:
    """`Iolr`: the connection is too loud."""
    xolr = olr + 0.2 * (64.0 + no - rlr)
    return 20.0 * (math.pow(1.0 + (xolr / 8.0) ** 8, 1.0 / 8.0) - xolr / 8.0)


def _sidetone_term(level: float, width: float, power: int) -> float:
    return math.pow(1.0 + (level / width) ** power, 1.0 / power)


def sidetone_impairment(*, stmr: float, telr: float, t_ms: float) -> float:
    """`Ist`: the speaker hears the own voice too well or not at all."""
    echo = math.exp(-t_ms / 4.0) * 10.0 ** (-telr / 10.0)
    stmro = -10.0 * math.log10(10.0 ** (-stmr / 10.0) + echo)
    return (
        12.0 * _sidetone_term(stmro - 13.0, 6.0, 8)
        - 28.0 * _sidetone_term(stmro + 1.0, 19.4, 35)
        - 13.0 * _sidetone_term(stmro - 3.0, 33.0, 13)
        + 29.0
    )


def quantising_impairment(*, ro: float, qdu: float) -> float:
    """`Iq`: `qdu` quantising distortion units, one for each conversion to PCM and back."""
    q = 37.0 - 15.0 * math.log10(qdu)
    g = 1.07 + 0.258 * q + 0.0602 * q * q
    y = (ro - 100.0) / 15.0 + 46.0 / 8.4 - g / 9.0
    z = 46.0 / 30.0 - g / 40.0
    return 15.0 * math.log10(1.0 + 10.0**y + 10.0**z)
