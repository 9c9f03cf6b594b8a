"""Which call a stream belongs to, by the endpoints that signalling named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qos_exporter.calls.call import Call
from qos_exporter.calls.claims import Claim, ClaimIndex
from qos_exporter.calls.control import StreamControl
from qos_exporter.calls.media import MediaStream
from qos_exporter.calls.party import DIRECTION_TOWARDS, Direction, Party
from qos_exporter.calls.payloads import PayloadMap
from qos_exporter.units import SECOND_NS

FRESH_NS = 5 * SECOND_NS
"""A call whose media were agreed on within this time is expected to begin its streams."""
QUIET_NS = SECOND_NS // 5
"""A stream without a packet for this long has made room for another: several packet intervals, and
less than it takes to place a call."""


@dataclass(frozen=True, slots=True)
class Match:
    """A stream's place in a call."""

    call: Call
    direction: Direction
    payloads: PayloadMap
    is_audio: bool = True


class StreamMatcher:
    """Finds the call of a stream.

    The receiver's endpoint decides; where nobody announced it, the sender's does, because devices
    send from the port that they receive on (symmetric RTP, RFC 4961). That is also how a phone
    behind NAT, whose description names an address of its own network, is found: by the other side.

    Where several calls claim the endpoint, a stream goes to the call that has no such stream yet
    and fits best; where all have one, it goes to none. A wrong call is worse than none.
    """

    __slots__ = ("_claims", "_control", "_guesses")

    def __init__(self, claims: ClaimIndex, guesses: ClaimIndex, control: StreamControl) -> None:
        self._claims = claims
        self._guesses = guesses
        self._control = control

    def is_claimed(self, stream: MediaStream) -> bool:
        """Whether signalling named one of the stream's endpoints."""
        return self._claims.touch(stream)

    def may_know(self, stream: MediaStream) -> bool:
        """Whether signalling named one of its endpoints, or a place where they may be instead."""
        return self._claims.touch(stream) or self._guesses.touch(stream)

    def find(self, stream: MediaStream, now_ns: int) -> Match | None:
        """Return the stream's place, `None` if it has none or if that cannot be told."""
        candidates = _candidates(stream, self._claims)
        if len({claim.call for claim, _ in candidates}) <= 1:
            return self._best(stream, candidates)
        return self._choose(stream, candidates, now_ns)

    def guess(self, stream: MediaStream) -> Match | None:
        """Return the place of a stream that nobody claims, if only one call may have one for it."""
        candidates = _candidates(stream, self._guesses)
        is_plain = len({claim.call for claim, _ in candidates}) == 1
        return self._best(stream, candidates) if is_plain and not self.is_claimed(stream) else None

    def find_within(self, stream: MediaStream, call: Call) -> Match | None:
        """Return the stream's place in a call that it is known to belong to."""
        for index in (self._claims, self._guesses):
            candidates = [each for each in _candidates(stream, index) if each[0].call is call]
            if candidates:
                return self._best(stream, candidates)
        return None

    def _best(self, stream: MediaStream, candidates: list[tuple[Claim, Party]]) -> Match | None:
        if not candidates:
            return None
        return self._place(*min(candidates, key=lambda each: _preference(each[0], stream)))

    def _choose(
        self, stream: MediaStream, candidates: Iterable[tuple[Claim, Party]], now_ns: int
    ) -> Match | None:
        free = [
            (claim, party)
            for claim, party in candidates
            if not self._is_taken(claim.call, stream, now_ns)
        ]
        if not free:
            return None
        ranked = sorted(free, key=lambda each: self._rank(each[0], stream))
        return self._place(*ranked[0])

    def _is_taken(self, call: Call, stream: MediaStream, now_ns: int) -> bool:
        """Whether the call has a running stream between these endpoints already."""
        return any(
            each.is_live
            and each is not stream
            and each.dst == stream.dst
            and each.src == stream.src
            and self._control.last_packet_ns(each) > now_ns - QUIET_NS
            for each in call.streams
        )

    def _rank(self, claim: Claim, stream: MediaStream) -> tuple[bool, bool, bool, int, bool]:
        """Sort the better call first.

        Better is an agreement that holds, an opposite stream, an answer that is fresh; among fresh
        ones the older, since streams begin in the order of the answers; else the younger.
        """
        call = claim.call
        since_ns = call.dialog.media_since_ns if call.dialog else call.start_ns
        is_fresh = call.answer_ns is not None and stream.first_ns - since_ns < FRESH_NS
        return (
            not claim.is_current,
            not any(each.src == stream.dst and each.dst == stream.src for each in call.streams)
            and not is_fresh,
            not is_fresh,
            since_ns if is_fresh else -since_ns,
            not claim.lists(stream.payload_type),
        )

    def _place(self, claim: Claim, receiver: Party) -> Match:
        payloads = claim.payloads
        if claim.party is not receiver:
            payloads = self._payloads_of(receiver, claim)
        return Match(claim.call, DIRECTION_TOWARDS[receiver], payloads, claim.is_audio)

    def _payloads_of(self, receiver: Party, sent: Claim) -> PayloadMap:
        """Find what the receiver announced on the same line.

        If that was not seen, what the sender announced: most devices use the same numbers.
        """
        claims = sent.call.dialog.claims if sent.call.dialog else ()
        peers = [each for each in claims if each.party is receiver and each.line == sent.line]
        peers.sort(key=lambda each: (not each.is_current, each.hop != sent.hop))
        return peers[0].payloads if peers else sent.payloads


def _preference(claim: Claim, stream: MediaStream) -> tuple[bool, bool]:
    return not claim.is_current, not claim.lists(stream.payload_type)


def _candidates(stream: MediaStream, index: ClaimIndex) -> list[tuple[Claim, Party]]:
    """Return claims on the stream with the party that would receive it."""
    received = [(claim, claim.party) for claim in index.at(stream.dst)]
    sent = [(claim, claim.party.other) for claim in index.at(stream.src)]
    if not received or not sent:
        return received or sent
    # Both ends are known: the call should know both, and as opposite parties.
    senders = {(claim.call, party) for claim, party in sent}
    both = [each for each in received if (each[0].call, each[1]) in senders]
    return both or received
