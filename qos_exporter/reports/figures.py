"""Running figures of a quantity of which reports bring one value after another."""

from __future__ import annotations


class RunningFigures:
    """The last, the mean and the largest value so far."""

    __slots__ = ("count", "last", "max", "total")

    def __init__(self) -> None:
        self.count = 0
        self.last = 0.0
        self.max = 0.0
        self.total = 0.0

    def add(self, value: float) -> None:
        """Take in one value; none is negative."""
        self.count += 1
        self.last = value
        self.total += value
        if value > self.max:  # noqa: PLR1730 - a call of `max` costs more than all else here
            self.max = value

    @property
    def mean(self) -> float:
        """The mean of all values; 0 before the first one."""
        return self.total / self.count if self.count else 0.0
