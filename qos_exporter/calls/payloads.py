"""What the payload type numbers of a stream mean, as its receiver announced them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from qos_exporter.payload_types import STATIC_PAYLOADS
from qos_exporter.protocols.session_description import MediaDescription, PayloadFormat

STATIC_FORMATS = {
    number: PayloadFormat(number, static.encoding.upper(), static.clock_rate, static.channels)
    for number, static in STATIC_PAYLOADS.items()
}
"""What RFC 3551 assigns for good, as SDP would say it."""
_STATIC = frozenset(STATIC_FORMATS.values())


@dataclass(frozen=True, slots=True)
class PayloadMap:
    """The formats that one receiver announced; empty where its description was never seen."""

    formats: tuple[PayloadFormat, ...] = ()
    of_sender: tuple[PayloadFormat, ...] = ()
    """The same codecs under the numbers of the other party, as far as these mean nothing here.

    Each side has to use the numbers that the other one announced (RFC 3264 section 5.1), but some
    use their own.
    """

    @property
    def known(self) -> tuple[PayloadFormat, ...]:
        """All formats that were announced."""
        return self.formats + self.of_sender

    def find(self, payload_type: int) -> PayloadFormat | None:
        """Tell what a number means: as announced, else as RFC 3551 assigned it."""
        for each in self.known:
            if each.payload_type == payload_type:
                return each
        return STATIC_FORMATS.get(payload_type)


NO_PAYLOADS = PayloadMap()


def resolve_payloads(
    media: MediaDescription, *, previous: PayloadMap, peer: MediaDescription | None
) -> PayloadMap:
    """Give every number of an `m=` line its meaning.

    A number without `a=rtpmap` keeps what the same party said of it before, since a new offer may
    not give a number another meaning within a session (RFC 3264 section 8.3.2). Failing that it
    means what the other party said of it, because an answerer should use the offerer's numbers
    (section 6.1), and some leave out the attribute then. Last, RFC 3551.

    A number that is no longer on the line keeps its meaning too: what was sent before, and what is
    still under way (section 8.3.1), was that.
    """
    terms = media.terms
    of_peer = peer.terms.formats if peer else previous.of_sender
    sources = (terms.formats, previous.formats, of_peer)
    numbers = terms.payload_types
    if previous.formats:
        former = [each.payload_type for each in previous.formats if each not in _STATIC]
        numbers = tuple(dict.fromkeys((*numbers, *former)))
    return _resolve(numbers, terms.parameters, sources)


@lru_cache(maxsize=1024)
def _resolve(
    numbers: tuple[int, ...],
    parameters: tuple[tuple[int, str], ...],
    sources: tuple[tuple[PayloadFormat, ...], ...],
) -> PayloadMap:
    """Cached, since all devices of a kind say the same."""
    fmtp = dict(parameters)
    formats = tuple(
        known.with_fmtp(fmtp.get(number, ""))
        for number in numbers
        if (known := _find(number, sources)) is not None
    )
    return PayloadMap(formats, _renumbered(formats, peer=sources[-1]))


def _renumbered(
    formats: tuple[PayloadFormat, ...], *, peer: tuple[PayloadFormat, ...]
) -> tuple[PayloadFormat, ...]:
    """Return the formats of the peer that are codecs of this party under other numbers."""
    codecs = {(each.encoding, each.clock_rate) for each in formats}
    numbers = {each.payload_type for each in formats}
    return tuple(
        each
        for each in peer
        if each.payload_type not in numbers and (each.encoding, each.clock_rate) in codecs
    )


def _find(number: int, sources: Iterable[tuple[PayloadFormat, ...]]) -> PayloadFormat | None:
    for formats in sources:
        for each in formats:
            if each.payload_type == number:
                return each
    return STATIC_FORMATS.get(number)
