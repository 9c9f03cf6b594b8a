"""`RTCPReceived` and `RTCPSent` (`main/rtp_engine.c` of Asterisk 11 to 22)."""

from __future__ import annotations

from qos_exporter.errors import DecodeError
from qos_exporter.protocols.ami.channel_event import channel_of
from qos_exporter.protocols.ami.fields import Fields, endpoint, number_of, seconds, whole
from qos_exporter.protocols.ami.values import ReportEvent
from qos_exporter.protocols.rtcp import ReceptionReport
from qos_exporter.protocols.rtcp.ntp import FRACTION_BITS

RECEIVED = "RTCPReceived"
LOST_SIGN = 1 << 23
LOST_MODULUS = 1 << 24
SEQUENCE_BITS = 16


class Reading:
    """The fields of one report, and what of them cannot be."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self.rejected: list[str] = []

    def whole(self, name: str, *, of: str, base: int = 10, bits: int = 32) -> int | None:
        """Give an unsigned number, `None` if it is none; `of` says what it belongs to."""
        try:
            return whole(self._fields, name, base=base, bits=bits)
        except DecodeError:
            self.rejected.append(of)
            return None

    def lost(self) -> int | None:
        """Give a count of 24 bits with a sign that is shown without: 16777215 is -1."""
        value = self.whole("Report0CumulativeLost", of="packets_lost", bits=24)
        return value - LOST_MODULUS if value is not None and value >= LOST_SIGN else value

    def highest_sequence(self) -> int | None:
        """Give the extended highest sequence number, put together again."""
        cycles = self.whole("Report0SequenceNumberCycles", of="sequence", bits=SEQUENCE_BITS)
        highest = self.whole("Report0HighestSequence", of="sequence", bits=SEQUENCE_BITS)
        return None if cycles is None or highest is None else cycles << SEQUENCE_BITS | highest

    def delay(self) -> int | None:
        """Give the delay since the last sender report in the units of a block, not in seconds."""
        delay_s = time_of(self._fields, "Report0DLSR")
        if delay_s is None or delay_s < 0:
            self.rejected.append("delay")
            return None
        return min(round(delay_s * (1 << FRACTION_BITS)), (1 << 32) - 1)


def parse_report(fields: Fields) -> ReportEvent:
    """Read one of the two events; raises DecodeError where channel or ends cannot be told.

    The `SSRC` of `RTCPReceived` is not read. In every version it is a word further on than it
    should be: the seconds of the sender report's NTP time. `Report0SourceSSRC` tells the stream.
    """
    reading = Reading(fields)
    has_block, has_count = "Report0SourceSSRC" in fields, "SentPackets" in fields
    last_sr = reading.whole("Report0LSR", of="last_sr") if has_block else None
    is_received = fields["Event"] == RECEIVED
    return ReportEvent(
        channel=channel_of(fields),
        is_received=is_received,
        src=endpoint(fields, "From"),
        dst=endpoint(fields, "To"),
        round_trip_s=time_of(fields, "RTT") if last_sr else None,
        packets_sent=reading.whole("SentPackets", of="packets_sent") if has_count else None,
        sent_ssrc=None if is_received else number_of(fields.get("SSRC", ""), 16),
        block=_block(reading, last_sr) if has_block else None,
        rejected=tuple(dict.fromkeys(reading.rejected)),
    )


def _block(reading: Reading, last_sr: int | None) -> ReceptionReport | None:
    ssrc = reading.whole("Report0SourceSSRC", of="ssrc", base=16)
    fraction_lost = reading.whole("Report0FractionLost", of="fraction_lost", bits=8)
    lost, highest = reading.lost(), reading.highest_sequence()
    jitter, delay = reading.whole("Report0IAJitter", of="jitter"), reading.delay()
    if ssrc is None or fraction_lost is None or lost is None or highest is None:
        return None
    return ReceptionReport(
        ssrc=ssrc,
        fraction_lost=fraction_lost,
        packets_lost=lost,
        extended_highest_sequence_number=highest,
        interarrival_jitter_ticks=jitter or 0,
        last_sr=last_sr or 0,
        delay_since_last_sr=delay or 0,
    )


def time_of(fields: Fields, name: str) -> float | None:
    """Give a time in seconds; `None` where there is none that can be."""
    try:
        return seconds(fields, name)
    except DecodeError:
        return None
