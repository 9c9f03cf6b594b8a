"""What a threshold may be: the same for flags and for the file of thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

BEST_MOS = 4.5
LONGEST_S = 10.0
"""No conversation has such a delay: whoever gives a longer one means milliseconds."""
LEAST_OBJECTIVE = 0.95
"""Below, so much may be bad that there is no burning the budget 14 times too fast."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The values that make sense, the ends included, and how to say so."""

    least: float
    most: float
    words: str

    def checked(self, value: float) -> float:
        """Give the value back; raises ValueError, with half a sentence, where it makes no sense."""
        # Written so that NaN, with which no comparison holds, is refused as well.
        if not self.least <= value <= self.most:
            raise ValueError(f"is not {self.words}")
        return value

    def parsed(self, text: str) -> float:
        """Read a value; raises ValueError like `checked`."""
        try:
            value = float(text)
        except ValueError:
            raise ValueError("is not a number") from None
        return self.checked(value)


MOS = Bounds(1.0, BEST_MOS, f"a MOS from 1 to {BEST_MOS:g}")
RATIO = Bounds(0.0, 1.0, "a ratio from 0 to 1 (2 % is 0.02)")
SECONDS = Bounds(0.0, LONGEST_S, f"a time in seconds from 0 to {LONGEST_S:g} (50 ms is 0.05)")
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
