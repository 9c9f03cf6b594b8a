"""The clock of a payload type that nobody told of is estimated from its timestamps."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tests.dataplane.implementations import NO_JITTER, Implementation, count, count_stepwise
from tests.dataplane.scenarios import MS, PACKET_NS, SECOND, START_NS, speech
from tests.oracle.clock import ClockSource, Kind, PayloadFormat
from tests.oracle.packet import Packet

CLEAR = [
    pytest.param(8000, 8000, id="8000"),
    pytest.param(16_000, 16_000, id="16000"),
    pytest.param(24_000, 24_000, id="24000"),
    pytest.param(32_000, 32_000, id="32000"),
    pytest.param(48_000, 48_000, id="48000"),
    pytest.param(90_000, 90_000, id="90000"),
    pytest.param(44_100, 48_000, id="44100-is-taken-for-48000"),
    pytest.param(8900, 8000, id="an-eighth-too-fast"),
    pytest.param(7200, 8000, id="a-tenth-too-slow"),
    pytest.param(9050, 0, id="not-clear"),
]
VAGUE = [
    pytest.param(9050, 8000, id="an-eighth-too-fast"),
    pytest.param(9950, 8000, id="a-quarter-too-fast"),
    pytest.param(6450, 8000, id="a-fifth-too-slow"),
    pytest.param(10_100, 0, id="between-two-clocks"),
    pytest.param(6350, 0, id="too-slow"),
    pytest.param(120_000, 0, id="too-fast"),
]


def ticking(ticks_per_second: int, packets: int, payload_type: int = 96) -> list[Packet]:
    """Packets of 20 ms whose timestamps tick at any rate."""
    return speech(range(packets), clock_rate=ticks_per_second, payload_type=payload_type)


@pytest.mark.parametrize(("ticks_per_second", "clock_rate"), CLEAR)
def test_clear_answer_after_a_second(
    implementation: Implementation, ticks_per_second: int, clock_rate: int
) -> None:
    """After one second the clock is the standard one that is within an eighth, if one is."""
    seen = count_stepwise(implementation, ticking(ticks_per_second, 51))
    source = ClockSource.ESTIMATED if clock_rate else ClockSource.UNKNOWN

    assert seen[49].clock_source == ClockSource.UNKNOWN
    assert (seen[50].clock_rate, seen[50].clock_source) == (clock_rate, source)


@pytest.mark.parametrize(("ticks_per_second", "clock_rate"), VAGUE)
def test_vague_answer_after_256_packets(
    implementation: Implementation, ticks_per_second: int, clock_rate: int
) -> None:
    """When no more packets can be held, a standard clock within a quarter will do."""
    seen = count_stepwise(implementation, ticking(ticks_per_second, 256))

    assert (seen[254].clock_rate, seen[255].clock_rate) == (0, clock_rate)


def test_timing_begins_with_the_first_packet(implementation: Implementation) -> None:
    """Once the clock is known, all packets that were held have their timing."""
    seen = count_stepwise(implementation, ticking(48_000, 52))

    assert (seen[49].clock_rate, seen[49].jitter_count) == (0, 0)
    assert (seen[50].clock_rate, seen[50].jitter_count) == (48_000, 50)
    assert seen[51].jitter_count == 51
    assert seen[51].jitter_max_s == NO_JITTER
    assert seen[51].media_ns == 52 * PACKET_NS


def test_burst_at_the_start(implementation: Implementation) -> None:
    """Video whose first second comes slowly is not mistaken for a slower clock."""
    # Frames of 40 ms first arrive every 62 ms, which is 58 kHz and no clear answer; after 2 s the
    # path has caught up.
    slow_ns = [62 * MS * frame for frame in range(17)]
    steady_ns = [max(40 * MS * frame, slow_ns[-1]) for frame in range(17, 51)]
    packets = [
        Packet(
            arrival_ns=START_NS + frame_ns,
            sequence_number=5 * frame + part,
            rtp_timestamp=3600 * frame,
            payload_type=96,
            marker=part == 4,
            payload_length=1200,
        )
        for frame, frame_ns in enumerate(slow_ns + steady_ns)
        for part in range(5)
    ]
    totals = count(implementation, packets)

    assert totals.clock_rate == 90_000


def held_up(packets: list[Packet], from_ms: int, until_ms: int) -> list[Packet]:
    """Let nothing through for a while, and then all that waited at once."""
    begin_ns, end_ns = (START_NS + at_ms * MS for at_ms in (from_ms, until_ms))
    return [
        replace(packet, arrival_ns=end_ns) if begin_ns <= packet.arrival_ns < end_ns else packet
        for packet in packets
    ]


@pytest.mark.parametrize("clock_rate", [8000, 16_000, 24_000, 32_000, 48_000, 90_000])
@pytest.mark.parametrize(
    ("from_ms", "until_ms"),
    [
        pytest.param(0, 400, id="burst at the beginning"),
        pytest.param(0, 1000, id="longer burst at the beginning"),
        pytest.param(710, 1010, id="stall at the end of the first second"),
        pytest.param(510, 1010, id="longer stall at the end of the first second"),
    ],
)
def test_packets_that_come_together(
    implementation: Implementation, clock_rate: int, from_ms: int, until_ms: int
) -> None:
    """Packets that waited for one another are not taken for those of another clock."""
    packets = held_up(ticking(clock_rate, 250), from_ms, until_ms)

    assert count(implementation, packets).clock_rate == clock_rate


def test_late_packet_at_the_end_of_the_first_second(implementation: Implementation) -> None:
    """A packet that is late by 340 ms does not tell that the clock is slow."""
    packets = ticking(48_000, 250)
    late = replace(packets.pop(33), arrival_ns=START_NS + SECOND)
    packets.insert(49, late)

    assert count(implementation, packets).clock_rate == 48_000


def test_packets_that_come_at_random(implementation: Implementation) -> None:
    """Where no clock is shown by most of the packets, none is named."""
    arrivals = random.Random(1)
    packets = [
        replace(packet, arrival_ns=START_NS + arrivals.randrange(SECOND // 2))
        for packet in ticking(16_000, 50)
    ]
    packets.sort(key=lambda packet: packet.arrival_ns)

    assert count(implementation, packets).clock_rate == 0


SHORT = [
    pytest.param(7, 0, 0, id="too-short"),
    pytest.param(8, 48_000, 7, id="long-enough"),
]


@pytest.mark.parametrize(("packets", "clock_rate", "jitter_count"), SHORT)
def test_short_stream(
    implementation: Implementation, packets: int, clock_rate: int, jitter_count: int
) -> None:
    """At the end of a stream eight packets are enough."""
    totals = count(implementation, ticking(48_000, packets))

    assert (totals.clock_rate, totals.jitter_count) == (clock_rate, jitter_count)


def test_estimate_uses_jitter_of_the_held_packets(implementation: Implementation) -> None:
    """The packets before the estimate are measured as if the clock had been known: 5 ms / 16."""
    packets = ticking(48_000, 60)
    packets[50] = replace(packets[50], arrival_ns=packets[50].arrival_ns + 5 * MS)
    del packets[51:]
    totals = count(implementation, packets)

    assert totals.jitter_last_s == pytest.approx(0.005 / 16)


def test_timestamps_that_stand_still(implementation: Implementation) -> None:
    """Timestamps that do not move give no clock."""
    packets = [replace(packet, rtp_timestamp=5) for packet in ticking(8000, 300)]

    assert count(implementation, packets).clock_rate == 0


def test_estimate_is_given_up(implementation: Implementation) -> None:
    """After eight attempts that gave nothing, a stream that ticks well then stays unknown."""
    strange = ticking(10_500, 8 * 256)
    last = strange[-1]
    good = [
        replace(
            packet,
            arrival_ns=packet.arrival_ns - START_NS + last.arrival_ns + PACKET_NS,
            sequence_number=packet.sequence_number + 8 * 256,
            rtp_timestamp=packet.rtp_timestamp + last.rtp_timestamp,
        )
        for packet in ticking(8000, 64)
    ]

    assert count(implementation, strange + good).clock_rate == 0
    assert count(implementation, strange[256:] + good).clock_rate == 8000


def test_estimate_belongs_to_its_payload_type(implementation: Implementation) -> None:
    """Another unknown payload type is estimated by itself."""
    first = ticking(48_000, 60)
    second = [
        replace(packet, arrival_ns=packet.arrival_ns + 2 * SECOND, sequence_number=60 + number)
        for number, packet in enumerate(ticking(8000, 60, payload_type=97))
    ]
    seen = count_stepwise(implementation, first + second)

    assert (seen[59].clock_rate, seen[60].clock_rate, seen[-1].clock_rate) == (48_000, 0, 8000)
    assert seen[-1].jitter_max_s == NO_JITTER


def test_announced_clock_needs_no_estimate(implementation: Implementation) -> None:
    """A type of the payload map has its clock from the first packet on."""
    seen = count_stepwise(implementation, speech(range(2)))
    payloads = {96: PayloadFormat(48_000, Kind.MEDIA)}
    totals = count(implementation, ticking(48_000, 2), payloads=payloads)

    assert seen[0].clock_rate == 8000
    assert (totals.clock_rate, totals.clock_source) == (48_000, ClockSource.SDP)


def test_announced_type_without_a_clock(implementation: Implementation) -> None:
    """A type that SDP named without a clock is estimated like an unknown one."""
    payloads = {96: PayloadFormat(0, Kind.MEDIA)}
    totals = count(implementation, ticking(16_000, 60), payloads=payloads)

    assert (totals.clock_rate, totals.clock_source) == (16_000, ClockSource.ESTIMATED)


def test_restart_begins_the_estimate_anew(implementation: Implementation) -> None:
    """Packets before and after a restart have nothing to do with each other's timestamps."""
    before = ticking(48_000, 20)
    after = speech(
        range(40_000, 40_052),
        clock_rate=48_000,
        payload_type=96,
        first_timestamp=4_000_000_000,
        start_ns=START_NS + SECOND,
    )
    totals = count(implementation, before + after)

    assert totals.clock_rate == 48_000
    assert totals.jitter_max_s == NO_JITTER
    assert totals.jitter_count == 50
