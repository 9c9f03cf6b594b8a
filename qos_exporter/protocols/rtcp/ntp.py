"""NTP time as RTCP writes it (RFC 3550 section 4): 64 bits, and the 32 in the middle of them.

The 64 bits are 32 of seconds and 32 of their fraction. Quotations and delays use the middle half:
16 bits of seconds and 16 of fraction, so that their unit is 1/65536 s. What is compared here is
only ever one endpoint's time with its own quotation; nothing depends on any clock being right.
"""

from __future__ import annotations

from qos_exporter.units import SECOND_NS

FRACTION_BITS = 16
"""Of the short form: its units are 1/65536 s."""


def middle_bits(ntp_timestamp: int) -> int:
    """Return the middle 32 of 64 bits: the form in which a receiver quotes the timestamp."""
    return ntp_timestamp >> 16 & 0xFFFFFFFF


def delay_ns(quoted: int, delay: int) -> int | None:
    """Return a delay of 1/65536 s units, `None` where nothing is quoted that it counts from.

    0 in either field says that there is none (RFC 3550 section 6.4.1). The RFC would allow a delay
    of 0 beside a real quotation, but nobody answers within 15 µs, and devices that never measured
    the delay write 0.
    """
    return delay * SECOND_NS >> FRACTION_BITS if quoted and delay else None
