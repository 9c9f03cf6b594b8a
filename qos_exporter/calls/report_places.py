"""Where the reports of calls are awaited, so that a call is known by its RTCP alone."""

from __future__ import annotations

from qos_exporter.calls.call import Call
from qos_exporter.calls.claims import Claim
from qos_exporter.calls.multimap import MultiMap
from qos_exporter.calls.party import DIRECTION_TOWARDS, Direction
from qos_exporter.net import Endpoint


class ReportPlaces:
    """The claims of all calls by the place of their RTCP, which `a=rtcp` may have moved."""

    __slots__ = ("_barred", "_by_place")

    def __init__(self) -> None:
        self._by_place: MultiMap[Endpoint, Claim] = MultiMap()
        self._barred: MultiMap[Endpoint, object] = MultiMap()

    def add(self, claim: Claim) -> None:
        """Enter a claim."""
        if claim.rtcp is not None:
            self._by_place.add(claim.rtcp, claim)

    def discard(self, claim: Claim) -> None:
        """Remove a claim."""
        if claim.rtcp is not None:
            self._by_place.discard(claim.rtcp, claim)

    def bar(self, endpoint: Endpoint, owner: object) -> None:
        """Note where something else comes, which may look like RTCP."""
        self._barred.add(endpoint, owner)

    def unbar(self, endpoint: Endpoint, owner: object) -> None:
        """Take back `bar`."""
        self._barred.discard(endpoint, owner)

    def is_barred(self, src: Endpoint, dst: Endpoint) -> bool:
        """Whether what runs between these ends is not RTCP, whatever it looks like."""
        return dst in self._barred or src in self._barred

    def call_between(self, src: Endpoint, dst: Endpoint) -> Call | None:
        """Return the only call that awaits reports at one of these ends."""
        claim = self._between(src, dst)
        return None if claim is None else claim.call

    def place_of(self, sender: Endpoint, receiver: Endpoint) -> tuple[Call | None, Direction]:
        """Return the call of a stream whose RTCP ends are these, and its direction there."""
        claim = self._between(sender, receiver)
        if claim is None:
            return None, Direction.UNKNOWN
        party = claim.party if claim.rtcp == receiver else claim.party.other
        return claim.call, DIRECTION_TOWARDS[party]

    def is_awaited(self, src: Endpoint, dst: Endpoint) -> bool:
        """Whether a call named one of these ends for its reports."""
        return self._between(src, dst) is not None

    def is_encrypted(self, src: Endpoint, dst: Endpoint) -> bool:
        """Whether the reports between these ends are agreed to be SRTCP."""
        claim = self._between(src, dst)
        return claim is not None and claim.is_encrypted

    def hear(self, src: Endpoint, dst: Endpoint, now_ns: int) -> None:
        """Take note of a report whose stream is not known: that of a call on hold, for example."""
        call = self.call_between(src, dst)
        if call is not None:
            call.reported_ns = now_ns

    def _between(self, src: Endpoint, dst: Endpoint) -> Claim | None:
        """A claim of the only call that awaits reports at one of these ends."""
        claims = self._by_place.get(dst) + self._by_place.get(src)
        if not claims:
            return None
        call = claims[0].call
        for claim in claims:
            if claim.call is not call:
                return None
        return claims[0]
