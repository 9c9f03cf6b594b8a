"""The words for a score: what a window came to, why it has no score, how a MOS sounds."""

from __future__ import annotations

import numpy as np

from qos_exporter.quality.arrays import Codes, Values

RESULTS = ("good", "degraded", "bad", "unscored")
GOOD, DEGRADED, BAD, UNSCORED = range(4)

REASONS = (
    "",
    "short",
    "codec_change",
    "unknown_codec",
    "comfort_noise",
    "capture_degraded",
)
"""Why a window was not scored; the first is that of a scored window."""
NO_REASON, SHORT, CODEC_CHANGE, UNKNOWN_CODEC, COMFORT_NOISE, CAPTURE_DEGRADED = range(6)

RATINGS = ("excellent", "good", "fair", "poor", "bad")
UNRATED = 255
"""The rating code of a window without score: outside `RATINGS`, so that it cannot be mistaken."""

RATING_FROM_MOS = (4.3, 4.0, 3.6, 3.1)
"""The lowest MOS of each rating but the last."""

DEGRADED_FROM_POINTS = 10.0
BAD_ABOVE_POINTS = 25.0
"""R points that the network took from a window: good below 10, degraded up to 25, then bad."""

# Slack for sums that should hit a boundary exactly and miss it by the last bits of the arithmetic.
_TINY = 1e-9


def rating_codes(mos: Values) -> Codes:
    """Positions in `RATINGS`; `UNRATED` where there is no MOS (NaN)."""
    known = np.asarray(mos, dtype=np.float64)
    below = [known < lowest - _TINY for lowest in RATING_FROM_MOS]
    codes = np.sum(below, axis=0, dtype=np.uint8)
    return np.where(np.isnan(known), np.uint8(UNRATED), codes)


def result_codes(points_taken: Values) -> Codes:
    """Positions in `RESULTS` by the R points that the network took; `UNSCORED` for NaN."""
    taken = np.asarray(points_taken, dtype=np.float64)
    degraded = (taken > DEGRADED_FROM_POINTS - _TINY).astype(np.uint8)
    bad = (taken > BAD_ABOVE_POINTS + _TINY).astype(np.uint8)
    return np.where(np.isnan(taken), np.uint8(UNSCORED), degraded + bad)
