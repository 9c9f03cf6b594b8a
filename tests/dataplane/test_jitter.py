"""Interarrival jitter (RFC 3550 A.8): which packets count, and with which clock."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.dataplane.implementations import NO_JITTER, Implementation, count, count_stepwise
from tests.dataplane.scenarios import (
    MS,
    PACKET_NS,
    SECOND,
    START_NS,
    delayed,
    speech,
    with_arrivals_ms,
)
from tests.oracle.clock import ClockSource, Kind, PayloadFormat
from tests.oracle.packet import Packet

EVENT_TYPE = 101
EVENTS = {EVENT_TYPE: PayloadFormat(8000, Kind.EVENT)}
OPUS = {111: PayloadFormat(48_000, Kind.MEDIA)}

WORKED_ARRIVALS_MS = [0, 20, 45, 60, 80, 110, 120, 140, 200, 205]
WORKED_TICKS = [0, 0, 2.5, 4.84375, 4.541016, 9.257202, 13.678627, 12.823713, 32.022231, 37.520841]
"""Worked out by hand: 8 kHz, 20 ms packets; |D| is 0 40 40 0 80 80 0 320 120."""


def digit(number: int, *, packets: int, start_ns: int, timestamp: int) -> list[Packet]:
    """Press a digit as in RFC 4733: one timestamp, marker first, its end three times over."""
    return [
        Packet(
            arrival_ns=start_ns + index * PACKET_NS,
            sequence_number=number + index,
            rtp_timestamp=timestamp,
            payload_type=EVENT_TYPE,
            marker=index == 0,
            payload_length=4,
        )
        for index in range(packets)
    ]


def test_worked_example(implementation: Implementation) -> None:
    """J after each packet is what appendix A.8 gives."""
    packets = with_arrivals_ms(speech(range(10)), WORKED_ARRIVALS_MS)
    seen = [totals.jitter_last_s * 8000 for totals in count_stepwise(implementation, packets)]

    assert seen[:-1] == pytest.approx(WORKED_TICKS, abs=1e-6)


def test_mean_and_greatest_jitter(implementation: Implementation) -> None:
    """Mean and maximum are those of J over the packets that have one."""
    packets = with_arrivals_ms(speech(range(10)), WORKED_ARRIVALS_MS)
    totals = count(implementation, packets)

    assert totals.jitter_count == 9
    assert totals.jitter_mean_s * 8000 == pytest.approx(sum(WORKED_TICKS) / 9, abs=1e-6)
    assert totals.jitter_max_s * 8000 == pytest.approx(37.520841, abs=1e-6)


@pytest.mark.pitfall(33)
def test_timestamp_wrap(implementation: Implementation) -> None:
    """A perfectly paced stream over the end of the 32 bits has no jitter."""
    totals = count(implementation, speech(range(20), first_timestamp=(1 << 32) - 1600))

    assert totals.jitter_max_s == NO_JITTER
    assert totals.jitter_count == 19
    assert totals.media_ns == 20 * PACKET_NS


@pytest.mark.pitfall(32, 34)
def test_late_packet(implementation: Implementation) -> None:
    """A late packet takes part in order of arrival, its step back in time being signed."""
    # 3 comes together with 4: |D| is 0, 160 (no time for -20 ms) and 160 (20 ms for 40 ms).
    packets = speech([1, 2, 4, 3, 5])
    seen = [totals.jitter_last_s * 8000 for totals in count_stepwise(implementation, packets)]

    assert seen == pytest.approx([0, 0, 0, 10, 19.375, 19.375])


@pytest.mark.pitfall(34)
def test_packet_that_is_late_by_seconds(implementation: Implementation) -> None:
    """The step ahead from a late packet, as long as it was late, is no jump of the sender's."""
    # 1 comes 2 s late, with 101: |D| is 16,000 (no time for -2 s), then 16,000 (20 ms for 2.02 s).
    packets = speech([0, *range(2, 102), 1, 102, 103])
    seen = [totals.jitter_last_s * 8000 for totals in count_stepwise(implementation, packets)]

    assert seen[-5:-1] == pytest.approx([0, 1000, 1937.5, 1816.40625])


def test_media_time_over_a_late_packet(implementation: Implementation) -> None:
    """Media time is that from number to number, in whatever order the packets came."""
    totals = count(implementation, speech([1, 2, 4, 3, 5, 6]))

    assert totals.media_ns == 6 * PACKET_NS


@pytest.mark.pitfall(22, 34)
def test_digit_leaves_jitter_alone(implementation: Implementation) -> None:
    """The packets of a digit share a timestamp; they move the sequence and nothing else."""
    before = speech(range(50))
    pressed = digit(50, packets=12, start_ns=before[-1].arrival_ns + PACKET_NS, timestamp=8000)
    after = speech(range(70))[62:]
    totals = count(implementation, before + pressed + after, payloads=EVENTS)

    assert totals.jitter_max_s == NO_JITTER
    assert totals.jitter_count == 57
    assert (totals.expected, totals.lost, totals.discarded) == (70, 0, 0)
    assert totals.payload_type == 0
    assert totals.payload_types == {0, EVENT_TYPE}


@pytest.mark.pitfall(22)
def test_digit_without_sdp(implementation: Implementation) -> None:
    """Four bytes of an unannounced dynamic type beside speech are a digit."""
    before = speech(range(50))
    pressed = digit(50, packets=12, start_ns=before[-1].arrival_ns + PACKET_NS, timestamp=8000)
    totals = count(implementation, before + pressed + speech(range(70))[62:])

    assert totals.jitter_max_s == NO_JITTER
    assert totals.jitter_count == 57
    assert totals.clock_source == ClockSource.STATIC


@pytest.mark.pitfall(23)
@pytest.mark.parametrize("noise_type", [13, 19])
def test_comfort_noise(implementation: Implementation, noise_type: int) -> None:
    """Comfort noise and the packet after it have no part in jitter, whenever they come."""
    packets = speech(range(10))
    packets[5] = replace(packets[5], payload_type=noise_type, payload_length=1)
    packets[5:] = delayed(packets[5:], 37 * MS)
    totals = count(implementation, packets)

    assert totals.jitter_max_s == NO_JITTER
    assert totals.jitter_count == 7
    assert totals.lost == 0
    assert totals.payload_type == 0


@pytest.mark.pitfall(23)
def test_comfort_noise_before_the_clock_is_known(implementation: Implementation) -> None:
    """The same of packets that wait until their clock is known."""
    packets = speech(range(60), clock_rate=48_000, payload_type=96)
    packets[5] = replace(packets[5], payload_type=13, payload_length=1)
    packets[5:] = delayed(packets[5:], 37 * MS)
    totals = count(implementation, packets)

    assert totals.clock_rate == 48_000
    assert totals.jitter_max_s == NO_JITTER
    assert totals.jitter_count == 57


@pytest.mark.pitfall(24)
@pytest.mark.parametrize(
    "marker", [pytest.param(True, id="marker"), pytest.param(False, id="bare")]
)
def test_silence_that_timestamps_count(implementation: Implementation, *, marker: bool) -> None:
    """Three silent seconds that timestamps count are neither loss nor jitter nor late."""
    talk = speech(range(50))
    again = [
        replace(
            packet,
            arrival_ns=packet.arrival_ns + 3 * SECOND,
            rtp_timestamp=packet.rtp_timestamp + 3 * 8000,
            marker=marker and packet.sequence_number == 50,
        )
        for packet in speech(range(100))[50:]
    ]
    totals = count(implementation, talk + again)

    assert (totals.lost, totals.discarded, totals.restarts) == (0, 0, 0)
    assert totals.jitter_max_s == NO_JITTER
    assert totals.delay_variation_max_s == 0
    assert totals.media_ns == 100 * PACKET_NS


@pytest.mark.pitfall(24)
def test_silence_that_timestamps_count_nearly(implementation: Implementation) -> None:
    """Timestamps 10 ms off the length of a silence cost 80 ticks once, not its whole length."""
    packets = speech(range(100))
    packets[50:] = [
        replace(
            packet,
            arrival_ns=packet.arrival_ns + 3010 * MS,
            rtp_timestamp=packet.rtp_timestamp + 24_000,
        )
        for packet in packets[50:]
    ]
    totals = count(implementation, packets)

    assert totals.jitter_max_s == pytest.approx(80 / 16 / 8000)
    assert (totals.lost, totals.discarded) == (0, 0)


@pytest.mark.pitfall(25)
def test_silence_that_timestamps_skip(implementation: Implementation) -> None:
    """A talkspurt whose timestamps did not count the silence is neither jitter nor late."""
    packets = speech(range(100))
    packets[50:] = delayed(packets[50:], 900 * MS)
    packets[50] = replace(packets[50], marker=True)
    totals = count(implementation, packets)

    assert totals.jitter_max_s == NO_JITTER
    assert totals.delay_variation_max_s == 0
    assert (totals.lost, totals.discarded) == (0, 0)


@pytest.mark.pitfall(25, 41)
def test_marker_of_a_video_frame(implementation: Implementation) -> None:
    """The marker ends a frame of video, so a frame that is late by more than 200 ms is jitter."""
    # 20 to 26 come with 26, of 40 ms each: 240 ms more than there should be, six times 40 ms less.
    frames = speech(range(40), clock_rate=90_000, packet_ns=40 * MS, payload_type=34)
    late = frames[26].arrival_ns
    packets = [
        replace(frame, marker=True, arrival_ns=late if 20 <= number <= 26 else frame.arrival_ns)
        for number, frame in enumerate(frames)
    ]
    jitter_ms = 0.0
    for difference_ms in [240] + [40] * 6:
        jitter_ms += (difference_ms - jitter_ms) / 16
    seen = count_stepwise(implementation, packets)

    assert seen[26].jitter_last_s == pytest.approx(jitter_ms / 1000)


@pytest.mark.pitfall(25)
def test_silence_that_nothing_tells_of(implementation: Implementation) -> None:
    """Without a marker a pause looks like a stall: A.8 counts it once, and nothing is discarded."""
    packets = speech(range(100))
    packets[50:] = delayed(packets[50:], 900 * MS)
    totals = count(implementation, packets)

    assert totals.jitter_max_s == pytest.approx(7200 / 16 / 8000)
    assert (totals.lost, totals.discarded) == (0, 0)


def _one_late(packets: list[Packet], delay_ns: int = 5 * MS) -> list[Packet]:
    return [*packets[:-1], *delayed(packets[-1:], delay_ns)]


CLOCKS = [
    pytest.param(9, {}, 8000, ClockSource.STATIC, id="G722", marks=pytest.mark.pitfall(26)),
    pytest.param(111, OPUS, 48_000, ClockSource.SDP, id="Opus", marks=pytest.mark.pitfall(27)),
    pytest.param(
        96,
        {96: PayloadFormat(90_000, Kind.MEDIA)},
        90_000,
        ClockSource.SDP,
        id="video",
        marks=pytest.mark.pitfall(28),
    ),
    pytest.param(0, {0: PayloadFormat(16_000, Kind.MEDIA)}, 16_000, ClockSource.SDP, id="SDP-wins"),
    pytest.param(0, OPUS, 8000, ClockSource.STATIC, id="type-beside-the-SDP"),
    pytest.param(6, {}, 16_000, ClockSource.STATIC, id="DVI4-16000"),
    pytest.param(10, {}, 44_100, ClockSource.STATIC, id="L16"),
    pytest.param(16, {}, 11_025, ClockSource.STATIC, id="DVI4-11025"),
    pytest.param(17, {}, 22_050, ClockSource.STATIC, id="DVI4-22050"),
    pytest.param(34, {}, 90_000, ClockSource.STATIC, id="H263"),
]


@pytest.mark.parametrize(("payload_type", "payloads", "clock_rate", "source"), CLOCKS)
def test_clock_of_a_payload_type(
    implementation: Implementation,
    payload_type: int,
    payloads: dict[int, PayloadFormat],
    clock_rate: int,
    source: ClockSource,
) -> None:
    """A packet 5 ms late gives 5/16 ms of jitter, whatever the clock."""
    packets = speech(range(3), clock_rate=clock_rate, payload_type=payload_type, packet_ns=40 * MS)
    totals = count(implementation, _one_late(packets), payloads=payloads)

    assert totals.jitter_last_s == pytest.approx(0.005 / 16)
    assert (totals.clock_rate, totals.clock_source) == (clock_rate, source)


@pytest.mark.pitfall(28)
def test_clock_of_the_payload_map_in_ticks(implementation: Implementation) -> None:
    """Video paced at 90 kHz has no jitter, which read at 8 kHz would be enormous."""
    packets = speech(range(100), clock_rate=90_000, payload_type=96)
    totals = count(implementation, packets, payloads={96: PayloadFormat(90_000, Kind.MEDIA)})

    assert totals.jitter_max_s == NO_JITTER
    assert totals.media_ns == 100 * PACKET_NS


@pytest.mark.pitfall(31)
@pytest.mark.parametrize("payload_type", [1, 2, 20, 35, 63])
def test_type_that_is_not_assigned(implementation: Implementation, payload_type: int) -> None:
    """A type without an assignment of RFC 3551 and without SDP has no clock, so no jitter."""
    totals = count(implementation, _one_late(speech(range(7), payload_type=payload_type)))

    assert (totals.clock_rate, totals.clock_source) == (0, ClockSource.UNKNOWN)
    assert (totals.jitter_count, totals.jitter_last_s, totals.media_ns) == (0, 0, 0)
    assert (totals.expected, totals.received) == (7, 7)


@pytest.mark.pitfall(37)
def test_packet_time_changes(implementation: Implementation) -> None:
    """Packets of 20 ms that become packets of 60 ms bring no loss and no jitter."""
    short = speech(range(50))
    long = [
        Packet(
            arrival_ns=START_NS + SECOND + index * 60 * MS,
            sequence_number=50 + index,
            rtp_timestamp=8000 + index * 480,
            payload_length=480,
        )
        for index in range(50)
    ]
    totals = count(implementation, short + long)

    assert (totals.lost, totals.discarded) == (0, 0)
    assert totals.jitter_max_s == NO_JITTER
    # What the last packet holds nothing tells: as much as the first.
    assert totals.media_ns == 51 * 20 * MS + 49 * 60 * MS


@pytest.mark.pitfall(41)
def test_packets_that_share_a_timestamp(implementation: Implementation) -> None:
    """The packets of one video frame arrive together and have one timestamp: no jitter."""
    payloads = {96: PayloadFormat(90_000, Kind.MEDIA)}
    packets = [
        Packet(
            arrival_ns=START_NS + frame * 40 * MS,
            sequence_number=3 * frame + part,
            rtp_timestamp=3600 * frame,
            payload_type=96,
            marker=part == 2,
            payload_length=1200,
        )
        for frame in range(30)
        for part in range(3)
    ]
    totals = count(implementation, packets, payloads=payloads)

    assert totals.jitter_max_s == NO_JITTER
    assert totals.jitter_count == 89
    assert totals.media_ns == 30 * 40 * MS


@pytest.mark.pitfall(38)
@pytest.mark.slow
@pytest.mark.parametrize("ppm", [100, -100])
def test_drifting_clock(implementation: Implementation, ppm: int) -> None:
    """An hour with clocks 100 ppm apart gathers no jitter and discards nothing."""
    # 6 µs a packet of 60 ms are what J approaches; within two buckets of five seconds the
    # transit moves by a millisecond.
    packets = [
        replace(
            packet, arrival_ns=START_NS + (packet.arrival_ns - START_NS) * (10**6 + ppm) // 10**6
        )
        for packet in speech(range(60_000), packet_ns=60 * MS)
    ]
    totals = count(implementation, packets)

    assert totals.jitter_max_s <= 6.01e-6
    assert totals.delay_variation_max_s <= 0.001_01
    assert (totals.lost, totals.discarded) == (0, 0)
    assert totals.playout_delay_s == 0.02


@pytest.mark.pitfall(36)
def test_capture_times_that_step_back(implementation: Implementation) -> None:
    """Frames merged out of order by 5 ms give the jitter of 5 ms and disturb nothing else."""
    arrivals_ms = [0, 20, 45, 40, 80, 100]
    packets = with_arrivals_ms(speech([1, 2, 3, 4, 5, 6]), arrivals_ms)
    seen = count_stepwise(implementation, packets)

    ticks = [totals.jitter_last_s * 8000 for totals in seen[:-1]]
    assert ticks[:4] == pytest.approx([0, 0, 2.5, 2.5 + (200 - 2.5) / 16])
    assert (seen[-1].lost, seen[-1].discarded) == (0, 0)
    assert seen[-1].last_ns - seen[-1].first_ns == 100 * MS


def test_another_clock_begins_anew(implementation: Implementation) -> None:
    """When the payload type and with it the clock changes, J starts from 0 and its sum stays."""
    jittery = _one_late(speech(range(2)))
    other = speech(
        range(2, 4),
        payload_type=111,
        clock_rate=48_000,
        first_timestamp=123_456,
        start_ns=START_NS + SECOND,
    )
    totals = count(implementation, jittery + other, payloads=OPUS)

    assert totals.jitter_last_s == NO_JITTER
    assert totals.jitter_max_s == pytest.approx(0.005 / 16)
    assert totals.jitter_count == 2
    assert totals.jitter_mean_s == pytest.approx(0.005 / 32)
    assert (totals.clock_rate, totals.clock_source) == (48_000, ClockSource.SDP)
    assert totals.payload_types == {0, 111}


def test_timestamps_that_leap(implementation: Implementation) -> None:
    """Timestamps that leap by minutes in sequence are the sender's doing, not jitter."""
    packets = speech(range(20))
    packets[10:] = [
        replace(packet, rtp_timestamp=packet.rtp_timestamp + 1_000_000) for packet in packets[10:]
    ]
    backwards = speech(range(20), first_timestamp=2_000_000)
    backwards[10:] = speech(range(20))[10:]
    for leap in (packets, backwards):
        totals = count(implementation, leap)

        assert totals.jitter_max_s == NO_JITTER
        assert totals.jitter_count == 18
        assert totals.discarded == 0


@pytest.mark.pitfall(5)
def test_duplicates_of_a_path_captured_twice(implementation: Implementation) -> None:
    """When nearly every packet comes twice, the second sighting is kept out of jitter."""
    once = speech(range(100))
    twice = [seen for packet in once for seen in (packet, delayed([packet], MS // 10)[0])]
    totals = count(implementation, twice)

    assert (totals.received, totals.duplicate, totals.lost) == (100, 100, 0)
    assert totals.delay_variation_max_s == 0
    assert totals.jitter_last_s < 1e-6


def test_single_duplicate_takes_part(implementation: Implementation) -> None:
    """A duplicate is a packet that arrived, so A.8 counts it: 16 ticks late, then 16 early."""
    packets = with_arrivals_ms(speech([1, 2, 2, 3]), [0, 20, 22, 40])
    seen = [totals.jitter_last_s * 8000 for totals in count_stepwise(implementation, packets)]

    assert seen[:-1] == pytest.approx([0, 0, 1, 1 + 15 / 16])


@pytest.mark.pitfall(7)
def test_restart_takes_a_new_baseline(implementation: Implementation) -> None:
    """After a restart nothing is compared with the time before it."""
    before = speech(range(10))
    after = speech(
        range(40_000, 40_010), first_timestamp=777, start_ns=before[-1].arrival_ns + 7 * MS
    )
    totals = count(implementation, before + after)

    assert totals.restarts == 1
    assert totals.jitter_max_s == NO_JITTER
    assert totals.jitter_count == 9 + 8
