"""Packets that the kernel shows as one datagram are counted one by one.

What such a datagram looks like was seen on Linux 6.18: with UDP_SEGMENT on the way out, and with
`rx-udp-gro-forwarding` and `rx-gro-list` where it is forwarded.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.dataplane.harness import Harness
from tests.dataplane.scenarios import speech
from tests.dataplane.traffic import (
    LINKTYPE_RAW,
    LINKTYPE_SLL,
    Frame,
    StreamId,
    cooked,
    ethernet,
    ip_datagram,
    media_frame,
    rtp,
    tagged,
)
from tests.oracle.packet import Packet

STREAM = StreamId()
NOISE = random.Random(7).randbytes(160)
PACKETS = speech(range(65_500, 65_600))


def merged(packets: Sequence[Packet], stream: StreamId = STREAM) -> bytes:
    """Build the IP packet that holds some packets of a stream, with payloads that are noise."""
    payload = b"".join(
        rtp(replace(packet, payload_length=0), stream.ssrc) + NOISE[: packet.payload_length]
        for packet in packets
    )
    return ip_datagram(stream.src, stream.dst, payload)


def in_bursts(packets: Sequence[Packet], size: int) -> list[Frame]:
    """Merge every few packets."""
    return [
        Frame(ethernet(merged(packets[at : at + size])), packets[at].arrival_ns)
        for at in range(0, len(packets), size)
    ]


def counted(frames: Sequence[Frame]) -> tuple[int, int, int]:
    """Give expected, received and lost packets of the only stream."""
    harness = Harness()
    harness.frames(frames)
    harness.finish()
    assert harness.streams == [STREAM]
    assert not any(harness.undecoded().values())
    totals = harness.totals(STREAM)
    assert harness.kernel.statistics().rtp_packets == totals.received
    return totals.expected, totals.received, totals.lost


@pytest.mark.pitfall(120)
@pytest.mark.parametrize("size", [2, 3, 5, 7, 50])
def test_all_in_bursts(size: int) -> None:
    """A stream of which nothing but bursts is seen has all its packets, over the wrap as well."""
    assert counted(in_bursts(PACKETS, size)) == (100, 100, 0)


@pytest.mark.parametrize("start", [1, 2, 40])
@pytest.mark.parametrize("size", [2, 5])
def test_a_burst_now_and_then(start: int, size: int) -> None:
    """Packets that came late, and together, are not lost."""
    frames = [media_frame(packet, STREAM) for packet in PACKETS]
    frames[start : start + size] = in_bursts(PACKETS[start : start + size], size)
    assert counted(frames) == (100, 100, 0)


@pytest.mark.parametrize(
    ("numbers", "fate"),
    [
        pytest.param([0, 1, 2, 5, 6], (7, 5, 2), id="two lost before them"),
        pytest.param([0, 1, 3, 2, 4], (5, 5, 0), id="out of order"),
        pytest.param([0, 1, 2, 3, 9, 4, 5, 6, 7, 8], (10, 10, 0), id="far out of order"),
    ],
)
def test_what_the_network_did_before(numbers: list[int], fate: tuple[int, int, int]) -> None:
    """Loss and disorder within a burst are what they would be outside of it."""
    by_number = dict(enumerate(speech(range(10))))
    assert counted(in_bursts([by_number[number] for number in numbers], 99)) == fate


def test_the_last_may_be_shorter() -> None:
    """The last packet of a burst need not be as long as the others."""
    short = [
        replace(packet, payload_length=20 if place % 4 == 3 else 160)
        for place, packet in enumerate(PACKETS)
    ]
    assert counted(in_bursts(short, 4)) == (100, 100, 0)


@pytest.mark.parametrize(
    ("wrap", "link_type"),
    [
        pytest.param(lambda ip: tagged(ip, 7), 1, id="tagged"),
        pytest.param(cooked, LINKTYPE_SLL, id="cooked"),
        pytest.param(lambda ip: ip, LINKTYPE_RAW, id="bare IP"),
    ],
)
def test_any_link(wrap: object, link_type: int) -> None:
    """Frames that the short cut does not read are taken apart as well."""
    assert callable(wrap)
    frames = [
        Frame(wrap(merged(PACKETS[at : at + 5])), PACKETS[at].arrival_ns, link_type)
        for at in range(0, 100, 5)
    ]
    assert counted(frames) == (100, 100, 0)


def test_reports_behind_media() -> None:
    """Something else at the end of a burst is no packet of the stream."""
    report = struct.pack("!BBHI", 0x80, 201, 1, STREAM.ssrc)
    ip = ip_datagram(
        STREAM.src, STREAM.dst, b"".join(rtp(each, STREAM.ssrc) for each in PACKETS[:2]) + report
    )
    rest = [media_frame(packet, STREAM) for packet in PACKETS[2:]]
    assert counted([Frame(ethernet(ip), PACKETS[0].arrival_ns), *rest]) == (100, 100, 0)


@pytest.mark.parametrize("kept", [42 + 12, 42 + 172, 42 + 172 + 11, 42 + 2 * 172])
def test_less_captured(kept: int) -> None:
    """What was cut off is not read: only the packets whose headers were captured count."""
    whole = ethernet(merged(PACKETS[:5]))
    harness = Harness()
    harness.frames([Frame(whole[:kept], wire_length=len(whole))] * 2)
    assert harness.kernel.statistics().rtp_packets == 2 * max(1, (kept - 42) // 172)


def test_long_packets_that_are_one() -> None:
    """A stream whose packets differ in length, some of them long, is counted as before."""
    noise = random.Random(8)
    packets = [
        replace(packet, payload_length=noise.randint(1, 1_400)) for packet in speech(range(500))
    ]
    frames = [
        Frame(
            ethernet(
                ip_datagram(
                    STREAM.src,
                    STREAM.dst,
                    rtp(replace(packet, payload_length=0), STREAM.ssrc)
                    + noise.randbytes(packet.payload_length),
                )
            ),
            packet.arrival_ns,
        )
        for packet in packets
    ]
    assert counted(frames) == (500, 500, 0)
