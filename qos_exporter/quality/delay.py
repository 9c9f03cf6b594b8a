"""Impairment by pure delay (ITU-T G.107, 7.4) and the delay from mouth to ear that goes into it."""

from __future__ import annotations

import numpy as np

from qos_exporter.quality.arrays import FloatArray, Values

NOTICED_MS = 100.0
"""Below this absolute delay a conversation does not suffer."""


def delay_impairment(ta_ms: Values) -> FloatArray:
    """`Idd`, in R points of the narrowband scale, for an absolute one-way delay in ms.

    0 up to 100 ms; unknown (NaN) stays unknown.
    """
    # At exactly 100 ms the formula gives 0 by itself, so holding the delay there from below
    # replaces the case distinction of the text.
    x6 = np.log2(np.maximum(ta_ms, NOTICED_MS) / NOTICED_MS) ** 6
    third6 = x6 / 3.0**6
    idd = 25.0 * ((1.0 + x6) ** (1.0 / 6.0) - 3.0 * (1.0 + third6) ** (1.0 / 6.0) + 2.0)
    return np.maximum(idd, 0.0)


def absolute_delay_ms(
    *, round_trip_s: Values, playout_delay_s: Values, codec_delay_ms: Values
) -> FloatArray:
    """`Ta`: half the network's round trip, the playout buffer and the codec, mouth to ear, in ms.

    NaN where the round trip is unknown: a delay is never guessed from one direction.
    """
    network_s = np.maximum(round_trip_s, 0.0) / 2.0
    return np.asarray(1000.0 * (network_s + playout_delay_s) + codec_delay_ms)
