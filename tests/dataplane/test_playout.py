"""The simulated playout buffer: delay variation and packets that come too late to be heard."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tests.dataplane.implementations import Implementation, count, count_stepwise
from tests.dataplane.scenarios import (
    MS,
    PACKET_NS,
    SECOND,
    START_NS,
    delayed,
    in_order_of_arrival,
    speech,
)
from tests.oracle.packet import Packet
from tests.oracle.playout import PlayoutMode, PlayoutSettings

FIXED = PlayoutSettings(mode=PlayoutMode.FIXED)
ADAPTIVE = PlayoutSettings()


def spike(packets: list[Packet], index: int, delay_ns: int) -> list[Packet]:
    """Hold one packet so long; the ones behind it overtake."""
    held = delayed([packets[index]], delay_ns)
    return in_order_of_arrival([*packets[:index], *packets[index + 1 :], *held])


def stall(packets: list[Packet], index: int, delay_ns: int) -> list[Packet]:
    """Hold everything from one packet on until that packet was held so long; order stays."""
    until_ns = packets[index].arrival_ns + delay_ns
    return [
        packet if place < index else replace(packet, arrival_ns=max(packet.arrival_ns, until_ns))
        for place, packet in enumerate(packets)
    ]


LATE = [
    pytest.param(60 * MS, 0, id="just-in-time"),
    pytest.param(60 * MS + 1, 1, id="a-nanosecond-late"),
    pytest.param(250 * MS, 1, id="very-late"),
]


@pytest.mark.parametrize("playout", [FIXED, ADAPTIVE], ids=["fixed", "adaptive"])
@pytest.mark.parametrize(("delay_ns", "discarded"), LATE)
def test_late_packet_is_discarded(
    implementation: Implementation, *, playout: PlayoutSettings, delay_ns: int, discarded: int
) -> None:
    """A packet is discarded when it is later than the fastest one by more than the delay."""
    totals = count(implementation, spike(speech(range(100)), 50, delay_ns), playout=playout)

    assert (totals.discarded, totals.lost, totals.reordered) == (discarded, 0, 1)
    assert totals.delay_variation_max_s == delay_ns / SECOND


def test_stall_discards_what_was_due(implementation: Implementation) -> None:
    """After a stall of 110 ms the packets due more than 60 ms before its end are too late."""
    # They are 110, 90, 70 and 50 ms late, in a fixed buffer of 60 ms.
    totals = count(implementation, stall(speech(range(100)), 50, 110 * MS), playout=FIXED)

    assert totals.discarded == 3
    assert totals.delay_variation_max_s == 0.11


def test_longer_path_is_not_discarded(implementation: Implementation) -> None:
    """When the path becomes longer by 100 ms for good, no packet is too late."""
    packets = speech(range(100))
    packets[50:] = delayed(packets[50:], 100 * MS)
    for playout in (FIXED, ADAPTIVE):
        totals = count(implementation, packets, playout=playout)

        assert totals.discarded == 0
        assert totals.delay_variation_histogram[6] == 3


def test_two_alike_are_no_longer_path(implementation: Implementation) -> None:
    """Two packets in a row that are late by the same time are discarded, if the third is not."""
    # A stall of 100 ms that also held the packet before it: 100, 100, 80, and in time again.
    packets = stall(speech(range(100)), 51, 100 * MS)
    packets[50:51] = delayed(packets[50:51], 100 * MS)
    totals = count(implementation, packets, playout=FIXED)

    assert (totals.discarded, totals.reordered) == (3, 0)


def test_queue_that_fills_slowly(implementation: Implementation) -> None:
    """Where each packet is late by 4 ms more than the one before, the buffer follows."""
    packets = [
        delayed([packet], 4 * MS * max(0, min(200, number - 100)))[0]
        for number, packet in enumerate(speech(range(500)))
    ]
    totals = count(implementation, packets, playout=FIXED)

    assert (totals.discarded, totals.lost) == (0, 0)


def test_independent_delays_are_no_longer_path(implementation: Implementation) -> None:
    """Delays that have nothing to do with each other are discarded where they exceed the buffer."""
    delays_ms = random.Random(3).choices(range(100), k=3000)
    packets = [
        delayed([packet], delay_ms * MS)[0]
        for packet, delay_ms in zip(speech(range(3000)), delays_ms, strict=True)
    ]
    totals = count(implementation, in_order_of_arrival(packets), playout=FIXED)

    late = sum(delay_ms > 60 for delay_ms in delays_ms)
    # Here and there three in a row are alike by chance.
    assert 0.9 * late < totals.discarded <= late


def test_longer_path_of_frames_of_many_packets(implementation: Implementation) -> None:
    """The packets of one frame are one witness of a longer path: the third frame decides."""
    packets = [
        replace(packet, sequence_number=3 * packet.sequence_number + part)
        for packet in speech(range(100))
        for part in range(3)
    ]
    packets[150:] = delayed(packets[150:], 100 * MS)
    totals = count(implementation, packets, playout=FIXED)

    # Of the first two frames all packets but the first, which wait for the third frame.
    assert totals.discarded == 4


def test_last_packet_may_be_late(implementation: Implementation) -> None:
    """A late packet that nothing follows is discarded when the stream ends."""
    packets = speech(range(100))
    packets[99:] = delayed(packets[99:], 100 * MS)
    seen = count_stepwise(implementation, packets)

    assert [seen[-2].discarded, seen[-1].discarded] == [0, 1]


def test_late_packet_before_a_restart(implementation: Implementation) -> None:
    """A restart decides about the late packet before it."""
    packets = speech(range(100))
    packets[99:] = delayed(packets[99:], 100 * MS)
    again = speech(range(40_000, 40_100), start_ns=packets[-1].arrival_ns + PACKET_NS)
    totals = count(implementation, packets + again)

    assert (totals.restarts, totals.discarded) == (1, 1)


def test_late_packet_before_a_talkspurt(implementation: Implementation) -> None:
    """A talkspurt that starts the timing anew does not excuse the late packet before it."""
    packets = speech(range(100))
    packets[49:] = delayed(packets[49:], 100 * MS)
    packets[50:] = delayed(packets[50:], 900 * MS)
    packets[50] = replace(packets[50], marker=True)
    totals = count(implementation, packets)

    assert totals.discarded == 1


def test_fixed_delay_stays(implementation: Implementation) -> None:
    """A fixed buffer has its nominal delay, however calm the path is."""
    totals = count(implementation, speech(range(1000)), playout=FIXED)

    assert totals.playout_delay_s == 0.06


CALM = [
    pytest.param(1, 0.06, id="start"),
    pytest.param(251, 0.06, id="first-bucket-of-five-seconds"),
    pytest.param(501, 0.02, id="second-bucket"),
]


@pytest.mark.parametrize(("packets", "delay_s"), CALM)
def test_adaptive_delay_shrinks(
    implementation: Implementation, packets: int, delay_s: float
) -> None:
    """After two calm buckets the delay is the least one; until then the nominal one counts."""
    totals = count(implementation, speech(range(packets)))

    assert totals.playout_delay_s == delay_s


def test_adaptive_delay_grows_at_a_late_packet(implementation: Implementation) -> None:
    """Each discarded packet makes the buffer 20 ms deeper at once."""
    totals = count(implementation, spike(speech(range(100)), 50, 70 * MS))

    assert totals.discarded == 1
    assert totals.playout_delay_s == 0.08


def test_adaptive_delay_follows_the_peak(implementation: Implementation) -> None:
    """From the next bucket on, the delay is the greatest variation of the last two."""
    totals = count(implementation, spike(speech(range(260)), 100, 75 * MS))

    assert totals.discarded == 1
    assert totals.playout_delay_s == 0.075


def test_adaptive_delay_is_bounded(implementation: Implementation) -> None:
    """However great the variation, the buffer is never deeper than its maximum."""
    packets = speech(range(600))
    for index in range(20, 480, 30):
        packets[index : index + 1] = delayed(packets[index : index + 1], 500 * MS)
    totals = count(implementation, in_order_of_arrival(packets))

    assert totals.playout_delay_s == 0.2
    assert totals.discarded == 16


BUCKETS = [
    pytest.param(0, 0, id="none"),
    pytest.param(5 * MS, 0, id="5ms"),
    pytest.param(5 * MS + 1, 1, id="above-5ms"),
    pytest.param(20 * MS, 2, id="20ms"),
    pytest.param(60 * MS, 4, id="60ms"),
    pytest.param(500 * MS, 10, id="500ms"),
    pytest.param(500 * MS + 1, 11, id="above-500ms"),
]


@pytest.mark.parametrize(("delay_ns", "bucket"), BUCKETS)
def test_delay_variation_histogram(
    implementation: Implementation, delay_ns: int, bucket: int
) -> None:
    """Every packet that is no duplicate counts once, in the first bucket that holds it."""
    histogram = [0] * 12
    histogram[0] = 49
    histogram[bucket] += 1
    totals = count(implementation, spike(speech(range(50)), 20, delay_ns))

    assert list(totals.delay_variation_histogram) == histogram


def test_duplicates_have_no_delay_variation(implementation: Implementation) -> None:
    """A duplicate is played or not with its first copy: it is never late itself."""
    packets = speech(range(100))
    again = replace(packets[20], arrival_ns=packets[20].arrival_ns + 300 * MS)
    totals = count(implementation, in_order_of_arrival([*packets, again]))

    assert (totals.duplicate, totals.discarded, totals.delay_variation_max_s) == (1, 0, 0)


def test_faster_path_resets_the_floor(implementation: Implementation) -> None:
    """When the path becomes shorter, what was normal before would now be late."""
    packets = delayed(speech(range(200)), 100 * MS)
    packets[100:] = delayed(packets[100:], -15 * MS)
    packets[150] = replace(packets[150], arrival_ns=packets[150].arrival_ns + 15 * MS)
    totals = count(implementation, packets)

    assert totals.delay_variation_max_s == 0.015


def test_old_floor_is_forgotten(implementation: Implementation) -> None:
    """One lucky packet does not make all later ones look slow for ever."""
    # It was 20 ms faster; the floor is that of two buckets, so after ten seconds it is gone.
    packets = delayed(speech(range(1000)), 100 * MS)
    packets[10] = replace(packets[10], arrival_ns=packets[9].arrival_ns)
    totals = count(implementation, packets)
    slow = sum(totals.delay_variation_histogram[1:])

    assert totals.delay_variation_max_s == 0.02
    assert 250 < slow <= 500


def test_no_buffer_without_a_clock(implementation: Implementation) -> None:
    """Where the clock is unknown there is no transit time, so nothing is late."""
    totals = count(implementation, spike(speech(range(7), payload_type=96), 3, 300 * MS))

    assert (totals.discarded, totals.delay_variation_max_s, totals.playout_delay_s) == (0, 0, 0)
    assert sum(totals.delay_variation_histogram) == 0


def test_start_time_is_the_first_packet(implementation: Implementation) -> None:
    """First and last packet times are those of the capture, to the nanosecond."""
    totals = count(implementation, speech(range(3), start_ns=START_NS + 1))

    assert (totals.first_ns, totals.last_ns) == (START_NS + 1, START_NS + 1 + 2 * PACKET_NS)
