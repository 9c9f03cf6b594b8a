"""Basic signal-to-noise ratio of a connection (ITU-T G.107, 7.2): everything that hisses."""

from __future__ import annotations

import math


def _power_sum_db(*levels: float) -> float:
    """Levels in dB, added as powers."""
    return 10.0 * math.log10(sum(10.0 ** (level / 10.0) for level in levels))


def send_room_noise(*, ps: float, slr: float, ds: float, olr: float) -> float:
    """`Nos`, dBm0p: room noise `ps` (dB(A)) that the microphone picks up at the sending side."""
    return ps - slr - ds - 100.0 + 0.004 * (ps - olr - ds - 14.0) ** 2


def receive_room_noise(*, pr: float, rlr: float, lstr: float) -> float:
    """`Nor`, dBm0p: room noise `pr` (dB(A)) that reaches the listener's ear by the sidetone."""
    pre = pr + 10.0 * math.log10(1.0 + 10.0 ** ((10.0 - lstr) / 10.0))
    return rlr - 121.0 + pre + 0.008 * (pre - 35.0) ** 2


def total_noise(*, circuit: float, send: float, receive: float, floor: float) -> float:
    """`No`, dBm0p: all noise sources (`Nc`, `Nos`, `Nor`, `Nfo`), seen from the 0 dBr point."""
    return _power_sum_db(circuit, send, receive, floor)


def basic_signal_to_noise_ratio(*, slr: float, no: float) -> float:
    """`Ro`, in points of the rating scale."""
    return 15.0 - 1.5 * (slr + no)
