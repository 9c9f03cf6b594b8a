"""From the link layer to the datagram: every encapsulation leads to the same stream."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest

from qos_exporter.dataplane.frames import NO_VLAN
from qos_exporter.dataplane.rows import SLOW_FRAGMENT
from tests.dataplane.harness import Harness, kernel_settings
from tests.dataplane.scenarios import speech
from tests.dataplane.traffic import (
    CALLEE,
    CALLEE6,
    CALLER,
    CALLER6,
    ETHERTYPE_SERVICE_VLAN,
    LINKTYPE_ETHERNET,
    LINKTYPE_IPV4,
    LINKTYPE_IPV6,
    LINKTYPE_LOOP,
    LINKTYPE_NULL,
    LINKTYPE_RAW,
    LINKTYPE_SLL,
    LINKTYPE_SLL2,
    PROTOCOL_DESTINATION,
    PROTOCOL_FRAGMENT,
    PROTOCOL_HOP_BY_HOP,
    PROTOCOL_ICMP,
    PROTOCOL_ROUTING,
    PROTOCOL_UDP,
    Frame,
    StreamId,
    cooked,
    cooked2,
    ethernet,
    extension_header,
    ip_datagram,
    ipv4,
    ipv6,
    rtp,
    tagged,
    udp,
)

STREAM4 = StreamId(7, CALLER, CALLEE)
STREAM6 = StreamId(7, CALLER6, CALLEE6)
PACKETS = speech(range(10))
SIZE = 172

Wrap = Callable[[bytes], bytes]


def with_family(family: int, order: str) -> Wrap:
    """Make the four bytes of address family that BSD loopback devices put before the packet."""
    return lambda ip: struct.pack(f"{order}I", family) + ip


ENCAPSULATIONS = [
    pytest.param(STREAM4, LINKTYPE_ETHERNET, ethernet, id="Ethernet"),
    pytest.param(STREAM6, LINKTYPE_ETHERNET, ethernet, id="Ethernet-IPv6"),
    pytest.param(STREAM4, LINKTYPE_ETHERNET, lambda ip: tagged(ip, 5), id="802.1Q"),
    pytest.param(STREAM6, LINKTYPE_ETHERNET, lambda ip: tagged(ip, 5), id="802.1Q-IPv6"),
    pytest.param(STREAM4, LINKTYPE_ETHERNET, lambda ip: tagged(ip, 5, 6), id="two-802.1Q"),
    pytest.param(
        STREAM4,
        LINKTYPE_ETHERNET,
        lambda ip: tagged(ip, 5, 6, outer=ETHERTYPE_SERVICE_VLAN),
        id="802.1ad",
    ),
    pytest.param(STREAM4, LINKTYPE_ETHERNET, lambda ip: ethernet(ip) + bytes(18), id="padded"),
    pytest.param(STREAM4, LINKTYPE_SLL, cooked, id="cooked"),
    pytest.param(STREAM6, LINKTYPE_SLL, cooked, id="cooked-IPv6"),
    pytest.param(STREAM4, LINKTYPE_SLL2, cooked2, id="cooked-v2"),
    pytest.param(STREAM6, LINKTYPE_SLL2, cooked2, id="cooked-v2-IPv6"),
    pytest.param(STREAM4, LINKTYPE_NULL, with_family(2, "<"), id="null-little-endian"),
    pytest.param(STREAM4, LINKTYPE_NULL, with_family(2, ">"), id="null-big-endian"),
    pytest.param(STREAM6, LINKTYPE_NULL, with_family(24, "<"), id="null-IPv6-NetBSD"),
    pytest.param(STREAM6, LINKTYPE_NULL, with_family(28, ">"), id="null-IPv6-FreeBSD"),
    pytest.param(STREAM6, LINKTYPE_NULL, with_family(30, "<"), id="null-IPv6-macOS"),
    pytest.param(STREAM4, LINKTYPE_LOOP, with_family(2, ">"), id="loop"),
    pytest.param(STREAM6, LINKTYPE_LOOP, with_family(24, ">"), id="loop-IPv6"),
    pytest.param(STREAM4, LINKTYPE_RAW, bytes, id="raw"),
    pytest.param(STREAM6, LINKTYPE_RAW, bytes, id="raw-IPv6"),
    pytest.param(STREAM4, LINKTYPE_IPV4, bytes, id="raw-IPv4-only"),
    pytest.param(STREAM6, LINKTYPE_IPV6, bytes, id="raw-IPv6-only"),
]


def counted(frames: list[Frame]) -> Harness:
    """Let a kernel count these frames."""
    harness = Harness()
    harness.frames(frames)
    harness.finish()
    return harness


@pytest.mark.parametrize(("stream", "link_type", "wrap"), ENCAPSULATIONS)
def test_encapsulation(stream: StreamId, link_type: int, wrap: Wrap) -> None:
    """The stream inside is found, whole, with its endpoints and its bytes."""
    datagrams = [ip_datagram(stream.src, stream.dst, rtp(p, stream.ssrc)) for p in PACKETS]
    harness = counted(
        [
            Frame(wrap(datagram), packet.arrival_ns, link_type)
            for datagram, packet in zip(datagrams, PACKETS, strict=True)
        ]
    )

    assert harness.streams == [stream]
    totals = harness.totals(stream)
    assert (totals.received, totals.lost, totals.bytes) == (10, 0, 10 * SIZE)
    assert harness.undecoded() == {}


def chain(*kinds: int) -> Callable[[bytes], bytes]:
    """Make IPv6 packets with these extension headers, in this order."""

    def build(datagram: bytes) -> bytes:
        following = [*kinds[1:], PROTOCOL_UDP]
        sizes = [8, 16, 24]
        headers = [extension_header(n, size) for n, size in zip(following, sizes, strict=False)]
        payload = b"".join(headers) + datagram
        return ipv6(CALLER6.address, CALLEE6.address, payload, next_header=kinds[0])

    return build


def fragment_header(offset_and_more: int) -> bytes:
    """RFC 8200 section 4.5; its second byte is reserved, and to be ignored."""
    return struct.pack("!BBHI", PROTOCOL_UDP, 0xFF, offset_and_more, 99)


HEADERS = [
    pytest.param(
        STREAM4,
        lambda datagram: ipv4(CALLER.address, CALLEE.address, datagram, options=bytes(8)),
        id="IPv4-options",
    ),
    pytest.param(
        STREAM4,
        lambda datagram: ipv4(CALLER.address, CALLEE.address, datagram, options=bytes(40)),
        id="IPv4-all-options",
    ),
    pytest.param(STREAM6, chain(PROTOCOL_HOP_BY_HOP), id="hop-by-hop"),
    pytest.param(STREAM6, chain(PROTOCOL_DESTINATION), id="destination"),
    pytest.param(STREAM6, chain(PROTOCOL_ROUTING), id="routing"),
    pytest.param(
        STREAM6,
        chain(PROTOCOL_HOP_BY_HOP, PROTOCOL_DESTINATION, PROTOCOL_ROUTING),
        id="three-extensions",
    ),
    pytest.param(
        STREAM6,
        lambda datagram: ipv6(
            CALLER6.address,
            CALLEE6.address,
            fragment_header(0) + datagram,
            next_header=PROTOCOL_FRAGMENT,
        ),
        id="the-only-fragment",
    ),
]


@pytest.mark.parametrize(("stream", "build"), HEADERS)
def test_longer_ip_headers(stream: StreamId, build: Callable[[bytes], bytes]) -> None:
    """Options and extension headers before UDP are stepped over."""
    harness = counted(
        [
            Frame(
                ethernet(build(udp(stream.src.port, stream.dst.port, rtp(packet, stream.ssrc)))),
                packet.arrival_ns,
            )
            for packet in PACKETS
        ]
    )

    assert harness.streams == [stream]
    assert harness.totals(stream).received == 10


FIRST_FRAGMENT = 0x2000
LAST_FRAGMENT = 0x0020


FRAGMENTS = [
    pytest.param(
        lambda part: ipv4(CALLER.address, CALLEE.address, part, fragment=FIRST_FRAGMENT),
        id="IPv4-first",
    ),
    pytest.param(
        lambda part: ipv4(CALLER.address, CALLEE.address, part, fragment=LAST_FRAGMENT),
        id="IPv4-last",
    ),
    pytest.param(
        lambda part: ipv6(
            CALLER6.address,
            CALLEE6.address,
            fragment_header(1) + part,
            next_header=PROTOCOL_FRAGMENT,
        ),
        id="IPv6-first",
    ),
]


@pytest.mark.parametrize("build", FRAGMENTS)
def test_fragments_leave_the_packet_path(build: Wrap) -> None:
    """A fragment is no packet: the whole frame is handed over to be put together elsewhere."""
    frame = ethernet(build(udp(CALLER.port, CALLEE.port, rtp(PACKETS[0], 7))))
    harness = counted([Frame(frame, PACKETS[0].arrival_ns)])

    assert harness.streams == []
    assert harness.undecoded() == {"ip_fragment": 1}
    assert [(each.kind, each.data) for each in harness.slow] == [(SLOW_FRAGMENT, frame)]


def test_media_quoted_by_icmp() -> None:
    """The packet that an ICMP error quotes was sent before and is not counted again."""
    quoted = [ip_datagram(CALLER, CALLEE, rtp(packet, 7)) for packet in PACKETS]
    harness = counted(
        [
            Frame(
                ethernet(
                    ipv4(
                        CALLEE.address,
                        CALLER.address,
                        struct.pack("!BBHI", 3, 3, 0, 0) + original,
                        protocol=PROTOCOL_ICMP,
                    )
                ),
                packet.arrival_ns,
            )
            for original, packet in zip(quoted, PACKETS, strict=True)
        ]
    )

    assert harness.streams == []
    assert harness.undecoded() == {"icmp": 10}


def cut_to(length: int) -> list[Frame]:
    """Capture only the beginning of each frame."""
    whole = [ethernet(ip_datagram(CALLER, CALLEE, rtp(packet, 7))) for packet in PACKETS]
    return [
        Frame(frame[:length], packet.arrival_ns, wire_length=len(frame))
        for frame, packet in zip(whole, PACKETS, strict=True)
    ]


def test_short_snapshot_length() -> None:
    """Headers are enough: sizes come from the UDP length, not from what was kept."""
    harness = counted(cut_to(14 + 20 + 8 + 12))

    assert harness.totals(STREAM4).received == 10
    assert harness.totals(STREAM4).bytes == 10 * SIZE


@pytest.mark.parametrize("length", [1, 13, 14, 20, 33, 34, 41, 42, 45, 53])
def test_shorter_than_the_headers(length: int) -> None:
    """A frame cut inside the headers is counted as truncated."""
    harness = counted(cut_to(length))

    assert harness.streams == []
    assert harness.undecoded() == {"truncated": 10}


def _ip(**changes: bytes) -> bytes:
    whole = ip_datagram(CALLER, CALLEE, rtp(PACKETS[0], 7))
    for place, value in changes.items():
        start = int(place.removeprefix("at_"))
        whole = whole[:start] + value + whole[start + len(value) :]
    return whole


UNREADABLE = [
    pytest.param(LINKTYPE_ETHERNET, ethernet(bytes(46), 0x0806), "not_ip", id="ARP"),
    pytest.param(LINKTYPE_ETHERNET, ethernet(bytes(46), 0x88CC), "not_ip", id="LLDP"),
    pytest.param(LINKTYPE_ETHERNET, ethernet(_ip(at_0=b"\x44")), "bad_ip_header", id="IHL-4"),
    pytest.param(LINKTYPE_ETHERNET, ethernet(_ip(at_9=b"\x84")), "other_transport", id="SCTP"),
    pytest.param(LINKTYPE_ETHERNET, ethernet(_ip(at_24=b"\0\7")), "bad_udp_length", id="UDP-7"),
    pytest.param(9, bytes(64), "link_type", id="PPP"),
    pytest.param(105, bytes(64), "link_type", id="WiFi"),
]


@pytest.mark.parametrize(("link_type", "frame", "reason"), UNREADABLE)
def test_unreadable_frames_are_counted(link_type: int, frame: bytes, reason: str) -> None:
    """What cannot be read is counted by the reason."""
    harness = counted([Frame(frame, 1, link_type)])

    assert harness.undecoded() == {reason: 1}
    assert harness.kernel.statistics().frames == 1


VLANS = [pytest.param(True, 2, id="in-the-key"), pytest.param(False, 1, id="not-in-the-key")]


@pytest.mark.pitfall(95)
@pytest.mark.parametrize(("vlan_in_key", "streams"), VLANS)
def test_tenants_with_the_same_addresses(*, vlan_in_key: bool, streams: int) -> None:
    """Where the VLAN is part of the key, the same addresses in two VLANs are two streams."""
    harness = Harness(kernel_settings(vlan_in_key=vlan_in_key))
    harness.frames(
        Frame(tagged(ip_datagram(CALLER, CALLEE, rtp(packet, 7)), vlan), packet.arrival_ns)
        for packet in PACKETS
        for vlan in (10, 20)
    )

    assert len(harness.started) == streams
    if vlan_in_key:
        assert [key.vlan for _, key in harness.started] == [10, 20]


def test_tag_of_priority() -> None:
    """A tag with the number 0 gives a priority and no VLAN; one that is behind it counts."""
    harness = Harness(kernel_settings(vlan_in_key=True))
    ip = [ip_datagram(CALLER, CALLEE, rtp(packet, 7)) for packet in PACKETS]
    frames = [ethernet(ip[0]), *(tagged(each, 0) for each in ip[1:])]
    harness.frames(Frame(data, at) for at, data in enumerate(frames))
    harness.frames(Frame(tagged(each, 0, 30), 99) for each in ip)

    assert [key.vlan for _, key in harness.started] == [NO_VLAN, 30]
    assert not any(harness.undecoded().values())


def test_tag_that_the_kernel_took_off() -> None:
    """A tag that is told beside the frame counts like one inside it."""
    harness = Harness(kernel_settings(vlan_in_key=True))
    harness.frames(
        Frame(ethernet(ip_datagram(CALLER, CALLEE, rtp(packet, 7))), packet.arrival_ns, vlan=vlan)
        for packet in PACKETS
        for vlan in (10, 20)
    )

    assert [key.vlan for _, key in harness.started] == [10, 20]
