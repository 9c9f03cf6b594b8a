"""What our own tap had counted of a stream at the moment when a report about it went by."""

from __future__ import annotations

from typing import NamedTuple


class TapCount(NamedTuple):
    """Sequence numbers since the first one that the tap saw, and how many of them it missed.

    A report is about a moment in the past: the receiver's highest number is some packets behind
    the one that passed the tap last. Only up to that number can the two be compared.
    """

    expected_now: int
    """Up to the highest number that has passed."""
    lost_now: int
    """How many of those the tap has not seen."""
    expected: int | None
    """Up to the highest number that the report speaks of; `None` where the tap cannot say."""
    lost: int
    """How many of `expected` the tap has not seen."""
