"""The round trip of a call: the leg on the caller's side of our tap and the one on the callee's."""

from __future__ import annotations

from enum import StrEnum

from qos_exporter.reports.figures import RunningFigures
from qos_exporter.units import SECOND_NS

FRESH_NS = 60_000_000_000
"""A leg is good for this long. Reports come every five seconds or so (RFC 3550 section 6.2), from
some devices only every thirty; a source that is silent for five intervals has gone."""


class Leg(StrEnum):
    """One side of a call, seen from the tap."""

    CALLER = "caller"
    CALLEE = "callee"


OTHER_LEG = {Leg.CALLER: Leg.CALLEE, Leg.CALLEE: Leg.CALLER}


class TripSource(StrEnum):
    """Where a leg was taken from."""

    RTCP = "rtcp"
    RTCP_XR = "rtcp_xr"
    STUN = "stun"
    AMI = "ami"
    """From the PBX to the party and back, as it worked it out: the whole trip of that call."""


class CallRoundTrip:
    """The legs of one call by source, and their sum wherever both are known at a time."""

    __slots__ = ("_heard_ns", "_latest", "_whole", "legs", "total")

    def __init__(self) -> None:
        self.legs: dict[tuple[Leg, TripSource], RunningFigures] = {}
        """In seconds."""
        self.total = RunningFigures()
        """Caller to callee and back, in seconds; without a value while a leg is missing."""
        self._heard_ns: dict[tuple[Leg, TripSource], int] = {}
        """When each of the legs was told last."""
        self._latest: dict[Leg, tuple[int, int]] = {}
        """The latest leg in ns, and when it came."""
        self._whole: tuple[int, int] | None = None
        """What was told of both legs together, and when."""

    def add(self, leg: Leg, leg_ns: int, *, source: TripSource, at_ns: int) -> float | None:
        """Take in a leg; returns the round trip of the call in seconds if both legs are known."""
        told = leg, source
        figures = self.legs.get(told)
        if figures is None:
            figures = self.legs[told] = RunningFigures()
        figures.add(leg_ns / SECOND_NS)
        self._heard_ns[told] = at_ns
        self._latest[leg] = leg_ns, at_ns
        other = self._latest.get(OTHER_LEG[leg])
        if other is None or at_ns - other[1] > FRESH_NS:
            return None
        total_s = (leg_ns + other[0]) / SECOND_NS
        self.total.add(total_s)
        return total_s

    def add_whole(self, trip_ns: int, *, at_ns: int) -> None:
        """Take in a round trip that an end of the call told; it counts while legs are missing."""
        has_legs = self._by_legs(at_ns) is not None
        self._whole = trip_ns, at_ns
        if not has_legs:
            self.total.add(trip_ns / SECOND_NS)

    def current_s(self, now_ns: int) -> float | None:
        """The round trip by the latest legs, else as it was told; `None` where nothing is fresh."""
        by_legs = self._by_legs(now_ns)
        if by_legs is not None or self._whole is None:
            return by_legs
        trip_ns, at_ns = self._whole
        return trip_ns / SECOND_NS if now_ns - at_ns <= FRESH_NS else None

    def is_current(self, leg: Leg, source: TripSource, now_ns: int) -> bool:
        """Whether one of the `legs` still holds."""
        return now_ns - self._heard_ns[leg, source] <= FRESH_NS

    def _by_legs(self, now_ns: int) -> float | None:
        fresh = [leg_ns for leg_ns, at_ns in self._latest.values() if now_ns - at_ns <= FRESH_NS]
        return sum(fresh) / SECOND_NS if len(fresh) == len(OTHER_LEG) else None
