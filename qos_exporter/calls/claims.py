"""Claims: which call expects media at which endpoint, on whose behalf, and in which formats."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from qos_exporter.calls.exchange import Described, Hop
from qos_exporter.calls.multimap import MultiMap
from qos_exporter.calls.negotiation import Negotiation, Standing
from qos_exporter.calls.party import Party
from qos_exporter.calls.payloads import NO_PAYLOADS, PayloadMap, resolve_payloads
from qos_exporter.net import Endpoint
from qos_exporter.protocols.session_description import MediaDescription

if TYPE_CHECKING:  # calls and streams are only passed on here
    from qos_exporter.calls.call import Call
    from qos_exporter.calls.media import MediaStream

PLACES_MAX = 512
"""Of the lines of all descriptions of one offer and its answers, and of the endpoints that they
name, the first count. An honest offer to ten telephones with ICE has half as many; forks and
candidates could be hundreds of thousands, and be gone through with each message."""
FEW_CLAIMS = 4
"""More claims than these on one endpoint are those of a load generator, or of an agent with one
port for all its calls: whose media are heard there cannot be told, and each has to have its own."""


class Claim(NamedTuple):
    """One party of one call expects the media of one `m=` line at one endpoint."""

    call: Call
    endpoint: Endpoint
    party: Party
    hop: Hop
    sender: str
    """Address that the description came from."""
    line: int
    """Index of the `m=` line."""
    payloads: PayloadMap
    is_current: bool
    """False once something else was agreed on. Media may lag behind signalling (RFC 3264 section
    8.3.1), so the claim stands, but it yields to any that is current."""
    rtcp_is_next: bool = False
    """Whether reports about these media are awaited at the next port."""
    other_rtcp: Endpoint | None = None
    """Where else they are awaited: with the media, or at a place of their own."""
    is_encrypted: bool = False
    """Whether media and reports are agreed to be SRTP; some devices encrypt only media."""
    is_audio: bool = True

    def lists(self, payload_type: int) -> bool:
        """Whether this number is on the line: several lines may share one endpoint (RFC 9143)."""
        return any(each.payload_type == payload_type for each in self.payloads.formats)

    def at_sender(self) -> Claim:
        """Return the same claim at the address from which the description came.

        Devices behind NAT describe an address that means nothing outside. Their media come from
        where their signalling comes from, with some luck from the very port.
        """
        there = Endpoint(self.sender, self.endpoint.port)
        return self._replace(
            endpoint=there, rtcp_is_next=False, other_rtcp=None, is_encrypted=False
        )

    @property
    def rtcp(self) -> Endpoint | None:
        """Where reports about these media are awaited."""
        if not self.rtcp_is_next:
            return self.other_rtcp
        return Endpoint(self.endpoint.address, self.endpoint.port + 1)


def make_guesses(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """Return where media may be awaited instead, as far as that differs from the claims."""
    return tuple(
        [
            claim.at_sender()
            for claim in claims
            if claim.is_current and claim.sender != claim.endpoint.address
        ]
    )


def make_claims(
    call: Call, negotiation: Negotiation, *, fax: frozenset[Endpoint]
) -> tuple[Claim, ...]:
    """Work out all claims of a call, those of earlier agreements included.

    There are none where fax is awaited: UDPTL on the port where the audio was would be taken for
    RTP whenever its sequence number happens to look like an RTP header.
    """
    claims: dict[tuple[Endpoint, Party, int], Claim] = {}
    said: dict[tuple[Party, Hop, int], PayloadMap] = {}
    for standing in negotiation.standing():
        for described, line, media, places in _places(standing):
            key = (described.party, described.hop, line)
            peer = _peer_media(described, line, standing)
            previous = said.get(key, NO_PAYLOADS)
            said[key] = resolve_payloads(media, previous=previous, peer=peer)
            rtcp = reports_endpoint(media, peer)
            for endpoint in places:
                is_next = rtcp == (endpoint.address, endpoint.port + 1)
                claims[endpoint, described.party, line] = Claim(
                    call,
                    endpoint,
                    described.party,
                    described.hop,
                    described.sender,
                    line,
                    said[key],
                    not standing.is_superseded,
                    is_next,
                    None if is_next else rtcp,
                    media.terms.is_encrypted,
                    media.terms.is_audio,
                )
    return tuple([claim for claim in claims.values() if claim.endpoint not in fax])


def fax_endpoints(negotiation: Negotiation) -> frozenset[Endpoint]:
    """Return where UDPTL is agreed on."""
    return frozenset(
        endpoint
        for standing in negotiation.standing()
        if standing.is_current
        for _, _, media in _lines(standing)
        if media.is_fax and (endpoint := media.endpoint) is not None
    )


def reports_endpoint(media: MediaDescription, peer: MediaDescription | None) -> Endpoint | None:
    """Where the reports of one party are awaited: with its media only if both sides wanted that."""
    is_refused = peer is not None and not peer.terms.rtcp_mux
    return media.separate_rtcp_endpoint if is_refused else media.rtcp_endpoint


def _lines(standing: Standing) -> Iterator[tuple[Described, int, MediaDescription]]:
    for described in standing.described:
        for line, media in enumerate(described.session.media):
            yield described, line, media


def _places(
    standing: Standing,
) -> Iterator[tuple[Described, int, MediaDescription, tuple[Endpoint, ...]]]:
    """Give the lines with the endpoints where their media may arrive, as far as they count."""
    left = PLACES_MAX
    for described, line, media in _lines(standing):
        places = media.media_endpoints[:left] if media.terms.is_rtp else ()
        yield described, line, media, places
        left -= max(1, len(places))
        if left <= 0:
            return


def _peer_media(described: Described, line: int, standing: Standing) -> MediaDescription | None:
    """Find the same `m=` line as the other party described it, on the same hop if it did there."""
    found = None
    for each in standing.described:
        is_peer = each.party is not described.party and each.is_early is described.is_early
        if is_peer and line < len(each.session.media):
            if each.hop == described.hop:
                return each.session.media[line]
            found = found or each.session.media[line]
    return found


class ClaimIndex:
    """All claims by endpoint. Several calls may claim one endpoint: each owns its own claim."""

    __slots__ = ("_by_endpoint",)

    def __init__(self) -> None:
        self._by_endpoint: MultiMap[Endpoint, Claim] = MultiMap()

    def __len__(self) -> int:
        return len(self._by_endpoint)

    def __contains__(self, endpoint: Endpoint) -> bool:
        return endpoint in self._by_endpoint

    @property
    def is_plain(self) -> bool:
        """Whether no endpoint is claimed twice."""
        return self._by_endpoint.is_plain

    def touch(self, stream: MediaStream) -> bool:
        """Whether there are claims on an end of this stream."""
        return stream.dst in self._by_endpoint or stream.src in self._by_endpoint

    def __iter__(self) -> Iterator[Endpoint]:
        return iter(self._by_endpoint)

    def at(self, endpoint: Endpoint) -> tuple[Claim, ...]:
        """Return the claims on an endpoint; of very many the latest."""
        return self._by_endpoint.latest(endpoint)

    def of_few(self, endpoint: Endpoint) -> tuple[Claim, ...]:
        """Return the claims on an endpoint, none where there are more than `FEW_CLAIMS`."""
        claims = self.at(endpoint)
        return claims if len(claims) <= FEW_CLAIMS else ()

    def add(self, claim: Claim) -> bool:
        """Enter a claim; tell whether it is the first one on its endpoint."""
        is_first = claim.endpoint not in self._by_endpoint
        self._by_endpoint.add(claim.endpoint, claim)
        return is_first

    def discard(self, claim: Claim) -> bool:
        """Remove a claim; tell whether its endpoint is now nobody's."""
        was_claimed = claim.endpoint in self._by_endpoint
        self._by_endpoint.discard(claim.endpoint, claim)
        return was_claimed and claim.endpoint not in self._by_endpoint
