"""Frames made by hand: cheap enough for properties, and independent of any packet library."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from qos_exporter.dataplane.frames import FRAME, NO_VLAN, FrameBatch
from qos_exporter.net import Endpoint
from tests.oracle.packet import Packet

LINKTYPE_NULL = 0
LINKTYPE_ETHERNET = 1
LINKTYPE_RAW = 101
LINKTYPE_LOOP = 108
LINKTYPE_SLL = 113
LINKTYPE_IPV4 = 228
LINKTYPE_IPV6 = 229
LINKTYPE_SLL2 = 276

ETHERTYPE_IPV4 = 0x0800
ETHERTYPE_VLAN = 0x8100
ETHERTYPE_SERVICE_VLAN = 0x88A8
ETHERTYPE_IPV6 = 0x86DD

PROTOCOL_HOP_BY_HOP = 0
PROTOCOL_ICMP = 1
PROTOCOL_TCP = 6
PROTOCOL_UDP = 17
PROTOCOL_ROUTING = 43
PROTOCOL_FRAGMENT = 44
PROTOCOL_DESTINATION = 60

CALLER = Endpoint("10.0.0.1", 5004)
CALLEE = Endpoint("10.0.0.2", 6004)
CALLER6 = Endpoint("2001:db8::1", 5004)
CALLEE6 = Endpoint("2001:db8::2", 6004)


@dataclass(frozen=True, slots=True)
class StreamId:
    """What a stream of the tests is known by."""

    ssrc: int = 0x1234_5678
    src: Endpoint = CALLER
    dst: Endpoint = CALLEE


@dataclass(frozen=True, slots=True)
class Frame:
    """One captured frame. `wire_length` is None where the capture kept all of it."""

    data: bytes
    timestamp_ns: int = 0
    link_type: int = LINKTYPE_ETHERNET
    vlan: int = NO_VLAN
    wire_length: int | None = None


def rtp(packet: Packet, ssrc: int) -> bytes:
    """RFC 3550 section 5.1, without CSRCs, extension and padding; the payload is zeros."""
    return struct.pack(
        "!BBHII",
        0x80,
        packet.marker << 7 | packet.payload_type,
        packet.sequence_number,
        packet.rtp_timestamp,
        ssrc,
    ) + bytes(packet.payload_length)


def udp(src_port: int, dst_port: int, payload: bytes) -> bytes:
    """RFC 768, without checksum."""
    return struct.pack("!HHHH", src_port, dst_port, 8 + len(payload), 0) + payload


def ipv4(
    src: str, dst: str, payload: bytes, *, protocol: int = PROTOCOL_UDP, options: bytes = b"",
    fragment: int = 0x4000, ttl: int = 64,
) -> bytes:  # fmt: skip
    """RFC 791. `fragment` holds the flags and the offset; the header checksum is left at zero."""
    words = 5 + len(options) // 4
    header = struct.pack(
        "!BBHHHBBH4s4s",
        0x40 | words,
        0,
        4 * words + len(payload),
        0x1234,
        fragment,
        ttl,
        protocol,
        0,
        socket.inet_pton(socket.AF_INET, src),
        socket.inet_pton(socket.AF_INET, dst),
    )
    return header + options + payload


def ipv6(src: str, dst: str, payload: bytes, *, next_header: int = PROTOCOL_UDP) -> bytes:
    """RFC 8200; extension headers are part of `payload`."""
    header = struct.pack(
        "!IHBB16s16s",
        0x6000_0000,
        len(payload),
        next_header,
        64,
        socket.inet_pton(socket.AF_INET6, src),
        socket.inet_pton(socket.AF_INET6, dst),
    )
    return header + payload


def extension_header(next_header: int, octets: int = 8) -> bytes:
    """Make an IPv6 extension header of so many octets, a multiple of 8, filled with padding."""
    padding = struct.pack("!BB", 1, octets - 4) + bytes(octets - 4)
    return struct.pack("!BB", next_header, octets // 8 - 1) + padding


def ip_datagram(src: Endpoint, dst: Endpoint, payload: bytes) -> bytes:
    """UDP in the version of IP that the addresses are of."""
    build = ipv6 if ":" in src.address else ipv4
    return build(src.address, dst.address, udp(src.port, dst.port, payload))


def ethertype_of(ip: bytes) -> int:
    """Tell the EtherType of an IP packet by its version."""
    return ETHERTYPE_IPV6 if ip[0] >> 4 == 6 else ETHERTYPE_IPV4


def tag(number: int, ethertype: int) -> bytes:
    """802.1Q: the rest of a tag, and what follows it."""
    return struct.pack("!HH", number, ethertype)


def ethernet(payload: bytes, ethertype: int | None = None) -> bytes:
    """Ethernet II."""
    kind = ethertype_of(payload) if ethertype is None else ethertype
    return b"\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01" + struct.pack("!H", kind) + payload


def tagged(ip: bytes, *numbers: int, outer: int = ETHERTYPE_VLAN) -> bytes:
    """Ethernet with one or more 802.1Q tags; `outer` is the EtherType of the first."""
    kinds = [ETHERTYPE_VLAN] * (len(numbers) - 1) + [ethertype_of(ip)]
    tags = b"".join(tag(number, kind) for number, kind in zip(numbers, kinds, strict=True))
    return ethernet(tags + ip, outer)


def cooked(ip: bytes) -> bytes:
    """Linux cooked capture v1 (LINKTYPE_LINUX_SLL)."""
    return struct.pack("!HHH8sH", 0, 1, 6, bytes(8), ethertype_of(ip)) + ip


def cooked2(ip: bytes) -> bytes:
    """Linux cooked capture v2 (LINKTYPE_LINUX_SLL2)."""
    return struct.pack("!HHIHBB8s", ethertype_of(ip), 0, 2, 1, 0, 6, bytes(8)) + ip


def media_frame(packet: Packet, stream: StreamId) -> Frame:
    """Wrap an RTP packet as it comes over Ethernet."""
    datagram = ip_datagram(stream.src, stream.dst, rtp(packet, stream.ssrc))
    return Frame(ethernet(datagram), packet.arrival_ns)


def named(stream: StreamId, packets: Iterable[Packet]) -> list[tuple[StreamId, Packet]]:
    """Say whose packets these are."""
    return [(stream, packet) for packet in packets]


def batch(frames: Iterable[Frame]) -> FrameBatch:
    """Lay frames end to end, with an index."""
    listed = list(frames)
    rows = []
    offset = 0
    for frame in listed:
        captured = len(frame.data)
        length = captured if frame.wire_length is None else frame.wire_length
        rows.append((offset, frame.timestamp_ns, captured, length, frame.link_type, frame.vlan, 0))
        offset += captured
    data = b"".join(frame.data for frame in listed)
    return FrameBatch(data, np.array(rows, FRAME), len(rows))
