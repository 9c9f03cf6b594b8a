"""The worst that was reported of a leg for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class LegReports:
    """The largest values that were reported of a leg since they were last looked at."""

    __slots__ = ("jitter_s", "loss_ratio", "round_trip_s")

    def __init__(self) -> None:
        self.loss_ratio: float | None = None
        self.jitter_s: float | None = None
        self.round_trip_s: float | None = None

    def add(
        self, *, loss_ratio: float | None, jitter_s: float | None, round_trip_s: float | None
    ) -> None:
        """Take in one report; `None` is what it does not say."""
        self.loss_ratio = largest((self.loss_ratio, loss_ratio))
        self.jitter_s = largest((self.jitter_s, jitter_s))
        self.round_trip_s = largest((self.round_trip_s, round_trip_s))


def largest(values: Iterable[float | None]) -> float | None:
    """Give the largest value that there is."""
    return max((value for value in values if value is not None), default=None)
