"""What quality is compared with, by the alerting rules and by the colours of the dashboards.

Kept here alone: rule files and dashboards are written from these values.
"""

from __future__ import annotations

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
    mos_min: float = 3.5,
    loss_max: float = 0.02,
    jitter_max_s: float = 0.05,
    round_trip_max_s: float = 0.3,
    good_windows_min: float = 0.99,
) -> Thresholds:
    """Make thresholds from those of the warnings; what is critical follows from them."""
    return Thresholds(
        mos_min=Limit(mos_min, round(max(1.0, mos_min - MOS_STEP), 3)),
        loss_max=Limit(loss_max, round(min(1.0, loss_max * LOSS_FACTOR), 6)),
        jitter_max_s=Limit(jitter_max_s, round(jitter_max_s * JITTER_FACTOR, 6)),
        round_trip_max_s=Limit(round_trip_max_s, round(round_trip_max_s * ROUND_TRIP_FACTOR, 6)),
        good_windows_min=good_windows_min,
    )


DEFAULTS = thresholds()
"""What the rule files that come with the project are made with."""
