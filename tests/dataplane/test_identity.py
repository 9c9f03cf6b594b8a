"""Which packets belong to one stream, and when one ends and another begins."""

from __future__ import annotations

import pytest

from qos_exporter.dataplane.rows import (
    FLAG_CAPTURED_TWICE,
    FLAG_ENDED,
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
    named,
    rtp,
    udp,
)
from tests.oracle.packet import Packet

A = StreamId(0xA, CALLER, CALLEE)
B = StreamId(0xB, CALLER, CALLEE)


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
