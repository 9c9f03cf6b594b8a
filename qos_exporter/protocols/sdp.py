"""Session descriptions (RFC 8866, and RFC 4566 before it).

Contract: `parse_session` takes a body and returns a description or raises `DecodeError` with one of
`REASONS`. Lines and attributes that we do not know, or whose inside is broken, are passed over: one
odd attribute must not cost us the ports. Only a broken `m=` line is an error, since everything
after it would be about the wrong media.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from functools import lru_cache

from qos_exporter.errors import DecodeError
from qos_exporter.net import Endpoint, address_text
from qos_exporter.protocols.sdp_bundle import share_places
from qos_exporter.protocols.session_description import (
    IceCandidate,
    MediaDescription,
    MediaDirection,
    MediaTerms,
    PayloadFormat,
    SessionDescription,
)

REASONS = ("not_sdp", "media_line")
"""`not_sdp`: the first line is not `v=`. `media_line`: an `m=` line cannot be read."""

MAX_PORT = 65535
MAX_PAYLOAD_TYPE = 127
MEDIA_MAX = 32
CANDIDATES_MAX = 32
"""Of media, and of candidates of each, the first count. Real descriptions have a few; a datagram
has room for thousands, and following where each may arrive takes seconds."""
LINE_MAX = 1024
"""Characters of a line; longer ones are passed over. Texts are kept with their calls."""
_RTPMAP = re.compile(r"\s*([0-9]{1,3})\s+([^/\s]+)/([0-9]{1,9})(?:/([0-9]{1,2}))?\s*$")
_FMTP = re.compile(r"\s*([0-9]{1,3})\s+(.+)$")
_RTCP = re.compile(r"\s*([0-9]{1,5})(?:\s+IN\s+IP[46]\s+(\S+))?\s*$", re.IGNORECASE)
_PTIME = re.compile(r"\s*[0-9]{1,4}(\.[0-9]{1,3})?\s*$")
_CANDIDATE = re.compile(
    r"\s*\S+\s+([0-9]{1,3})\s+udp\s+[0-9]+\s+(\S+)\s+([0-9]{1,5})\s+typ\s+(\w+)", re.IGNORECASE
)
_DIRECTIONS = {each.value: each for each in MediaDirection}


_Defaults = tuple[MediaDirection, bool, bool, float | None]
"""Direction, whether there are keys, whether RTCP is muxed, and ptime."""
_DEFAULTS: _Defaults = (MediaDirection.SENDRECV, False, False, None)
_INHERITED = ""
"""Stands for the address of the session level."""


class _Draft:
    """What has been read so far of the session level or of one `m=` section."""

    __slots__ = (
        "address",
        "candidates",
        "direction",
        "groups",
        "has_crypto",
        "is_bundle_only",
        "label",
        "mid",
        "origin",
        "parameters",
        "ptime_ms",
        "rtcp",
        "rtcp_mux",
        "rtpmaps",
    )

    def __init__(self, defaults: _Defaults, address: str | None) -> None:
        # A section starts from what the session level said; its own lines override that.
        self.address = address
        self.direction, self.has_crypto, self.rtcp_mux, self.ptime_ms = defaults
        self.origin = ""
        self.rtpmaps: dict[int, PayloadFormat] = {}
        self.parameters: dict[int, str] = {}
        self.rtcp: tuple[str | None, int] | None = None
        self.candidates: list[IceCandidate] = []
        self.label = ""
        self.mid = ""
        self.is_bundle_only = False
        self.groups: list[tuple[str, ...]] = []

    @property
    def defaults(self) -> _Defaults:
        """What sections start from, but for the address, which may be every call's own."""
        return self.direction, self.has_crypto, self.rtcp_mux, self.ptime_ms

    @property
    def rtcp_endpoint(self) -> Endpoint | None:
        """What `a=rtcp` names: its port at its own address, or else at that of the media."""
        if self.rtcp is None:
            return None
        address = self.rtcp[0] or self.address
        return None if address is None else Endpoint(address, self.rtcp[1])


def parse_session(data: bytes) -> SessionDescription:
    """Parse a description; raises DecodeError with one of `REASONS`."""
    text = data.decode("utf-8", "replace").lstrip("\ufeff\r\n\0 \t")
    if not text.startswith("v="):
        raise DecodeError("not_sdp")
    # Senders end lines with CR LF, as they should, or with either of the two.
    head, *sections = text.replace("\r", "\n").split("\nm=")
    session = _Draft(_DEFAULTS, address=None)
    _read_lines(session, head)
    media = [_read_section(session, section) for section in sections[:MEDIA_MAX]]
    if session.groups:
        media = share_places(media, session.groups)
    return SessionDescription(session.origin, tuple(media))


def _read_lines(draft: _Draft, lines: str) -> None:
    for line in lines.split("\n"):
        reader = _LINES.get(line[:2])
        if reader is not None and len(line) <= LINE_MAX:
            reader(draft, line[2:].strip())


def _read_section(session: _Draft, section: str) -> MediaDescription:
    """`m=<media> <port>[/<number of ports>] <proto> <fmt> ...` (section 5.14), and its lines."""
    first, _, lines = section.partition("\n")
    fields = first.split(maxsplit=2)
    port_text = fields[1].partition("/")[0] if len(fields) > 1 else ""
    port = _number(port_text, MAX_PORT)
    is_whole = len(fields) == len(("media", "port", "proto"))
    if port is None or not is_whole or len(first) > LINE_MAX:
        raise DecodeError("media_line")
    media = _describe(fields[0].lower(), fields[2], lines, session.defaults)
    if media.address != _INHERITED:
        return MediaDescription(media.terms, port, media.address, media.rtcp)
    rtcp = media.rtcp
    if rtcp is not None and rtcp.address == _INHERITED:
        rtcp = None if session.address is None else Endpoint(session.address, rtcp.port)
    return MediaDescription(media.terms, port, session.address, rtcp)


@lru_cache(maxsize=256)
def _describe(kind: str, formats: str, lines: str, defaults: _Defaults) -> MediaDescription:
    """Read what is left of a section without its port and the address of the session level.

    Cached, since all devices of a kind say the same in every call.
    """
    draft = _Draft(defaults, address=_INHERITED)
    _read_lines(draft, lines)
    protocol, *types = formats.upper().split()
    payload_types = _payload_types(types) if "RTP/" in protocol else ()
    terms = MediaTerms(
        kind=kind,
        protocol=protocol,
        payload_types=payload_types,
        formats=tuple(_formats(draft, payload_types)),
        parameters=tuple(draft.parameters.items()),
        direction=draft.direction,
        ptime_ms=draft.ptime_ms,
        rtcp_mux=draft.rtcp_mux,
        candidates=tuple(draft.candidates),
        has_crypto=draft.has_crypto,
        label=draft.label,
        mid=draft.mid,
        is_bundle_only=draft.is_bundle_only,
    )
    return MediaDescription(_shared(terms), 0, draft.address, draft.rtcp_endpoint)


@lru_cache(maxsize=1024)
def _shared(terms: MediaTerms) -> MediaTerms:
    """One value for all that are equal: keys are every call's own, and nothing of them is kept."""
    return terms


def _payload_types(texts: list[str]) -> tuple[int, ...]:
    numbers = (_number(text, MAX_PAYLOAD_TYPE) for text in texts)
    return tuple(dict.fromkeys(number for number in numbers if number is not None))


def _formats(draft: _Draft, payload_types: tuple[int, ...]) -> list[PayloadFormat]:
    known = [draft.rtpmaps[number] for number in payload_types if number in draft.rtpmaps]
    if not draft.parameters:
        return known
    return [each.with_fmtp(draft.parameters.get(each.payload_type, "")) for each in known]


def _read_origin(draft: _Draft, value: str) -> None:
    draft.origin = value


def _read_connection(draft: _Draft, value: str) -> None:
    """`c=IN IP4 <address>[/<ttl>][/<number>]` (section 5.7); a TTL occurs with multicast only."""
    fields = value.split()
    if fields:
        draft.address = _canonical(fields[-1].partition("/")[0])


def _read_attribute(draft: _Draft, value: str) -> None:
    name, _, argument = value.partition(":")
    name = name.lower()
    reader = _ATTRIBUTES.get(name)
    if reader is not None:
        reader(draft, argument)
    elif name in _DIRECTIONS:
        draft.direction = _DIRECTIONS[name]


def _read_rtpmap(draft: _Draft, argument: str) -> None:
    mapping = _parse_rtpmap(argument)
    if mapping:
        draft.rtpmaps[mapping.payload_type] = mapping


@lru_cache(maxsize=1024)
def _parse_rtpmap(argument: str) -> PayloadFormat | None:
    """Read `<payload type> <encoding>/<clock rate>[/<channels>]`; few occur, and often."""
    match = _RTPMAP.match(argument)
    if match is None or not int(match[3]):
        return None
    return PayloadFormat(int(match[1]), match[2].upper(), int(match[3]), int(match[4] or 1))


def _read_fmtp(draft: _Draft, argument: str) -> None:
    match = _FMTP.match(argument)
    if match:
        draft.parameters[int(match[1])] = match[2].strip()


def _read_ptime(draft: _Draft, argument: str) -> None:
    draft.ptime_ms = float(argument) if _PTIME.match(argument) else None


def _read_rtcp(draft: _Draft, argument: str) -> None:
    match = _RTCP.match(argument)
    port = _number(match[1], MAX_PORT) if match else None
    if match and port:
        draft.rtcp = (_canonical(match[2]) if match[2] else None, port)


def _read_rtcp_mux(draft: _Draft, _argument: str) -> None:
    draft.rtcp_mux = True


def _read_key(draft: _Draft, _argument: str) -> None:
    draft.has_crypto = True


def _read_label(draft: _Draft, argument: str) -> None:
    draft.label = argument.strip()


def _read_mid(draft: _Draft, argument: str) -> None:
    draft.mid = argument.strip()


def _read_bundle_only(draft: _Draft, _argument: str) -> None:
    draft.is_bundle_only = True


def _read_group(draft: _Draft, argument: str) -> None:
    """Read `<semantics> <mid> ...` (RFC 5888 section 5); only those that share a place matter."""
    semantics, *members = argument.split()[: 1 + MEDIA_MAX] or ("",)
    if semantics.upper() == "BUNDLE" and len(draft.groups) < MEDIA_MAX:
        draft.groups.append(tuple(members))


def _read_candidate(draft: _Draft, argument: str) -> None:
    """Read `foundation component transport priority address port typ kind ...` (RFC 8839, 5.1)."""
    match = _CANDIDATE.match(argument)
    if match is None or len(draft.candidates) >= CANDIDATES_MAX:
        return
    # A host candidate may hide behind an mDNS name, which nobody outside can resolve.
    address, port = _canonical(match[2]), _number(match[3], MAX_PORT)
    if address and port:
        endpoint = Endpoint(address, port)
        draft.candidates.append(IceCandidate(int(match[1]), match[4].lower(), endpoint))


_LINES: dict[str, Callable[[_Draft, str], None]] = {
    "o=": _read_origin,
    "c=": _read_connection,
    "a=": _read_attribute,
}
_ATTRIBUTES: dict[str, Callable[[_Draft, str], None]] = {
    "rtpmap": _read_rtpmap,
    "fmtp": _read_fmtp,
    "ptime": _read_ptime,
    "rtcp": _read_rtcp,
    "rtcp-mux": _read_rtcp_mux,
    "candidate": _read_candidate,
    "crypto": _read_key,
    "fingerprint": _read_key,
    "label": _read_label,
    "mid": _read_mid,
    "bundle-only": _read_bundle_only,
    "group": _read_group,
}


def _number(text: str, largest: int) -> int | None:
    if text.isascii() and text.isdigit() and len(text) <= len("65535") and int(text) <= largest:
        return int(text)
    return None


@lru_cache(maxsize=4096)
def _canonical(address: str) -> str | None:
    """Bring an address into its one canonical spelling; `None` if it is not an address.

    An IPv4 address in its mapped form is one of IPv4, as which its packets come (RFC 5118 section
    4.9).
    """
    try:
        if ":" in address:
            return address_text(socket.inet_pton(socket.AF_INET6, address))
        return socket.inet_ntop(socket.AF_INET, socket.inet_pton(socket.AF_INET, address))
    except (OSError, ValueError):  # ValueError: an embedded NUL
        return None
