"""`RTCPReceived` and `RTCPSent` (`main/rtp_engine.c` of Asterisk 11 to 22)."""

from __future__ import annotations

from qos_exporter.errors import DecodeError
from qos_exporter.protocols.ami.channel_event import channel_of
from qos_exporter.protocols.ami.fields import Fields, endpoint, number_of, seconds, whole
from qos_exporter.protocols.ami.values import ReportEvent
from qos_exporter.protocols.rtcp import ReceptionReport

RECEIVED = "RTCPReceived"
LOST_SIGN = 1 << 23
LOST_MODULUS = 1 << 24
DLSR_UNITS = 1 << 16
"""Delays in report blocks are in 1/65536 s; Asterisk shows them in seconds."""
SEQUENCE_BITS = 16


def parse_report(fields: Fields) -> ReportEvent:
    """Read one of the two events.

    The `SSRC` of `RTCPReceived` is not read. In every version it is a word further on than it
    should be: the seconds of the sender report's NTP time. `Report0SourceSSRC` tells the stream.
    """
    is_received = fields["Event"] == RECEIVED
    block = _block(fields) if "Report0SourceSSRC" in fields else None
    quotes = block is not None and block.last_sr != 0
    return ReportEvent(
        channel=channel_of(fields),
        is_received=is_received,
        src=endpoint(fields, "From"),
        dst=endpoint(fields, "To"),
        round_trip_s=seconds(fields, "RTT") if quotes else None,
        packets_sent=whole(fields, "SentPackets") if "SentPackets" in fields else None,
        sent_ssrc=None if is_received else number_of(fields.get("SSRC", ""), 16),
        block=block,
    )


def _block(fields: Fields) -> ReceptionReport:
    delay_s = seconds(fields, "Report0DLSR")
    if delay_s is None:
        raise DecodeError("bad_number")
    cycles = whole(fields, "Report0SequenceNumberCycles", bits=16)
    highest = whole(fields, "Report0HighestSequence", bits=16)
    return ReceptionReport(
        ssrc=whole(fields, "Report0SourceSSRC", base=16),
        fraction_lost=whole(fields, "Report0FractionLost", bits=8),
        packets_lost=_signed(fields.get("Report0CumulativeLost", "")),
        extended_highest_sequence_number=cycles << SEQUENCE_BITS | highest,
        interarrival_jitter_ticks=whole(fields, "Report0IAJitter"),
        last_sr=whole(fields, "Report0LSR"),
        delay_since_last_sr=min(round(delay_s * DLSR_UNITS), (1 << 32) - 1),
    )


def _signed(written: str) -> int:
    """Read a count of 24 bits with a sign that is shown without: 16777215 is -1."""
    value = number_of(written)
    if value is None or value >= LOST_MODULUS:
        raise DecodeError("bad_number")
    return value - LOST_MODULUS if value >= LOST_SIGN else value
