"""Packets that an application defines for itself (RFC 3550 section 6.7)."""

from __future__ import annotations

from typing import NamedTuple


class ApplicationPacket(NamedTuple):
    """APP, without the data that only its application understands."""

    ssrc: int
    subtype: int
    """0 to 31; the meaning is the application's."""
    name: str
    """Four characters of ASCII; a byte that is none became U+FFFD."""

    @property
    def kind(self) -> str:
        """The name of the packet type."""
        return "app"


def parse_application(body: bytes, count: int, _faults: list[str]) -> ApplicationPacket:
    """Read source and name; `count` is where other packet types have their count."""
    return ApplicationPacket(int.from_bytes(body[:4]), count, body[4:8].decode("ascii", "replace"))
