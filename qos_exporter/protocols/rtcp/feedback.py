"""Feedback of receivers to senders (RFC 4585 section 6.1): who asks whom, not what for."""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

_SSRCS = Struct("!II")


class Feedback(NamedTuple):
    """RTPFB (about the transport) or PSFB (about the payload), without what is asked for."""

    kind: str
    """`rtpfb` or `psfb`."""
    message_type: int
    """FMT, 0 to 31: which request it is, out of a numbering per kind."""
    sender_ssrc: int
    """Who sends the feedback."""
    media_ssrc: int
    """Whose media it is about; 0 where that stands in the part that is not read."""


def parse_transport_feedback(body: bytes, count: int, _faults: list[str]) -> Feedback:
    """Read packet type 205; `count` is where other packet types have their count."""
    return Feedback("rtpfb", count, *_SSRCS.unpack_from(body))


def parse_payload_feedback(body: bytes, count: int, _faults: list[str]) -> Feedback:
    """Read packet type 206; `count` is where other packet types have their count."""
    return Feedback("psfb", count, *_SSRCS.unpack_from(body))
