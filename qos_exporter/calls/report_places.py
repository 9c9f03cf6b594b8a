"""Where the reports of calls are awaited, so that a call is known by its RTCP alone."""

from __future__ import annotations

from qos_exporter.calls.claims import Claim
from qos_exporter.calls.multimap import MultiMap
from qos_exporter.net import Endpoint


class ReportPlaces:
    """The claims of all calls by the place of their RTCP, which `a=rtcp` may have moved."""

    __slots__ = ("_by_place",)

    def __init__(self) -> None:
        self._by_place: MultiMap[Endpoint, Claim] = MultiMap()

    def add(self, claim: Claim) -> None:
        """Enter a claim."""
        if claim.rtcp is not None:
            self._by_place.add(claim.rtcp, claim)

    def discard(self, claim: Claim) -> None:
        """Remove a claim."""
        if claim.rtcp is not None:
            self._by_place.discard(claim.rtcp, claim)

    def between(self, src: Endpoint, dst: Endpoint) -> Claim | None:
        """A claim of the only call that awaits reports at one of these ends."""
        claims = self._by_place.get(dst) + self._by_place.get(src)
        if not claims:
            return None
        call = claims[0].call
        for claim in claims:
            if claim.call is not call:
                return None
        return claims[0]
