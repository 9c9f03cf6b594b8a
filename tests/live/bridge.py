"""The impairer's way to the wire: raw sockets, a learning bridge, and a look at UDP datagrams."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SOL_PACKET = 263
PACKET_ADD_MEMBERSHIP = 1
PACKET_MR_PROMISC = 1
PACKET_IGNORE_OUTGOING = 23
ETH_P_ALL = 3
SO_TIMESTAMPNS = 35
TIMESTAMP = struct.Struct("qq")
"""Seconds and nanoseconds."""
TIMESTAMP_ROOM_BYTES = socket.CMSG_SPACE(TIMESTAMP.size)
RECEIVE_BUFFER_BYTES = 8 << 20
FRAME_MAX_BYTES = 65535
SIP_PORTS = range(5060, 5080)
FRAGMENT = 0x3FFF
"""The bits that say that more follows, and where a later fragment belongs (RFC 791)."""
RTP_HEADER_BYTES = 12
RTP_VERSION = 2
RTCP_TYPES = range(72, 80)
"""The payload type field of RTCP's packet types 200 to 207 (RFC 5761 section 4)."""


@dataclass(frozen=True, slots=True)
class Datagram:
    """A UDP datagram inside an Ethernet frame."""

    source: tuple[str, int]
    destination: tuple[str, int]
    payload: bytes

    @property
    def is_signalling(self) -> bool:
        """Whether either port is one of SIP's."""
        return self.source[1] in SIP_PORTS or self.destination[1] in SIP_PORTS

    @property
    def is_rtp(self) -> bool:
        """Whether it is version 2 and not RTCP."""
        return self._is_version_2 and not self._has_rtcp_type

    @property
    def is_rtcp(self) -> bool:
        """Whether it is version 2 and RTCP."""
        return self._is_version_2 and self._has_rtcp_type

    @property
    def _is_version_2(self) -> bool:
        return len(self.payload) >= RTP_HEADER_BYTES and self.payload[0] >> 6 == RTP_VERSION

    @property
    def _has_rtcp_type(self) -> bool:
        return self.payload[1] & 127 in RTCP_TYPES


@dataclass(frozen=True, slots=True)
class Arrival:
    """A frame, the interface that it came in by, and when: wall-clock time, by the kernel."""

    frame: bytes
    entered: str
    arrived_s: float


class Bridge:
    """The interfaces, and which address was last seen behind which of them."""

    def __init__(self, names: Sequence[str]) -> None:
        """Open a raw socket on every interface."""
        self.sockets = {name: open_interface(name) for name in names}
        self._behind: dict[bytes, str] = {}

    def learn(self, frame: bytes, entered: str) -> None:
        """Remember that the sender of a frame is behind an interface."""
        self._behind[frame[6:12]] = entered

    def send(self, frame: bytes, entered: str) -> None:
        """Send a frame to where its receiver is, or everywhere but back where that is unknown."""
        known = self._behind.get(frame[:6])
        names = [known] if known and not frame[0] & 1 else list(self.sockets)
        for name in names:
            if name != entered:
                with contextlib.suppress(OSError):
                    self.sockets[name].send(frame)

    def arrivals(self, timeout_s: float) -> Iterator[Arrival]:
        """Wait for frames and give them."""
        readable, _, _ = select.select(self.sockets.values(), [], [], timeout_s)
        for name, port in self.sockets.items():
            if port in readable:
                with contextlib.suppress(BlockingIOError):
                    while True:
                        yield receive(port, name)


def open_interface(name: str) -> socket.socket:
    """Open a raw socket that gets everything that comes in by an interface and nothing else."""
    port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    port.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    port.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    port.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    port.bind((name, ETH_P_ALL))
    promiscuous = struct.pack("IHH8s", socket.if_nametoindex(name), PACKET_MR_PROMISC, 0, b"")
    port.setsockopt(SOL_PACKET, PACKET_ADD_MEMBERSHIP, promiscuous)
    port.setblocking(False)  # noqa: FBT003 - the standard library's own signature
    return port


def receive(port: socket.socket, name: str) -> Arrival:
    """Take the next frame from a socket; raises BlockingIOError where there is none."""
    frame, ancillary, _, _ = port.recvmsg(FRAME_MAX_BYTES, TIMESTAMP_ROOM_BYTES)
    ((_, _, stamp),) = ancillary
    seconds, nanoseconds = TIMESTAMP.unpack(stamp)
    return Arrival(frame, name, seconds + nanoseconds / 1e9)


def read_datagram(frame: bytes) -> Datagram | None:
    """Read the UDP datagram of an Ethernet frame; None if it holds something else, or a part."""
    if frame[12:14] != b"\x08\x00" or frame[23] != socket.IPPROTO_UDP:
        return None
    if int.from_bytes(frame[20:22]) & FRAGMENT:
        return None
    udp = 14 + (frame[14] & 15) * 4
    source_port, destination_port, length = struct.unpack_from("!HHH", frame, udp)
    source, destination = (socket.inet_ntoa(frame[at : at + 4]) for at in (26, 30))
    payload = frame[udp + 8 : udp + length]
    return Datagram((source, source_port), (destination, destination_port), payload)
