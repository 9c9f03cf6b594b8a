"""Running figures of a quantity of which reports bring one value after another."""

class RunningFigures:
    """The last, the mean and the largest value so far."""

    @property
    def count(self) -> int: ...
    @property
    def last(self) -> float: ...
    @property
    def max(self) -> float: ...
    @property
    def total(self) -> float: ...
    def add(self, value: float) -> None:
        """Take in one value; none is negative."""

    @property
    def mean(self) -> float:
        """The mean of all values; 0 before the first one."""
