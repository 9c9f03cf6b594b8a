"""UDP datagrams out of capture files, by scapy: a second opinion on our own reader."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scapy.utils import RawPcapNgReader, RawPcapReader

from qos_exporter.net import V4_MAPPED_PREFIX, Endpoint

NS_PER_S = 1_000_000_000
_ETHERNET = 1
_NETWORK_OFFSET = {0: 4, 1: 14, 12: 0, 14: 0, 101: 0, 108: 4, 113: 16, 228: 0, 229: 0, 276: 20}
"""Where the IP header begins, by link type."""
_VLAN_TAGS = {0x8100, 0x88A8}
_UDP = 17


@dataclass(frozen=True, slots=True)
class Datagram:
    """One UDP datagram with its time."""

    now_ns: int
    src: Endpoint
    dst: Endpoint
    payload: bytes


def read_datagrams(path: Path) -> Iterator[Datagram]:
    """Yield the unfragmented UDP datagrams of a capture, pcap or pcapng."""
    with RawPcapReader(str(path)) as reader:
        is_ng = isinstance(reader, RawPcapNgReader)
        for data, link, now_ns in _pcapng_frames(reader) if is_ng else _pcap_frames(reader):
            datagram = _read_frame(data, link, now_ns)
            if datagram is not None:
                yield datagram


def _pcap_frames(reader: Any) -> Iterator[tuple[bytes, int, int]]:  # noqa: ANN401 - scapy has no types
    unit = 1 if reader.nano else 1000
    for data, metadata in reader:
        yield data, reader.linktype, metadata.sec * NS_PER_S + metadata.usec * unit


def _pcapng_frames(reader: Any) -> Iterator[tuple[bytes, int, int]]:  # noqa: ANN401 - the same
    for data, metadata in reader:
        ticks = (metadata.tshigh << 32) + metadata.tslow
        yield data, metadata.linktype, ticks * NS_PER_S // int(metadata.tsresol)


def _read_frame(data: bytes, link: int, now_ns: int) -> Datagram | None:
    offset = _NETWORK_OFFSET.get(link)
    if offset is None or len(data) < offset + 20:
        return None
    if link == _ETHERNET:
        while int.from_bytes(data[offset - 2 : offset], "big") in _VLAN_TAGS:
            offset += 4
    packet = data[offset:]
    read = {4: _read_ipv4, 6: _read_ipv6}.get(packet[0] >> 4) if packet else None
    return read(packet, now_ns) if read else None


def _read_ipv4(packet: bytes, now_ns: int) -> Datagram | None:
    header = (packet[0] & 15) * 4
    fragment = int.from_bytes(packet[6:8], "big") & 0x3FFF
    if packet[9] != _UDP or fragment:
        return None
    src, dst = V4_MAPPED_PREFIX + packet[12:16], V4_MAPPED_PREFIX + packet[16:20]
    return _read_udp(packet[header:], src, dst, now_ns)


def _read_ipv6(packet: bytes, now_ns: int) -> Datagram | None:
    if packet[6] != _UDP:
        return None
    return _read_udp(packet[40:], packet[8:24], packet[24:40], now_ns)


def _read_udp(data: bytes, src: bytes, dst: bytes, now_ns: int) -> Datagram | None:
    if len(data) < 8:
        return None
    src_port, dst_port, length = struct.unpack_from("!HHH", data)
    return Datagram(
        now_ns,
        Endpoint.from_packed16(src, src_port),
        Endpoint.from_packed16(dst, dst_port),
        data[8:length],
    )
