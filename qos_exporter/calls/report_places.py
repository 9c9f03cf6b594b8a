"""Where the reports of calls are awaited, so that a call is known by its RTCP alone."""

from __future__ import annotations

from collections.abc import Iterator

from qos_exporter.calls.call import Call
from qos_exporter.calls.claims import Claim, ClaimIndex
from qos_exporter.calls.multimap import MultiMap
from qos_exporter.calls.party import DIRECTION_TOWARDS, Direction
from qos_exporter.net import Endpoint
from qos_exporter.tuples import new_tuple


class ReportPlaces:
    """The claims of all calls by the place of their RTCP.

    That is the port above the media (RFC 3550 section 11), by which it is found in the index of
    claims; only where `a=rtcp` or `a=rtcp-mux` say otherwise it is entered here.
    """

    __slots__ = ("_barred", "_claims", "_elsewhere")

    def __init__(self, claims: ClaimIndex) -> None:
        self._claims = claims
        self._elsewhere: MultiMap[Endpoint, Claim] = MultiMap()
        self._barred: MultiMap[Endpoint, object] = MultiMap()

    def add(self, claim: Claim) -> None:
        """Enter a claim."""
        if claim.other_rtcp is not None:
            self._elsewhere.add(claim.other_rtcp, claim)

    def discard(self, claim: Claim) -> None:
        """Remove a claim."""
        if claim.other_rtcp is not None:
            self._elsewhere.discard(claim.other_rtcp, claim)

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
        found = None
        for place in (dst, src):
            for claim in self._at(place):
                if found is not None and claim.call is not found.call:
                    return None
                found = found or claim
        return found

    def _at(self, place: Endpoint) -> Iterator[Claim]:
        yield from self._elsewhere.latest(place)
        below = new_tuple(Endpoint, (place.address, place.port - 1))
        for claim in self._claims.at(below):
            if claim.rtcp_is_next:
                yield claim
