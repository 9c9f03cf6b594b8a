"""What our own tap had counted of a stream at the moment when a report about it went by."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Tap(Protocol):
    """Sequence numbers since the first one that the tap saw, and how many of them it missed.

    A report is about a moment in the past: the receiver's highest number is some packets behind
    the one that passed the tap last. Only up to that number can the two be compared. The packet
    path answers in this form; nothing is made of its answer on the way.
    """

    @property
    def expected_now(self) -> int:
        """Up to the highest number that has passed."""

    @property
    def lost_now(self) -> int:
        """How many of those the tap has not seen."""

    @property
    def expected(self) -> int | None:
        """Up to the highest number that the report speaks of; `None` where the tap cannot say."""

    @property
    def lost(self) -> int:
        """How many of `expected` the tap has not seen."""


class TapCount(NamedTuple):
    """A `Tap` that says nothing else."""

    expected_now: int
    lost_now: int
    expected: int | None
    lost: int
