"""The colours of values: where they change is where the alerting rules speak up."""

from __future__ import annotations

from dataclasses import dataclass

from qos_exporter.rules.thresholds import DEFAULTS, Limit

GOOD, WARNING, CRITICAL, NEUTRAL = "green", "orange", "red", "blue"


@dataclass(frozen=True, slots=True)
class Step:
    """A colour, from a value on; the first step of all begins below everything."""

    start: float | None
    colour: str


Steps = tuple[Step, ...]


def above(limit: Limit) -> Steps:
    """Colour a figure of which more is worse."""
    return (Step(None, GOOD), Step(limit.warning, WARNING), Step(limit.critical, CRITICAL))


def below(limit: Limit) -> Steps:
    """Colour a figure of which less is worse."""
    return (Step(None, CRITICAL), Step(limit.critical, WARNING), Step(limit.warning, GOOD))


MOS = below(DEFAULTS.mos_min)
LOSS = above(DEFAULTS.loss_max)
JITTER = above(DEFAULTS.jitter_max_s)
ROUND_TRIP = above(DEFAULTS.round_trip_max_s)
GOOD_WINDOWS = (Step(None, WARNING), Step(DEFAULTS.good_windows_min, GOOD))
BUDGET = (Step(None, CRITICAL), Step(0, WARNING), Step(0.25, GOOD))
"""What is left of the allowance of the objective: nothing below 0."""

RESULTS = (("degraded", WARNING), ("bad", CRITICAL))
"""The colours of series that are named after the result of windows."""
RATINGS = (
    ("excellent", "dark-green"),
    ("good", GOOD),
    ("fair", "yellow"),
    ("poor", WARNING),
    ("bad", CRITICAL),
    ("unscored", "gray"),
)
"""The colours of series that are named after a rating."""

NONE = (Step(None, NEUTRAL),)
"""For figures that are neither good nor bad."""
TINY = 1e-9
NOT_ANY = (Step(None, GOOD), Step(TINY, WARNING))
"""For what should not happen at all."""
DROPS = (*NOT_ANY, Step(0.01, CRITICAL))
"""For the share of frames that the capture drops."""
ALL_UP = (Step(None, CRITICAL), Step(1, GOOD))
"""For what is 1 while all is well."""
FULL = (Step(None, GOOD), Step(0.8, WARNING), Step(0.95, CRITICAL))
"""How full a table of limited size is."""
