"""Which packets belong to one stream, and when one ends and another begins."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from qos_exporter.dataplane.rows import (
    FLAG_CAPTURED_TWICE,
    FLAG_ENDED,
    FLAG_RESTARTED,
    FLAG_STOPPED_GAP,
)
from qos_exporter.net import Endpoint
from tests.dataplane.harness import Harness, kernel_settings
from tests.dataplane.scenarios import MS, PACKET_NS, SECOND, START_NS, delayed, speech
from tests.dataplane.traffic import (
    CALLEE,
    CALLER,
    Frame,
    StreamId,
    ethernet,
    ipv4,
    rtp,
    udp,
)
from tests.oracle.packet import Packet

A = StreamId(0xA, CALLER, CALLEE)
B = StreamId(0xB, CALLER, CALLEE)


def named(stream: StreamId, packets: list[Packet]) -> list[tuple[StreamId, Packet]]:
    """Say whose packets these are."""
    return [(stream, packet) for packet in packets]


def counted(*parts: list[tuple[StreamId, Packet]]) -> Harness:
    """Let a kernel count these packets, in order of arrival."""
    harness = Harness()
    merged = [pair for part in parts for pair in part]
    harness.packets(sorted(merged, key=lambda pair: pair[1].arrival_ns))
    harness.finish()
    return harness


def assert_clean(harness: Harness, stream: StreamId, received: int) -> None:
    """A stream that lost nothing and never started anew."""
    totals = harness.totals(stream)
    assert (totals.received, totals.expected, totals.lost) == (received, received, 0)
    assert (totals.restarts, totals.stopped_gaps, totals.ignored) == (0, 0, 0)


@pytest.mark.pitfall(9)
def test_answer_after_early_media() -> None:
    """Ringback of one source and speech of the next, numbered on, are two streams without loss."""
    ringback = speech(range(500))
    answered = speech(range(500, 800), start_ns=ringback[-1].arrival_ns + PACKET_NS)
    harness = counted(named(A, ringback), named(B, answered))

    assert harness.streams == [A, B]
    assert_clean(harness, A, 500)
    assert_clean(harness, B, 300)


@pytest.mark.pitfall(11)
def test_two_sources_on_one_pair_of_ports() -> None:
    """Two sources whose packets alternate are two streams, each without loss."""
    harness = counted(named(A, speech(range(100))), named(B, speech(range(7000, 7100))))

    assert_clean(harness, A, 100)
    assert_clean(harness, B, 100)


@pytest.mark.pitfall(12)
def test_source_that_comes_back() -> None:
    """A proxy that sends A, then B, then A again makes two streams and no gap."""
    first = speech(range(50))
    between = speech(range(9000, 9050), start_ns=START_NS + SECOND)
    again = delayed(speech(range(100))[50:], SECOND)
    harness = counted(named(A, first), named(B, between), named(A, again))

    assert harness.streams == [A, B]
    assert_clean(harness, A, 100)
    assert_clean(harness, B, 50)


@pytest.mark.pitfall(13)
def test_same_source_on_both_legs() -> None:
    """A relay keeps the SSRC; the leg behind it has other endpoints and is another stream."""
    behind = StreamId(A.ssrc, CALLEE, CALLER)
    harness = counted(named(A, speech(range(100))), named(behind, speech(range(50, 150))))

    assert len(harness.streams) == 2
    assert_clean(harness, A, 100)
    assert_clean(harness, behind, 100)


@pytest.mark.pitfall(14)
def test_ssrc_0() -> None:
    """0 is an SSRC like any other, and two senders that use it are two streams."""
    other = StreamId(0, Endpoint("10.0.0.9", CALLER.port), CALLEE)
    zero = StreamId(0, CALLER, CALLEE)
    harness = counted(named(zero, speech(range(100))), named(other, speech(range(500, 600))))

    assert_clean(harness, zero, 100)
    assert_clean(harness, other, 100)


@pytest.mark.pitfall(15)
@pytest.mark.parametrize("moved", ["src", "dst"])
def test_address_that_changes(moved: str) -> None:
    """When NAT moves one end, the stream can go on: what got lost meanwhile is its loss."""
    packets = speech(range(100))
    src = Endpoint(CALLER.address, 40_000) if moved == "src" else CALLER
    dst = Endpoint(CALLEE.address, 40_000) if moved == "dst" else CALLEE
    rebound = StreamId(A.ssrc, src, dst)
    harness = Harness()
    harness.packets(named(A, packets[:50]) + named(rebound, packets[52:]))
    slots = harness.slot(A), harness.slot(rebound)
    serial = harness.kernel.totals([slots[0]])[0]["serial"]

    assert harness.kernel.continue_stream(slots[1], slots[0])
    harness.finish()
    row = harness.kernel.totals([slots[1]])[0]
    assert row["serial"] == serial
    assert (row["expected"], row["received"], row["lost"], row["restarts"]) == (100, 98, 2, 0)
    assert harness.kernel.describe(slots[1]).dst == rebound.dst


@pytest.mark.pitfall(15)
def test_everything_counted_goes_on_at_another_address() -> None:
    """What was lost, late, double, too late to play or a new start before the move stays counted.

    50 numbers of which one is lost, one comes twice, two change places and one is 100 ms late; a
    restart whose first packet is ignored; a stop; then two numbers are lost in the move.
    """
    first = speech(range(50))
    numbers = [*range(11), 10, *range(11, 20), 21, 20, *range(22, 30), *range(31, 45)]
    packets = [first[number] for number in numbers] + first[46:]
    packets += delayed([first[45]], 100 * MS)
    for start in (10_000, 11_501):
        begin_ns = packets[-1].arrival_ns + PACKET_NS
        packets += speech(range(start, start + 51), start_ns=begin_ns)
    moved = speech(range(11_554, 11_604), start_ns=packets[-1].arrival_ns + 3 * PACKET_NS)
    rebound = replace(A, src=Endpoint(CALLER.address, 40_000))
    harness = Harness()
    harness.packets(named(A, packets) + named(rebound, moved))
    slot, before = harness.slot(rebound), harness.totals(A)
    assert harness.kernel.continue_stream(slot, harness.slot(A))
    harness.finish()
    row = harness.kernel.totals([slot])[0]

    counts = {
        "expected": 50 + 50 + 51 + 2 + 50,
        "received": 49 + 50 + 51 + 50,
        "lost": 1 + 2,
        "loss_runs": 2,
        "duplicate": 1,
        "reordered": 2,
        "discarded": 1,
        "ignored": 1,
        "restarts": 1,
        "stopped_gaps": 1,
        "bytes": (49 + 1 + 50 + 51 + 50) * 172,
    }
    assert {name: row[name] for name in counts} == counts
    assert row["first_ns"] == START_NS
    assert row["delay_variation_max_s"] == 0.1
    assert row["jitter_max_s"] == before.jitter_max_s > 0.001
    (window,) = harness.window_rows()
    assert window["first_ns"] == START_NS
    assert window["lost_for_good"] == 1 + 2
    assert window["loss_run_histogram"].tolist() == [1, 1] + [0] * 9
    assert window["delay_variation_histogram"].sum() == counts["received"]
    assert window["delay_variation_histogram"][6] == 1  # of 100 ms: above 90, up to 120
    assert window["delay_variation_max_s"] == 0.1
    assert window["jitter_max_s"] == before.jitter_max_s
    assert window["flags"] & FLAG_RESTARTED
    assert window["flags"] & FLAG_STOPPED_GAP


@pytest.mark.parametrize(
    ("lost", "concealed_s", "severely_concealed_s"),
    [
        pytest.param([], 0, 0, id="nothing"),
        pytest.param([30], 1, 0, id="before-the-move"),
        pytest.param([50, 51], 1, 0, id="in-the-move"),
        pytest.param([30, 50, 51], 1, 1, id="60-ms-before-and-in-the-move"),
    ],
)
def test_concealment_goes_on_at_another_address(
    lost: list[int], concealed_s: int, severely_concealed_s: int
) -> None:
    """A listener hears concealment for what is lost around a move; over 50 ms make it severe."""
    packets = [packet for number, packet in enumerate(speech(range(200))) if number not in lost]
    before = 50 - sum(number < 50 for number in lost)
    rebound = replace(A, src=Endpoint(CALLER.address, 40_000))
    harness = Harness()
    harness.packets(named(A, packets[:before]) + named(rebound, packets[before:]))
    slot = harness.slot(rebound)
    assert harness.kernel.continue_stream(slot, harness.slot(A))
    harness.finish()
    row = harness.kernel.totals([slot])[0]

    assert row["lost"] == len(lost)
    assert row["concealed_s"] == concealed_s
    assert row["severely_concealed_s"] == severely_concealed_s


def test_seconds_and_media_before_a_move_stay_counted() -> None:
    """80 ms lost in the first second make it a severe one, also when the stream moves later."""
    packets = [packet for n, packet in enumerate(speech(range(300))) if n not in range(10, 14)]
    rebound = replace(A, src=Endpoint(CALLER.address, 40_000))
    harness = Harness()
    harness.packets(named(A, packets[:196]) + named(rebound, packets[196:]))
    slot = harness.slot(rebound)
    assert harness.kernel.continue_stream(slot, harness.slot(A))
    harness.finish()

    (window,) = harness.window_rows()
    for row in (window, harness.kernel.totals([slot])[0]):
        assert (row["concealed_s"], row["severely_concealed_s"]) == (1, 1)


@pytest.mark.pitfall(15)
@pytest.mark.parametrize(
    ("first_number", "pause_ns", "goes_on"),
    [
        pytest.param(50, PACKET_NS, True, id="next-number"),
        pytest.param(49, PACKET_NS, False, id="same-number"),
        pytest.param(49 + 128, PACKET_NS, True, id="as-far-as-the-reorder-window"),
        pytest.param(49 + 129, PACKET_NS, False, id="further"),
        pytest.param(50, 3 * SECOND, True, id="after-three-seconds"),
        pytest.param(50, 3 * SECOND + 1, False, id="later"),
        pytest.param(50, 0, True, id="at-the-same-moment"),
    ],
)
def test_where_a_stream_may_go_on(first_number: int, pause_ns: int, *, goes_on: bool) -> None:
    """It goes on within three seconds and 128 numbers of where the other fell silent."""
    packets = speech(range(50))
    moved = speech(
        range(first_number, first_number + 20), start_ns=packets[-1].arrival_ns + pause_ns
    )
    rebound = replace(A, dst=Endpoint(CALLEE.address, 40_000))
    harness = Harness()
    harness.packets(named(A, packets) + named(rebound, moved))

    assert harness.kernel.continue_stream(harness.slot(rebound), harness.slot(A)) is goes_on


def test_another_stream_does_not_go_on() -> None:
    """A source that does not begin where the other one ended is not its continuation."""
    rebound = replace(A, dst=Endpoint(CALLEE.address, 40_000))
    harness = Harness()
    harness.packets(
        named(A, speech(range(50))) + named(rebound, delayed(speech(range(100)), 3 * SECOND))
    )

    assert not harness.kernel.continue_stream(harness.slot(rebound), harness.slot(A))
    assert harness.totals(A).expected == 50


@pytest.mark.pitfall(10)
def test_ports_that_are_used_again() -> None:
    """After a call was forgotten, the same ports and SSRC make a new stream from its own start."""
    harness = Harness()
    harness.packets(named(A, speech(range(100))))
    slot = harness.slot(A)
    serial = int(harness.kernel.totals([slot])[0]["serial"])
    harness.kernel.release(slot, serial)
    harness.packets(named(A, delayed(speech(range(5000, 5050)), 3 * SECOND)))

    assert harness.streams == [A, A]
    assert_clean(harness, A, 50)
    assert int(harness.kernel.totals([harness.slot(A)])[0]["serial"]) != serial


@pytest.mark.pitfall(10)
def test_release_of_a_stream_that_is_gone() -> None:
    """Forgetting a stream by an old serial leaves the stream that has its slot now alone."""
    harness = Harness()
    harness.packets(named(A, speech(range(10))))
    slot = harness.slot(A)
    serial = int(harness.kernel.totals([slot])[0]["serial"])
    harness.kernel.release(slot, serial + 1)
    harness.packets(named(A, speech(range(20))[10:]))

    assert harness.streams == [A]
    assert_clean(harness, A, 20)


@pytest.mark.pitfall(10)
def test_media_after_the_call() -> None:
    """What still comes after a call's end and its window counts nowhere and begins nothing."""
    packets = speech(range(2000))
    harness = Harness(kernel_settings(window_ns=10 * SECOND))
    harness.packets(named(A, packets[:100]))
    harness.kernel.mute(harness.slot(A))
    harness.packets(named(A, packets[600:]))
    harness.finish()

    assert harness.streams == [A]
    totals = harness.totals(A)
    assert (totals.received, totals.lost) == (100, 0)
    assert harness.undecoded()["after_call"] > 1000


def test_loss_at_the_end_of_a_call_is_in_its_last_window() -> None:
    """Number 97 of 100 is still open when the call ends; the next window would come too late."""
    packets = speech(range(100))
    harness = Harness(kernel_settings(window_ns=10 * SECOND))
    harness.packets(named(A, packets[:97] + packets[98:]))
    slot = harness.slot(A)
    harness.kernel.mute(slot)
    harness.packets(named(B, delayed(speech(range(600)), 2 * SECOND)))
    rows = harness.window_rows()

    (row,) = rows[rows["slot"] == slot]
    assert (row["expected"], row["lost"], row["lost_for_good"]) == (100, 1, 1)
    assert row["concealed_s"] == 1
    assert row["loss_run_histogram"].tolist() == [1] + [0] * 10


def test_media_on_its_way_at_the_end() -> None:
    """What passes within 200 ms of the call's end was sent in time: it counts, and so its loss."""
    packets = speech(range(200))
    harness = Harness()
    harness.packets(named(A, packets[:100]))
    harness.kernel.mute(harness.slot(A))
    harness.packets(named(A, [packets[102], packets[101], *packets[103:]]))
    harness.finish()
    totals = harness.totals(A)

    assert (totals.lost, totals.reordered) == (1, 1)
    assert 105 <= totals.received <= 110
    assert totals.expected == totals.received + 1


@pytest.mark.pitfall(5)
def test_packets_captured_twice() -> None:
    """A mirror port that shows both sides of a switch: counted once, and flagged."""
    once = speech(range(200))
    harness = counted(named(A, once), named(A, delayed(once, MS // 10)))

    totals = harness.totals(A)
    assert (totals.received, totals.duplicate, totals.lost) == (200, 200, 0)
    assert all(row["flags"] & FLAG_CAPTURED_TWICE for row in harness.window_rows())


@pytest.mark.pitfall(5)
def test_some_duplicates_are_no_double_capture() -> None:
    """A network that doubles every tenth packet is not a tap that sees all of them twice."""
    once = speech(range(200))
    harness = counted(named(A, once), named(A, delayed(once[::10], MS // 10)))

    assert harness.totals(A).duplicate == 20
    assert not any(row["flags"] & FLAG_CAPTURED_TWICE for row in harness.window_rows())


@pytest.mark.pitfall(6)
def test_copies_that_a_router_changed() -> None:
    """A copy with another TTL, other MAC addresses and a new checksum is still a duplicate."""
    frames = []
    for packet in speech(range(100)):
        datagram = udp(CALLER.port, CALLEE.port, rtp(packet, A.ssrc))
        summed = datagram[:6] + b"\x12\x34" + datagram[8:]
        near = ethernet(ipv4(CALLER.address, CALLEE.address, datagram, ttl=64))
        far = (
            b"\x02\x00\x00\x00\x00\x09" * 2
            + ethernet(ipv4(CALLER.address, CALLEE.address, summed, ttl=63))[12:]
        )
        frames += [Frame(near, packet.arrival_ns), Frame(far, packet.arrival_ns + 1000)]
    harness = Harness()
    harness.frames(frames)

    assert harness.streams == [A]
    assert (harness.totals(A).received, harness.totals(A).duplicate) == (100, 100)


def test_silent_stream_ends() -> None:
    """A stream that is silent for too long ends with a last row, and can still be read."""
    harness = Harness(kernel_settings(idle_ns=60 * SECOND))
    harness.packets(named(A, speech([*range(50), 51])))
    harness.packets(named(B, delayed(speech(range(5000)), 2 * SECOND)))
    ended = [row for row in harness.window_rows() if row["flags"] & FLAG_ENDED]

    assert [row["slot"] for row in ended] == [harness.slot(A)]
    assert harness.totals(A).lost == 1
    assert ended[0]["lost_for_good"] == 1


def test_full_table_evicts_and_counts() -> None:
    """A table that is full takes no more than its limit and counts what it gave up."""
    harness = Harness(kernel_settings(table_limit=64))
    streams = [StreamId(ssrc, CALLER, CALLEE) for ssrc in range(100)]
    for number in range(10):
        for index, stream in enumerate(streams):
            packet = speech(range(10))[number]
            harness.packets([(stream, replace(packet, arrival_ns=packet.arrival_ns + index))])
    statistics = harness.kernel.statistics()

    assert statistics.entries <= statistics.limit == 64
    assert statistics.evictions > 0


def test_full_table_has_a_bound_within_a_window_too() -> None:
    """Streams that gave way keep their records up to the next window: no more than may run.

    Behind that window there is room for others again.
    """
    harness = Harness(kernel_settings(table_limit=4, window_ns=60 * SECOND))
    crowd = [StreamId(ssrc, CALLER, CALLEE) for ssrc in range(40)]
    for index, stream in enumerate(crowd):
        # Each comes when all others have been silent for more than a second.
        harness.packets(named(stream, delayed(speech(range(2)), 1200 * index * MS)))
    assert len(harness.streams) == 8
    assert harness.kernel.statistics().evictions >= 40 - 4

    late = StreamId(5000, CALLER, CALLEE)
    harness.packets(named(crowd[0], delayed(speech(range(2)), 65 * SECOND)))
    for row in harness.window_rows():
        harness.kernel.release(row["slot"], row["serial"])
    harness.packets(named(late, delayed(speech(range(10)), 66 * SECOND)))
    assert harness.totals(late).received == 10
    assert max(harness.slot(stream) for stream in harness.streams) < 8


@pytest.mark.parametrize("announced", [False, True], ids=["found", "announced"])
def test_more_streams_than_there_is_room_for(*, announced: bool) -> None:
    """Those that came first are followed to the last packet; nobody drives out who is heard."""
    harness = Harness(kernel_settings(table_limit=64))
    if announced:
        harness.kernel.announce(CALLEE)
    streams = [StreamId(ssrc, CALLER, CALLEE) for ssrc in range(200)]
    for packet in speech(range(50)):
        harness.packets((stream, packet) for stream in streams)

    assert harness.streams == streams[:64]
    assert {harness.totals(stream).received for stream in harness.streams} == {50}
    assert harness.kernel.statistics().evictions > 0


SILENT = [
    pytest.param(900, False, id="may-go-on"),
    pytest.param(1100, True, id="gives-way"),
]


@pytest.mark.parametrize(("silent_ms", "is_taken"), SILENT)
def test_silent_stream_gives_way(silent_ms: int, *, is_taken: bool) -> None:
    """In a full table a newcomer takes the place of a stream that is silent for a second."""
    harness = Harness(kernel_settings(table_limit=2))
    silent, heard, newcomer = (StreamId(ssrc, CALLER, CALLEE) for ssrc in range(3))
    harness.packets(named(silent, speech(range(2))))
    harness.packets(named(heard, speech(range(2 + silent_ms // 20))))
    harness.packets(named(newcomer, delayed(speech(range(2)), (20 + silent_ms) * MS)))

    assert harness.streams == [silent, heard, newcomer][: 3 if is_taken else 2]


def test_candidate_gives_way_to_what_is_announced() -> None:
    """A single packet that nobody announced holds no place against media of a call."""
    harness = Harness(kernel_settings(table_limit=1))
    harness.kernel.announce(CALLEE)
    elsewhere = Endpoint("10.9.9.9", 7000)
    stray, stream = StreamId(1, elsewhere, elsewhere), StreamId(2, CALLER, CALLEE)
    harness.packets(named(stray, speech(range(1))))
    harness.packets(named(stream, speech(range(10))))

    assert harness.totals(stream).received == 10


def test_muted_stream_that_gives_way_leaves_its_slot() -> None:
    """Nothing is to come of a stream whose call and last row are past: its slot is free at once."""
    harness = Harness(kernel_settings(table_limit=1))
    muted, other = StreamId(1, CALLER, CALLEE), StreamId(2, CALLER, CALLEE)
    harness.kernel.announce(CALLEE)
    harness.packets(named(muted, speech(range(10))))
    slot = harness.slot(muted)
    harness.kernel.mute(slot)
    harness.packets(named(muted, delayed(speech(range(10, 20)), 11 * SECOND)))
    harness.packets(named(other, delayed(speech(range(10)), 12 * SECOND)))

    assert harness.kernel.statistics().evictions == 1
    assert harness.slot(other) == slot


def test_table_without_limit_grows() -> None:
    """Without a limit every stream is kept, and none is lost while the table grows."""
    harness = Harness(kernel_settings(table_limit=0))
    streams = [StreamId(ssrc * 800_000, CALLER, CALLEE) for ssrc in range(5000)]
    for packet in speech(range(4)):
        harness.packets((stream, packet) for stream in streams)
    slots = np.array([slot for slot, _ in harness.started])
    totals = harness.kernel.totals(slots)

    assert len(set(harness.streams)) == 5000
    assert (totals["received"] == 4).all()
    assert (totals["lost"] == 0).all()
    assert harness.kernel.statistics().entries == 5000
    assert harness.kernel.statistics().evictions == 0
