"""Sender and receiver reports with their report blocks (RFC 3550 sections 6.4.1 and 6.4.2).

These are tuples and no dataclasses as other values are: reports are read for every stream of every
call, and a tuple is made of what comes off the wire in a fraction of the time.
"""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

from qos_exporter.protocols.rtcp.ntp import middle_bits

SSRC_BYTES = 4
SENDER_BYTES = 24
BLOCK_BYTES = 24

_SSRC = Struct("!I")
_SENDER = Struct("!IQ3I")
# The count of lost packets has 24 bits and a sign: an octet that has it and 16 bits without.
_BLOCK = Struct("!IBbH4I")


class ReceptionReport(NamedTuple):
    """A report block: what the reporter received from one source."""

    ssrc: int
    """The source that is reported on, not the reporter."""
    fraction_lost: int
    """Lost since the reporter's last report, in 1/256 of what was expected since then; 0 where
    duplicates outnumber losses."""
    packets_lost: int
    """Expected less received since the beginning of reception, -8388608 to 8388607. Late packets
    and duplicates count as received, so that it falls with them, also below 0."""
    extended_highest_sequence_number: int
    """The highest sequence number received, with the count of its cycles above its 16 bits."""
    interarrival_jitter_ticks: int
    """In units of the reported source's RTP clock (appendix A.8)."""
    last_sr: int
    """LSR: the middle 32 bits of the NTP timestamp of the last sender report that came from the
    source, and 0 if none did."""
    delay_since_last_sr: int
    """DLSR: the time between that sender report and this block, in 1/65536 s."""

    @property
    def fraction_lost_ratio(self) -> float:
        """The fraction lost as a ratio, 0 to 255/256."""
        return self.fraction_lost / 256


class SenderReport(NamedTuple):
    """SR: what one source sent so far and what it received from others."""

    ssrc: int
    ntp_timestamp: int
    """When the report was sent by the sender's clock, which may show anything: 64 bits, seconds in
    the upper 32."""
    rtp_timestamp: int
    """The same instant in the units and with the offset of the source's RTP timestamps."""
    sender_packet_count: int
    """RTP packets sent since the stream began, modulo 2³²."""
    sender_octet_count: int
    """Octets of payload in them, modulo 2³²."""
    reports: tuple[ReceptionReport, ...]

    @property
    def kind(self) -> str:
        """The name of the packet type."""
        return "sr"

    @property
    def ntp_middle(self) -> int:
        """What a receiver writes into `last_sr` when it quotes this report."""
        return middle_bits(self.ntp_timestamp)


class ReceiverReport(NamedTuple):
    """RR: what one participant that sent nothing (lately) received from others."""

    ssrc: int
    """The reporter."""
    reports: tuple[ReceptionReport, ...]

    @property
    def kind(self) -> str:
        """The name of the packet type."""
        return "rr"


def parse_sender_report(body: bytes, count: int, _faults: list[str]) -> SenderReport:
    """Read sender information and `count` blocks; profile-specific words after them are skipped."""
    blocks = _parse_blocks(body, SENDER_BYTES, count)
    return SenderReport._make((*_SENDER.unpack_from(body), blocks))


def parse_receiver_report(body: bytes, count: int, _faults: list[str]) -> ReceiverReport:
    """Read `count` blocks; profile-specific words after them are skipped."""
    (ssrc,) = _SSRC.unpack_from(body)
    return ReceiverReport(ssrc, _parse_blocks(body, SSRC_BYTES, count))


def _parse_blocks(body: bytes, start: int, count: int) -> tuple[ReceptionReport, ...]:
    end = start + BLOCK_BYTES * count
    return tuple(
        [
            ReceptionReport(ssrc, fraction, high << 16 | low, highest, jitter, last_sr, delay)
            for ssrc, fraction, high, low, highest, jitter, last_sr, delay in _BLOCK.iter_unpack(
                body[start:end]
            )
        ]
    )
