"""What a number that a user gives may be, and how to say so where it is something else."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_S = 10.0
"""No conversation has such a delay: whoever gives a longer one means milliseconds."""


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


RATIO = Bounds(0.0, 1.0, "a ratio from 0 to 1 (2 % is 0.02)")
SECONDS = Bounds(0.0, LONGEST_S, f"a time in seconds from 0 to {LONGEST_S:g} (50 ms is 0.05)")
