"""Text from the wire made safe to write: what arrives in SIP and SDP can hold anything."""

from __future__ import annotations


def writable(text: str) -> str:
    """Give `text` with what UTF-8 cannot carry spelled out: lone surrogates, from broken bytes."""
    if text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def printable(text: str) -> str:
    """Give `text` on one line, for a terminal: control characters cannot move or colour it."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )
