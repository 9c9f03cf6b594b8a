"""Bodies made of several parts (multipart/mixed and its kin, RFC 2046 section 5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BOUNDARY = re.compile(r';\s*boundary\s*=\s*(?:"([^"]+)"|([^;\s]+))', re.IGNORECASE)
_PART_END = re.compile(rb"\r?\n\r?\n")
_MAX_DEPTH = 4


def media_type(content_type: str) -> str:
    """Reduce a Content-Type value to `type/subtype` in lower case."""
    return content_type.partition(";")[0].strip().lower()


def find_part(body: bytes, content_type: str, *, wanted: str) -> bytes | None:
    """Return the first part of media type `wanted`: the body itself, or a part at any depth.

    Depth is limited, because nesting is in the hands of the sender.
    """
    if media_type(content_type) == wanted:
        return body
    for found, part in _walk(body, content_type, depth=0):
        if found == wanted:
            return part
    return None


def part_types(body: bytes, content_type: str) -> tuple[str, ...]:
    """Return the media types of a body and of its parts, in order."""
    return tuple(found for found, _ in _walk(body, content_type, depth=0))


def _walk(body: bytes, content_type: str, *, depth: int) -> Iterator[tuple[str, bytes]]:
    kind = media_type(content_type)
    if not kind.startswith("multipart/"):
        yield kind, body
        return
    boundary = _BOUNDARY.search(content_type)
    if boundary is None or depth >= _MAX_DEPTH:
        return
    for part in _parts(body, (boundary[1] or boundary[2]).encode("utf-8", "replace")):
        yield from _walk(*_open_part(part), depth=depth + 1)


def _parts(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """Yield what stands between delimiter lines; preamble and epilogue are nobody's content."""
    sections = (b"\r\n" + body).split(b"\n--" + boundary)
    for section in sections[1:]:
        if section.startswith(b"--"):
            return
        yield section.removesuffix(b"\r")


def _open_part(part: bytes) -> tuple[bytes, str]:
    """Separate a part's headers from its content; RFC 2046 lets the headers be absent."""
    end = _PART_END.search(part)
    if end is None:
        return b"", ""
    header_text = part[: end.start()].decode("utf-8", "replace")
    for line in header_text.split("\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() in {"content-type", "c"}:
            return part[end.end() :], value.strip()
    return part[end.end() :], "text/plain"
