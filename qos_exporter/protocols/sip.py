"""SIP messages that came in one UDP datagram (RFC 3261).

Contract: `parse_message` takes the whole datagram and returns a message or raises `DecodeError`
with one of `REASONS`. It does no I/O, knows no time and reads only the headers that a call is made
of; all others stay text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from qos_exporter.errors import DecodeError
from qos_exporter.protocols.mime import find_part, part_types, walk_parts
from qos_exporter.protocols.sip_headers import (
    NameAddress,
    count_vias,
    find_branch,
    first_values,
    first_values_of_calls,
    may_have,
    parse_cseq,
    parse_name_address,
)
from qos_exporter.tuples import new_tuple

KEEPALIVE = "keepalive"
REASONS = (KEEPALIVE, "start_line", "missing_header", "cseq", "content_length", "too_long")
"""Every reason that `parse_message` gives.

`keepalive`: nothing but white space and NUL (RFC 5626 section 3.5.1, and what devices make of it).
`start_line`: neither a request line nor a status line.
`missing_header`: no Call-ID, CSeq, From or To (all mandatory, section 8.1.1).
`cseq`, `content_length`: that header cannot be read.
`too_long`: one of those that are kept with a call is longer than `LONGEST`.
"""
LONGEST = 16 * 1024
"""Characters of a status line, and of a header that names a call, its parties or its messages. Real
ones have a hundred or two, odd ones thousands; of many calls with 60 kB each there would soon be no
memory left."""

_KEPT = ("call-id", "cseq", "from", "to")
_SDP = "application/sdp"
_EARLY = "early-session"
"""The disposition of a description that says nothing of the session itself."""
_FILLER = b"\r\n\0 \t"
_REQUEST_LINE = re.compile(
    r"([A-Za-z0-9.!%*_+`'~-]+)[ \t]+(\S+)[ \t]+SIP/2\.0[ \t]*$", re.IGNORECASE
)
# The reason phrase may be missing together with the space before it: many senders leave it out.
_STATUS_LINE = re.compile(r"SIP/2\.0[ \t]+([1-6][0-9][0-9])(?:[ \t]+(.*))?$", re.IGNORECASE)
_HEADER_END = re.compile(rb"\r?\n\r?\n")


class SipMessage(NamedTuple):
    """A request or a response. Text is UTF-8; bytes that are not become U+FFFD."""

    method: str
    """Of a request its own, of a response that of the request it answers (from CSeq). Upper case:
    the RFC compares methods case-sensitively, and no two differ by case alone."""
    status_code: int
    """100 to 699, and 0 for a request."""
    reason_phrase: str
    request_uri: str
    """Empty for a response."""
    call_id: str
    cseq: int
    """The number that counts the requests of one side of a dialog (section 8.1.1.5)."""
    sender: NameAddress
    """The From header: who sent the request, also where this is the response to it."""
    recipient: NameAddress
    """The To header."""
    content_type: str
    body: bytes
    """Ends at Content-Length, or at the end of the datagram (section 18.3)."""
    is_truncated: bool
    """Content-Length promises more than the datagram holds. The RFC has a receiver refuse that; we
    see it where a capture was cut at its snap length, and what is there still tells the call."""
    header_text: str
    """All headers as they came."""

    @property
    def is_request(self) -> bool:
        """Whether this is a request."""
        return self.status_code == 0

    def header(self, name: str) -> str:
        """Return the first value of the header `name` (lower case, long form), or an empty text."""
        text = self.header_text
        return first_values(text).get(name, "") if may_have(text, name) else ""

    @property
    def transaction(self) -> str:
        """What tells the transaction of a request from others; empty where nothing does."""
        return find_branch(self.header_text)

    @property
    def hops(self) -> int:
        """How far from the sender of the request this was seen; 1 is next to it.

        On their way to a proxy's far side requests have one Via more, and so have responses there
        (section 16.6). Less is known of a CANCEL, and of the ACK to a refusal, which have one only.
        """
        return count_vias(self.header_text)

    def part(self, wanted: str) -> bytes | None:
        """Return the body, or the part of a multipart body, of media type `wanted`."""
        return find_part(self.body, self.content_type, wanted=wanted) if self.body else None

    @property
    def sdp(self) -> bytes | None:
        """The session description that the message carries, also among other parts."""
        return self._description(is_early=False)

    @property
    def early_sdp(self) -> bytes | None:
        """The description of an early session, which ends with the answer (RFC 3959)."""
        return self._description(is_early=True)

    def _description(self, *, is_early: bool) -> bytes | None:
        if not self.body:
            return None
        may_be_early = _EARLY in self.header_text or _EARLY.encode() in self.body
        if not may_be_early:
            return None if is_early else self.part(_SDP)
        parts = walk_parts(self.body, self.content_type, self.header("content-disposition"))
        wanted = (each for each in parts if each.media_type == _SDP)
        return next(
            (each.content for each in wanted if (each.disposition == _EARLY) is is_early), None
        )

    @property
    def body_types(self) -> tuple[str, ...]:
        """The media types of the body and of its parts."""
        return part_types(self.body, self.content_type) if self.body else ()


def parse_message(data: bytes) -> SipMessage:
    """Parse one datagram; raises DecodeError with one of `REASONS`."""
    data = data.lstrip(_FILLER)
    if not data:
        raise DecodeError(KEEPALIVE)
    head, body = _split_message(data)
    start_line, _, header_text = head.decode("utf-8", "replace").partition("\n")
    opening = _parse_start_line(start_line.rstrip("\r"))
    return _assemble(opening, header_text, body)


def _split_message(data: bytes) -> tuple[bytes, bytes]:
    """Return the start line with the headers, and the body."""
    end = data.find(b"\r\n\r\n")
    if end >= 0 and data.find(b"\n") == data.find(b"\r\n") + 1:
        return data[:end], data[end + 4 :]
    # Some senders end lines with a bare LF. A message whose empty line is missing was cut off
    # inside its headers; use those it has.
    match = _HEADER_END.search(data)
    return (data[: match.start()], data[match.end() :]) if match else (data, b"")


def _parse_start_line(line: str) -> tuple[str, str, int, str]:
    """Return method, request URI, status code and reason phrase; what does not apply is empty."""
    if line[:4].upper() == "SIP/":
        if len(line) > LONGEST:
            raise DecodeError("too_long")
        return _parse_status_line(line)
    request = _REQUEST_LINE.match(line)
    if request:
        return request[1].upper(), request[2], 0, ""
    raise DecodeError("start_line")


@lru_cache(maxsize=256)
def _parse_status_line(line: str) -> tuple[str, str, int, str]:
    """Cached, since few occur, and often."""
    status = _STATUS_LINE.match(line)
    if status:
        return "", "", int(status[1]), (status[2] or "").strip()
    raise DecodeError("start_line")


def _assemble(opening: tuple[str, str, int, str], header_text: str, body: bytes) -> SipMessage:
    method, request_uri, status_code, reason_phrase = opening
    headers = first_values_of_calls(header_text)
    if len(header_text) > LONGEST:
        _check_lengths(headers)
    try:
        call_id, cseq_text = headers["call-id"], headers["cseq"]
        sender, recipient = parse_name_address(headers["from"]), parse_name_address(headers["to"])
    except KeyError:
        raise DecodeError("missing_header") from None
    if not call_id:
        raise DecodeError("missing_header")
    cseq, cseq_method = parse_cseq(cseq_text)
    length = _content_length(headers.get("content-length"), len(body))
    # Its constructor would cost more than all else that is done here.
    values = (
        method or cseq_method,
        status_code,
        reason_phrase,
        request_uri,
        call_id,
        cseq,
        sender,
        recipient,
        headers.get("content-type", ""),
        body[:length],
        length > len(body),
        header_text,
    )
    return new_tuple(SipMessage, values)


def _check_lengths(headers: Mapping[str, str]) -> None:
    if any(len(headers.get(name, "")) > LONGEST for name in _KEPT):
        raise DecodeError("too_long")


def _content_length(text: str | None, available: int) -> int:
    """Without the header, the body of a datagram reaches to its end (section 18.3)."""
    if text is None:
        return available
    if not (text.isascii() and text.isdigit()) or len(text) > len("4294967295"):
        raise DecodeError("content_length")
    return int(text)
