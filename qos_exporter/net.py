"""Network endpoints: the address and port that media and signalling are sent from and to."""

from __future__ import annotations

import socket
from functools import lru_cache
from typing import NamedTuple

V4_MAPPED_PREFIX = bytes(10) + b"\xff\xff"
"""An IPv4 address inside 16 bytes: ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2)."""

CACHED_ADDRESSES = 16_384
"""A few thousand addresses come again and again; whose text is shared costs its memory once."""


@lru_cache(CACHED_ADDRESSES)
def address_text(address: bytes) -> str:
    """Write an address of 16 bytes in network order, IPv4 in its mapped form, as text."""
    if address.startswith(V4_MAPPED_PREFIX):
        return socket.inet_ntop(socket.AF_INET, address[12:])
    return socket.inet_ntop(socket.AF_INET6, address)


class Endpoint(NamedTuple):
    """A UDP endpoint. `address` is canonical text, so that equal endpoints compare equal.

    A tuple, and no dataclass as other values are: endpoints are keys of dictionaries that every
    new stream is looked up in, and a tuple's hash costs a fifth.
    """

    address: str
    port: int

    def __str__(self) -> str:
        """`10.0.0.1:5004`, and `[2001:db8::1]:5004` for IPv6."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}"

    @classmethod
    def from_packed16(cls, address: bytes, port: int) -> Endpoint:
        """From 16 bytes in network order, IPv4 in its mapped form."""
        return cls(address_text(address), port)

    def packed16(self) -> bytes:
        """Give the address as 16 bytes in network order; raises OSError if it is not an address."""
        if ":" in self.address:
            return socket.inet_pton(socket.AF_INET6, self.address)
        return V4_MAPPED_PREFIX + socket.inet_pton(socket.AF_INET, self.address)
