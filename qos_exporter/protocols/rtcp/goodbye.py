"""Farewells: the sources that end (RFC 3550 section 6.6)."""

from __future__ import annotations

from struct import unpack_from
from typing import NamedTuple


class Goodbye(NamedTuple):
    """BYE: sources that send no more under their SSRC."""

    ssrcs: tuple[int, ...]
    """May be empty, which says nothing of anybody."""
    reason: str | None
    """UTF-8, in which bytes that are not became U+FFFD."""

    @property
    def kind(self) -> str:
        """The name of the packet type."""
        return "bye"


def parse_goodbye(body: bytes, count: int, faults: list[str]) -> Goodbye:
    """Read `count` sources and the reason; `faults` gains `bye_reason` where that breaks off."""
    ssrcs = unpack_from(f"!{count}I", body)
    rest = body[4 * count :]
    if not rest:
        return Goodbye(ssrcs, None)
    text = rest[1 : 1 + rest[0]]
    if len(text) < rest[0]:
        faults.append("bye_reason")
        return Goodbye(ssrcs, None)
    return Goodbye(ssrcs, text.decode("utf-8", "replace") or None)
