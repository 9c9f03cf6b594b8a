"""The two sides of a call, and the way from one to the other."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Direction(StrEnum):
    """Which way a stream flows through its call."""

    CALLER_TO_CALLEE = "caller_to_callee"
    CALLEE_TO_CALLER = "callee_to_caller"
    UNKNOWN = "unknown"
    """Of a stream that belongs to no call."""


class Party(IntEnum):
    """One side of a call. A forked call has one caller and several callees."""

    CALLER = 0
    CALLEE = 1

    @property
    def other(self) -> Party:
        """The opposite side."""
        return Party.CALLEE if self is Party.CALLER else Party.CALLER


DIRECTION_TOWARDS = {
    Party.CALLER: Direction.CALLEE_TO_CALLER,
    Party.CALLEE: Direction.CALLER_TO_CALLEE,
}
"""By the party that receives."""
