"""Source descriptions (RFC 3550 section 6.5), of which the canonical name is kept."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from struct import Struct
from typing import NamedTuple

from qos_exporter.errors import DecodeError

_CNAME = 1
_SSRC = Struct("!I")
KEPT_BYTES = 128
"""What is no longer than this is read once, since its source repeats it every few seconds."""
KEPT_DESCRIPTIONS = 8192
"""So many of those are remembered."""


class DescribedSource(NamedTuple):
    """A chunk: what one source is called."""

    ssrc: int
    cname: str | None
    """UTF-8, in which bytes that are not became U+FFFD; `None` where the chunk has no CNAME, as
    that of a contributing source may."""


class SourceDescription(NamedTuple):
    """SDES: the names of one or more sources."""

    sources: tuple[DescribedSource, ...]

    @property
    def kind(self) -> str:
        """The name of the packet type."""
        return "sdes"


def parse_source_description(body: bytes, count: int, faults: list[str]) -> SourceDescription:
    """Read `count` chunks. Of one that breaks off its CNAME is kept if that came before.

    `sdes_item` (an item is longer than what is left) or `count` (chunks are missing) is raised if
    nothing could be read, else it becomes one of the `faults`.
    """
    if len(body) <= KEPT_BYTES:
        with suppress(DecodeError):
            return _parse_kept(body, count)
    sources: list[DescribedSource] = []
    start = 0
    try:
        while len(sources) < count:
            start = _read_chunk(body, start, sources)
    except DecodeError as error:
        if not sources:
            raise
        faults.append(error.reason)
    return SourceDescription(tuple(sources))


def parse_chunks(body: bytes, count: int) -> SourceDescription:
    """Read chunks of which none is broken; raises DecodeError if one is."""
    sources: list[DescribedSource] = []
    start = 0
    while len(sources) < count:
        start = _read_chunk(body, start, sources)
    return SourceDescription(tuple(sources))


_parse_kept = lru_cache(maxsize=KEPT_DESCRIPTIONS)(parse_chunks)


def _read_chunk(body: bytes, start: int, sources: list[DescribedSource]) -> int:
    """Read the chunk at `start` and return where the next one begins."""
    items = start + _SSRC.size
    if items > len(body):
        raise DecodeError("count")
    (ssrc,) = _SSRC.unpack_from(body, start)
    end, cname = _parse_items(body, items)
    is_broken = end > len(body)
    if not is_broken or cname is not None:
        sources.append(DescribedSource(ssrc, cname))
    if is_broken:
        raise DecodeError("sdes_item")
    # At least one null ends the items, and others fill the word up. Some senders leave out the
    # former where the packet ends anyway.
    return (end // 4 + 1) * 4


def _parse_items(body: bytes, start: int) -> tuple[int, str | None]:
    """Return where the items end and their CNAME. An end beyond the body means a broken item."""
    cname: str | None = None
    size = len(body)
    while start < size and (item := body[start]):
        # An item whose length is missing reaches beyond the body like one that is too long.
        text = start + 2
        end = text + body[start + 1] if text <= size else text
        if item == _CNAME and cname is None and end <= size:
            # Some senders count the null with which a text ends in C.
            cname = body[text:end].rstrip(b"\0").decode("utf-8", "replace")
        start = end
    return start, cname
