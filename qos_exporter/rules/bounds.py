"""What a threshold may be: the same for flags and for the file of thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from qos_exporter.bounds import RATIO, SECONDS, Bounds

BEST_MOS = 4.5
LEAST_OBJECTIVE = 0.95
"""Below, so much may be bad that there is no burning the budget 14 times too fast."""


MOS = Bounds(1.0, BEST_MOS, f"a MOS from 1 to {BEST_MOS:g}")
OBJECTIVE = Bounds(
    LEAST_OBJECTIVE, 0.99999, f"a ratio from {LEAST_OBJECTIVE:g} to 0.99999 (99 % is 0.99)"
)
TIME_SCALE = Bounds(1.0, 1000.0, "a factor from 1 to 1000")

BY_NAME: Mapping[str, Bounds] = MappingProxyType(
    {
        "mos_min": MOS,
        "loss_max": RATIO,
        "jitter_max": SECONDS,
        "round_trip_max": SECONDS,
        "objective": OBJECTIVE,
    }
)
"""The thresholds that can be chosen, by the names of their flags and of their keys in a file."""
