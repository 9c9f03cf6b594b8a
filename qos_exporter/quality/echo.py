"""Impairment by echo (ITU-T G.107, 7.4): the own voice comes back to the talker or the listener."""

from __future__ import annotations

import math

LOW_SIDETONE_DB = 9.0
HIGH_SIDETONE_DB = 20.0


def _talker_echo_rating(*, telr: float, t_ms: float, stmr: float, ist: float) -> float:
    """`Re`: how the talker would rate a connection that has this echo and nothing else."""
    growth = 40.0 * math.log10((1.0 + t_ms / 10.0) / (1.0 + t_ms / 150.0))
    terv = telr - growth + 6.0 * math.exp(-0.3 * t_ms * t_ms)
    if stmr < LOW_SIDETONE_DB:
        terv += ist / 2.0
    return 80.0 + 2.5 * (terv - 14.0)


def talker_echo_impairment(
    *, no: float, rlr: float, telr: float, t_ms: float, stmr: float, ist: float
) -> float:
    """`Idte`: echo of loudness `telr` (dB) that arrives `t_ms` (one way) later; 0 without delay."""
    roe = -1.5 * (no - rlr)
    half = (roe - _talker_echo_rating(telr=telr, t_ms=t_ms, stmr=stmr, ist=ist)) / 2.0
    idte = (half + math.sqrt(half * half + 100.0) - 1.0) * (1.0 - math.exp(-t_ms))
    return math.hypot(idte, ist) if stmr > HIGH_SIDETONE_DB else idte


def listener_echo_impairment(*, ro: float, wepl: float, tr_ms: float) -> float:
    """`Idle`: a loop of loss `wepl` (dB) and delay `tr_ms` (round trip) repeats the far voice.

    It does not vanish at `tr_ms = 0`: the defaults leave 0.149, which is part of the 93.2.
    """
    rle = 10.5 * (wepl + 7.0) * math.pow(tr_ms + 1.0, -0.25)
    half = (ro - rle) / 2.0
    return half + math.sqrt(half * half + 169.0)
