"""Calls, and how many there were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from qos_exporter.snapshot.figures import Histogram, Spread
from qos_exporter.snapshot.stream import StreamView


class RoundTripLeg(NamedTuple):
    """One side of the round trip of a call: from our tap to a party and back."""

    leg: str
    """`caller` or `callee`."""
    source: str
    """`rtcp`, `rtcp_xr` or `stun`."""
    figures: Spread
    is_current: bool = True
    """Whether the last figure still holds, or held when the call ended."""


class CallView(NamedTuple):
    """One call: a SIP dialog, or two opposite streams where no signalling was seen."""

    call_id: str
    caller: str
    callee: str
    state: str
    """`setup`, `active` or `ended`."""
    outcome: str | None
    """`answered`, `failed`, `cancelled` or `partial`; `None` while it is not decided."""
    start_s: float
    answer_s: float | None
    end_s: float | None
    duration_s: float
    round_trip: Spread | None
    on_hold: bool
    anomalies: tuple[str, ...]
    has_series: bool
    """Whether this call is admitted to the per-call metrics."""
    streams: tuple[StreamView, ...]
    round_trip_legs: tuple[RoundTripLeg, ...] = ()
    round_trip_is_current: bool = True
    """Whether the last figure of the round trip still holds, or held when the call ended."""


@dataclass(frozen=True, slots=True)
class CallTotals:
    """Calls counted since the start."""

    by_outcome: tuple[tuple[str, int], ...]
    by_rating: tuple[tuple[str, int], ...]
    active: int
    with_issues: int
    """Ended and active calls that had a window under `good` or an anomaly."""
    anomalies: tuple[tuple[str, int], ...]
    post_dial_delay_s: Histogram
    series_dropped: int
    seen: int = 0
    """Calls that began, whatever became of them: ended, active and in setup."""
