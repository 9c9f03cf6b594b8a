"""RTP payload types with a fixed meaning (RFC 3551, tables 4 and 5), and what is not speech.

Number 2 once was G721 and is reserved now; G726-32 has a dynamic number and needs SDP. The numbers
that RFC 3551 leaves unassigned or reserved are absent here for the same reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class StaticPayload:
    """The encoding that a static payload type stands for."""

    encoding: str
    """The name that RFC 3551 gives it, as SDP writes it."""
    clock_rate: int
    """RTP timestamp units in a second; for G722 that is 8000, though it samples at 16 kHz."""
    channels: int = 1


STATIC_PAYLOADS = MappingProxyType(
    {
        0: StaticPayload("PCMU", 8000),
        3: StaticPayload("GSM", 8000),
        4: StaticPayload("G723", 8000),
        5: StaticPayload("DVI4", 8000),
        6: StaticPayload("DVI4", 16000),
        7: StaticPayload("LPC", 8000),
        8: StaticPayload("PCMA", 8000),
        9: StaticPayload("G722", 8000),
        10: StaticPayload("L16", 44100, channels=2),
        11: StaticPayload("L16", 44100),
        12: StaticPayload("QCELP", 8000),
        13: StaticPayload("CN", 8000),
        14: StaticPayload("MPA", 90000),
        15: StaticPayload("G728", 8000),
        16: StaticPayload("DVI4", 11025),
        17: StaticPayload("DVI4", 22050),
        18: StaticPayload("G729", 8000),
        25: StaticPayload("CelB", 90000),
        26: StaticPayload("JPEG", 90000),
        28: StaticPayload("nv", 90000),
        31: StaticPayload("H261", 90000),
        32: StaticPayload("MPV", 90000),
        33: StaticPayload("MP2T", 90000),
        34: StaticPayload("H263", 90000),
    }
)

COMFORT_NOISE = "CN"
"""Comfort noise (RFC 3389)."""
