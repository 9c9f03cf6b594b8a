"""What quality is compared with, by the alerting rules and by the colours of the dashboards.

Kept here alone: rule files and dashboards are written from these values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

MOS_STEP = 0.4
"""From a warning to what is critical: from the middle of `fair` to the lower end of `poor`."""
LOSS_FACTOR = 2.5
JITTER_FACTOR = 2.0
ROUND_TRIP_FACTOR = 5 / 3


@dataclass(frozen=True, slots=True)
class Limit:
    """Where a figure becomes worth a warning, and where somebody has to get up."""

    warning: float
    critical: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The limits of all figures."""

    mos_min: Limit
    """MOS-LQ; lower is worse."""
    loss_max: Limit
    """Lost packets of those expected, a ratio of 0 to 1."""
    jitter_max_s: Limit
    """Interarrival jitter."""
    round_trip_max_s: Limit
    """Caller to callee and back."""
    good_windows_min: float
    """The objective: which share of windows has to be good, a ratio of 0 to 1."""


def thresholds(
    *,
    mos_min: float | Limit = 3.5,
    loss_max: float | Limit = 0.02,
    jitter_max_s: float | Limit = 0.05,
    round_trip_max_s: float | Limit = 0.3,
    good_windows_min: float = 0.99,
) -> Thresholds:
    """Make thresholds; of one that is a number, the warning's, what is critical follows from it."""
    return Thresholds(
        mos_min=_limit(mos_min, lambda mos: round(max(1.0, mos - MOS_STEP), 3)),
        loss_max=_limit(loss_max, lambda ratio: round(min(1.0, ratio * LOSS_FACTOR), 6)),
        jitter_max_s=_limit(jitter_max_s, lambda jitter_s: round(jitter_s * JITTER_FACTOR, 6)),
        round_trip_max_s=_limit(
            round_trip_max_s, lambda trip_s: round(trip_s * ROUND_TRIP_FACTOR, 6)
        ),
        good_windows_min=good_windows_min,
    )


def _limit(value: float | Limit, critical: Callable[[float], float]) -> Limit:
    return value if isinstance(value, Limit) else Limit(value, critical(value))


DEFAULTS = thresholds()
"""What the rule files that come with the project are made with."""
