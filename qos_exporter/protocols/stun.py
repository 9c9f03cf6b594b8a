"""STUN Binding requests and their answers (RFC 8489), as ICE sends them on the ports of the media.

Contract: `parse_stun` takes one datagram and returns a message or raises `DecodeError` with one of
`REASONS`. Only what pairs an answer with its request is read at once; attributes are read when
asked for. Messages without the magic cookie (RFC 3489) are refused: nothing in them tells them from
other data, and their transactions are no consent checks.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from qos_exporter.errors import DecodeError
from qos_exporter.net import V4_MAPPED_PREFIX, Endpoint

REASONS = ("short", "not_binding", "no_cookie", "length")
"""Every reason that `parse_stun` gives.

`short`: less than a header. `not_binding`: another method, or no STUN. `no_cookie`: without the
magic cookie. `length`: the length in the header is not that of the datagram, or not whole words.
"""

MAGIC_COOKIE = 0x2112A442
_HEADER = struct.Struct(">HHI12s")
_HEADER_BYTES = 20
_ATTRIBUTE = struct.Struct(">HH")
_ADDRESS = struct.Struct(">xBH")
_USERNAME = 0x0006
_XOR_MAPPED_ADDRESS = 0x0020
_FAMILY_BYTES = {1: 4, 2: 16}


class StunKind(StrEnum):
    """The class of a Binding message (section 5)."""

    REQUEST = "request"
    INDICATION = "indication"
    """Keeps a NAT binding open; nobody answers."""
    SUCCESS = "success"
    ERROR = "error"


_KINDS = {
    0x0001: StunKind.REQUEST,
    0x0011: StunKind.INDICATION,
    0x0101: StunKind.SUCCESS,
    0x0111: StunKind.ERROR,
}


class StunMessage(NamedTuple):
    """A Binding message. A tuple, since one is made for every check of every call."""

    kind: StunKind
    transaction_id: bytes
    """12 bytes that the answer repeats. A repeated request has the same ones."""
    attributes: bytes
    """All attributes, undecoded."""

    @property
    def has_username(self) -> bool:
        """Whether USERNAME is there: then this is a check of ICE (RFC 8445), not of a server."""
        return any(kind == _USERNAME for kind, _ in _attributes(self.attributes))

    @property
    def mapped(self) -> Endpoint | None:
        """XOR-MAPPED-ADDRESS: where the request came from, seen by who answers (section 14.2)."""
        for kind, value in _attributes(self.attributes):
            if kind == _XOR_MAPPED_ADDRESS:
                return _unmask(value, self.transaction_id)
        return None


def parse_stun(data: bytes) -> StunMessage:
    """Parse one datagram; raises DecodeError with one of `REASONS`."""
    if len(data) < _HEADER_BYTES:
        raise DecodeError("short")
    message_type, length, cookie, transaction_id = _HEADER.unpack_from(data)
    kind = _KINDS.get(message_type)
    if kind is None:
        raise DecodeError("not_binding")
    if cookie != MAGIC_COOKIE:
        raise DecodeError("no_cookie")
    if length != len(data) - _HEADER_BYTES or length & 3:
        raise DecodeError("length")
    return StunMessage(kind, transaction_id, data[_HEADER_BYTES:])


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield type and value of each attribute (section 14); what is cut off ends the list."""
    offset = 0
    while offset + _ATTRIBUTE.size <= len(data):
        kind, length = _ATTRIBUTE.unpack_from(data, offset)
        offset += _ATTRIBUTE.size
        if offset + length > len(data):
            return
        yield kind, data[offset : offset + length]
        offset += (length + 3) & ~3


def _unmask(value: bytes, transaction_id: bytes) -> Endpoint | None:
    """Undo the XOR with cookie and transaction, which hides addresses from NATs that rewrite."""
    if len(value) < _ADDRESS.size:
        return None
    family, port = _ADDRESS.unpack_from(value)
    masked = value[_ADDRESS.size :]
    if len(masked) != _FAMILY_BYTES.get(family):
        return None
    mask = (MAGIC_COOKIE.to_bytes(4, "big") + transaction_id)[: len(masked)]
    address = bytes(a ^ b for a, b in zip(masked, mask, strict=True))
    packed = V4_MAPPED_PREFIX + address if family == 1 else address
    return Endpoint.from_packed16(packed, port ^ (MAGIC_COOKIE >> 16))
