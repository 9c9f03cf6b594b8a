"""Bodies made of several parts (multipart/mixed and its kin, RFC 2046 section 5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_BOUNDARY = re.compile(r';\s*boundary\s*=\s*(?:"([^"]+)"|([^;\s]+))', re.IGNORECASE)
_PART_END = re.compile(rb"\r?\n\r?\n")
_MAX_DEPTH = 4


def media_type(content_type: str) -> str:
    """Reduce a Content-Type value to `type/subtype` in lower case."""
    return content_type.partition(";")[0].strip().lower()


class Part(NamedTuple):
    """A body, or a part of one."""

    media_type: str
    disposition: str
    """What it is there for, in lower case (RFC 3261 section 20.11); empty where it is not said."""
    content: bytes


def find_part(body: bytes, content_type: str, *, wanted: str) -> bytes | None:
    """Return the first part of media type `wanted`: the body itself, or a part at any depth."""
    parts = walk_parts(body, content_type)
    return next((each.content for each in parts if each.media_type == wanted), None)


def part_types(body: bytes, content_type: str) -> tuple[str, ...]:
    """Return the media types of a body and of its parts, in order."""
    return tuple(each.media_type for each in walk_parts(body, content_type))


def walk_parts(
    body: bytes, content_type: str, disposition: str = "", *, depth: int = 0
) -> Iterator[Part]:
    """Yield a body, or the parts that it is made of.

    Depth is limited, because nesting is in the hands of the sender.
    """
    kind = media_type(content_type)
    if not kind.startswith("multipart/"):
        yield Part(kind, media_type(disposition), body)
        return
    boundary = _BOUNDARY.search(content_type)
    if boundary is None or depth >= _MAX_DEPTH:
        return
    for part in _parts(body, (boundary[1] or boundary[2]).encode("utf-8", "replace")):
        yield from walk_parts(*_open_part(part), depth=depth + 1)


def _parts(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """Yield what stands between delimiter lines; preamble and epilogue are nobody's content."""
    sections = (b"\r\n" + body).split(b"\n--" + boundary)
    for section in sections[1:]:
        if section.startswith(b"--"):
            return
        yield section.removesuffix(b"\r")


def _open_part(part: bytes) -> tuple[bytes, str, str]:
    """Separate a part's content from its type and disposition; RFC 2046 lets both be absent."""
    end = _PART_END.search(part)
    if end is None:
        return b"", "", ""
    header_text = part[: end.start()].decode("utf-8", "replace")
    headers = {"content-type": "text/plain", "content-disposition": ""}
    for line in reversed(header_text.split("\n")):
        name, _, value = line.partition(":")
        key = name.strip().lower()
        headers["content-type" if key == "c" else key] = value.strip()
    return part[end.end() :], headers["content-type"], headers["content-disposition"]
