"""A receiver of RTP after the letter of RFC 3550: appendix A.1 and A.3, reports of section 6.4.1.

It is written from the RFC and shares nothing with what is tested.
"""

from __future__ import annotations

from dataclasses import dataclass

from qos_exporter.protocols.rtcp import ReceptionReport

SEQUENCE_MODULUS = 1 << 16
MAX_DROPOUT = 3000
MAX_LOST, MIN_LOST = 0x7FFFFF, -0x800000


@dataclass(slots=True)
class Receiver:
    """The state of one source at its receiver (`struct source` of appendix A.1)."""

    ssrc: int
    max_seq: int = 0
    cycles: int = 0
    base_seq: int = 0
    received: int = 0
    expected_prior: int = 0
    received_prior: int = 0

    def hear(self, seq: int) -> None:
        """Take in a packet; jumps by 3,000 or more do not occur here."""
        if self.received == 0:
            self.base_seq = self.max_seq = seq
        delta = (seq - self.max_seq) % SEQUENCE_MODULUS
        if delta < MAX_DROPOUT:
            if seq < self.max_seq:
                self.cycles += SEQUENCE_MODULUS
            self.max_seq = seq
        self.received += 1

    def report(self) -> ReceptionReport:
        """Write a report block (appendix A.3)."""
        extended_max = self.cycles + self.max_seq
        expected = extended_max - self.base_seq + 1
        lost = expected - self.received
        expected_interval = expected - self.expected_prior
        received_interval = self.received - self.received_prior
        self.expected_prior, self.received_prior = expected, self.received
        lost_interval = expected_interval - received_interval
        fraction = 0
        if expected_interval and lost_interval > 0:
            fraction = (lost_interval << 8) // expected_interval
        return ReceptionReport(
            ssrc=self.ssrc,
            fraction_lost=min(fraction, 255),
            packets_lost=max(MIN_LOST, min(MAX_LOST, lost)),
            extended_highest_sequence_number=extended_max,
            interarrival_jitter_ticks=0,
            last_sr=0,
            delay_since_last_sr=0,
        )
