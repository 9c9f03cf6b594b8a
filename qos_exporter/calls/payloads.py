"""What the payload type numbers of a stream mean, as its receiver announced them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qos_exporter.protocols.session_description import MediaDescription, PayloadFormat

STATIC_FORMATS = {
    each.payload_type: each
    for each in (
        PayloadFormat(0, "PCMU", 8000),
        PayloadFormat(3, "GSM", 8000),
        PayloadFormat(4, "G723", 8000),
        PayloadFormat(5, "DVI4", 8000),
        PayloadFormat(6, "DVI4", 16000),
        PayloadFormat(7, "LPC", 8000),
        PayloadFormat(8, "PCMA", 8000),
        PayloadFormat(9, "G722", 8000),
        PayloadFormat(10, "L16", 44100, 2),
        PayloadFormat(11, "L16", 44100, 1),
        PayloadFormat(12, "QCELP", 8000),
        PayloadFormat(13, "CN", 8000),
        PayloadFormat(14, "MPA", 90000),
        PayloadFormat(15, "G728", 8000),
        PayloadFormat(16, "DVI4", 11025),
        PayloadFormat(17, "DVI4", 22050),
        PayloadFormat(18, "G729", 8000),
        PayloadFormat(25, "CELB", 90000),
        PayloadFormat(26, "JPEG", 90000),
        PayloadFormat(28, "NV", 90000),
        PayloadFormat(31, "H261", 90000),
        PayloadFormat(32, "MPV", 90000),
        PayloadFormat(33, "MP2T", 90000),
        PayloadFormat(34, "H263", 90000),
    )
}
"""Assigned for all time (RFC 3551 tables 4 and 5). Number 2 is not among them: it is reserved, and
those who still send it do not agree on what it is."""


@dataclass(frozen=True, slots=True)
class PayloadMap:
    """The formats that one receiver announced; empty where its description was never seen."""

    formats: tuple[PayloadFormat, ...] = ()

    def find(self, payload_type: int) -> PayloadFormat | None:
        """Tell what a number means: as announced, else as RFC 3551 assigned it."""
        for each in self.formats:
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
    """
    sources = (media.formats, previous.formats, peer.formats if peer else ())
    parameters = dict(media.parameters)
    return PayloadMap(
        tuple(
            known.with_fmtp(parameters.get(number, ""))
            for number in media.payload_types
            if (known := _find(number, sources)) is not None
        )
    )


def _find(number: int, sources: Iterable[tuple[PayloadFormat, ...]]) -> PayloadFormat | None:
    for formats in sources:
        for each in formats:
            if each.payload_type == number:
                return each
    return STATIC_FORMATS.get(number)
