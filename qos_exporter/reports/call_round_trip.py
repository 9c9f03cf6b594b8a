"""The round trip of a call: the leg on the caller's side of our tap and the one on the callee's."""

from __future__ import annotations

from enum import StrEnum

from qos_exporter.reports.figures import RunningFigures
from qos_exporter.units import SECOND_NS

FRESH_NS = 60 * SECOND_NS
"""A leg is good for this long. Reports come every five seconds or so (RFC 3550 section 6.2), from
some devices only every thirty; of those one may be lost."""


class Leg(StrEnum):
    """One side of a call, seen from the tap."""

    CALLER = "caller"
    CALLEE = "callee"


CALLER = Leg.CALLER
"""Named here because every report asks, and a member of an enumeration is not found at once."""


class TripSource(StrEnum):
    """Where a leg was taken from."""

    RTCP = "rtcp"
    RTCP_XR = "rtcp_xr"
    STUN = "stun"
    AMI = "ami"
    """From the PBX to the party and back, as it worked it out: the whole trip of that call."""


class CallRoundTrip:
    """The legs of one call by source, and their sum wherever both are known at a time.

    A relay may pass on the reports of the party behind it, or answer in its own name, or both. So
    of several addresses that a side is heard from the one furthest away is that of the party.
    """

    __slots__ = ("_latest", "_whole", "legs", "total")

    def __init__(self) -> None:
        self.legs: dict[tuple[Leg, TripSource], RunningFigures] = {}
        """In seconds."""
        self.total = RunningFigures()
        """Caller to callee and back, in seconds; without a value while a leg is missing."""
        self._latest: dict[tuple[Leg, TripSource], tuple[int, int, str]] = {}
        """The latest leg in ns, when it came, and the address that it leads to."""
        self._whole: tuple[int, int] | None = None
        """What was told of both legs together, and when."""

    def add(
        self, leg: Leg, leg_ns: int, *, source: TripSource, address: str, at_ns: int
    ) -> float | None:
        """Take in a leg from the tap to an address and back.

        Returns the round trip of the call in seconds if it is known and this leg is part of it.
        """
        told = leg, source
        latest = self._latest.get(told)
        if latest is None:
            self.legs[told] = RunningFigures()
        elif latest[2] != address and leg_ns < latest[0] and at_ns - latest[1] <= FRESH_NS:
            return None
        self._latest[told] = leg_ns, at_ns, address
        self.legs[told].add(leg_ns / SECOND_NS)
        total_s = self._by_legs(at_ns)
        if total_s is not None:
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
        return now_ns - self._latest[leg, source][1] <= FRESH_NS

    def _by_legs(self, now_ns: int) -> float | None:
        """The sum of both legs, by the source that tells most; a relay may answer some of them."""
        to_caller = to_callee = 0
        for (leg, _), (leg_ns, at_ns, _) in self._latest.items():
            if now_ns - at_ns > FRESH_NS:
                continue
            if leg is CALLER:
                to_caller = max(to_caller, leg_ns)
            else:
                to_callee = max(to_callee, leg_ns)
        return (to_caller + to_callee) / SECOND_NS if to_caller and to_callee else None
