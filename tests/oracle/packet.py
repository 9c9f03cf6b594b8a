"""What a packet brings to a stream."""

from __future__ import annotations

from dataclasses import dataclass

RTP_HEADER_BYTES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One RTP packet as it passed the tap (RFC 3550 section 5.1)."""

    arrival_ns: int
    sequence_number: int
    """16 bits."""
    rtp_timestamp: int
    """32 bits, in ticks of the payload type's clock."""
    payload_type: int = 0
    marker: bool = False
    payload_length: int = 160
    """Bytes after the header with its CSRCs and extension, without padding."""
    overhead: int = RTP_HEADER_BYTES
    """Bytes of header, CSRCs, extension and padding."""

    @property
    def size(self) -> int:
        """Bytes of the UDP payload."""
        return self.payload_length + self.overhead
