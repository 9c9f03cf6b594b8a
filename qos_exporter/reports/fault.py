"""Where on its way a stream was damaged, in words."""

from __future__ import annotations

from enum import StrEnum

LOSS_RATIO = 0.005
"""From this share of lost packets on, listeners notice and a side counts as faulty."""
JITTER_S = 0.030
"""From this jitter on, ordinary jitter buffers begin to discard."""
JITTER_MAX_S = 0.2
"""What is above this is no jitter: some devices report the pauses of a speaker as such."""


class Fault(StrEnum):
    """The side of our tap on which packets were lost or delayed unevenly."""

    BEFORE = "before the tap"
    AFTER = "after the tap"
    BOTH = "both"
    CLEAN = "clean"
    UNKNOWN = "unknown"
    """Nothing is wrong up to the tap, and of the way behind it the receiver said too little."""


VERDICTS = {
    (True, True): Fault.BOTH,
    (True, False): Fault.BEFORE,
    (False, True): Fault.AFTER,
    (False, False): Fault.CLEAN,
    (True, None): Fault.BEFORE,
    (False, None): Fault.UNKNOWN,
}


def is_faulty(loss_ratio: float | None, jitter_s: float | None) -> bool | None:
    """Whether one side took more than a listener forgives; `None` where that is not known.

    Bad jitter alone tells, but even packets do not say that none were lost.
    """
    if jitter_s is not None and JITTER_S <= jitter_s <= JITTER_MAX_S:
        return True
    return None if loss_ratio is None else loss_ratio >= LOSS_RATIO


def locate(*, before: bool, after: bool | None) -> Fault:
    """Name the place; `after` is `None` where the receiver has not told."""
    return VERDICTS[before, after]
