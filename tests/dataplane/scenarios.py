"""Packets as senders and networks make them, in order of arrival."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tests.oracle.packet import Packet

MS = 1_000_000
SECOND = 1_000 * MS
START_NS = 1_700_000_000 * SECOND
PACKET_NS = 20 * MS
PACKET_TICKS = 160


def speech(
    numbers: Iterable[int],
    *,
    clock_rate: int = 8000,
    packet_ns: int = PACKET_NS,
    payload_type: int = 0,
    first_timestamp: int = 0,
    start_ns: int = START_NS,
) -> list[Packet]:
    """Packets with these (unwrapped) sequence numbers, each on time unless an earlier one is later.

    Number n is sent n - first packet times after the first, and stamped so.
    """
    ticks = packet_ns * clock_rate // SECOND
    packets: list[Packet] = []
    first: int | None = None
    for number in numbers:
        first = number if first is None else first
        on_time_ns = start_ns + (number - first) * packet_ns
        packets.append(
            Packet(
                arrival_ns=max(on_time_ns, packets[-1].arrival_ns) if packets else on_time_ns,
                sequence_number=number % (1 << 16),
                rtp_timestamp=(first_timestamp + (number - first) * ticks) % (1 << 32),
                payload_type=payload_type,
            ),
        )
    return packets


def delayed(packets: Sequence[Packet], delay_ns: int) -> list[Packet]:
    """Give the same packets, all later by as much."""
    return [replace(packet, arrival_ns=packet.arrival_ns + delay_ns) for packet in packets]


def with_arrivals_ms(packets: Sequence[Packet], arrivals_ms: Sequence[float]) -> list[Packet]:
    """Give the packets these arrival times, counted from the start."""
    return [
        replace(packet, arrival_ns=START_NS + round(at_ms * MS))
        for packet, at_ms in zip(packets, arrivals_ms, strict=True)
    ]


def in_order_of_arrival(packets: Iterable[Packet]) -> list[Packet]:
    """Sort by arrival; packets of one arrival time keep their order."""
    return sorted(packets, key=lambda packet: packet.arrival_ns)
