"""AF_PACKET sockets: the options that capturing needs (packet(7), linux/if_packet.h)."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import struct

from qos_exporter.capture.link_state import interface_index
from qos_exporter.capture.link_types import (
    ARPHRD_LOOPBACK,
    LINKTYPE_ETHERNET,
    LINKTYPE_RAW,
    has_ethernet_header,
)

SOL_PACKET = 263

_ETH_P_ALL = 3
_PACKET_ADD_MEMBERSHIP = 1
_PACKET_STATISTICS = 6
_PACKET_IGNORE_OUTGOING = 23
_PACKET_MR_PROMISC = 1
_SO_TIMESTAMPNS = 35

_ANY_STATISTICS_SIZE = 12
"""Of struct tpacket_stats_v3; the kernel gives the 8 bytes of tpacket_stats for other sockets."""


def open_packet_socket(hardware_type: int) -> socket.socket:
    """Open a socket that receives nothing before `bind_to`, so that it can be prepared in peace.

    Frames of interfaces without an Ethernet header (tunnels, PPP) are taken without any header.
    Raises PermissionError without CAP_NET_RAW.
    """
    kind = socket.SOCK_RAW if has_ethernet_header(hardware_type) else socket.SOCK_DGRAM
    return socket.socket(socket.AF_PACKET, kind, 0)


def link_type_of(hardware_type: int) -> int:
    """Give the link type of the frames of such a socket."""
    return LINKTYPE_ETHERNET if has_ethernet_header(hardware_type) else LINKTYPE_RAW


def bind_to(packets: socket.socket, interface: str) -> None:
    """Let the frames of an interface in; raises OSError if it does not exist or is down."""
    packets.bind((interface, _ETH_P_ALL))
    raise_pending_error(packets)


def raise_pending_error(packets: socket.socket) -> None:
    """Raise what the kernel noted on the socket: ENETDOWN once the link is down."""
    number = packets.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if number:
        raise OSError(number, os.strerror(number))


def join_promiscuously(packets: socket.socket, interface: str) -> None:
    """Receive frames for any address for as long as the socket is open."""
    index = interface_index(interface)
    membership = struct.pack("iHH8x", index, _PACKET_MR_PROMISC, 0)
    packets.setsockopt(SOL_PACKET, _PACKET_ADD_MEMBERSHIP, membership)


def stamp_on_arrival(packets: socket.socket) -> None:
    """Have frames stamped when the kernel gets them rather than when they reach the socket."""
    packets.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)


def is_loopback(hardware_type: int) -> bool:
    """Whether every frame passes twice, on its way out and on its way in."""
    return hardware_type == ARPHRD_LOOPBACK


def ignore_outgoing(packets: socket.socket) -> None:
    """Leave out frames on their way out, where the kernel can (since 4.20)."""
    with contextlib.suppress(OSError):
        packets.setsockopt(SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)


def take_drops(packets: socket.socket) -> int:
    """Give the frames dropped for want of room since the last call: reading sets them to 0."""
    values = packets.getsockopt(SOL_PACKET, _PACKET_STATISTICS, _ANY_STATISTICS_SIZE)
    _, drops = struct.unpack_from("II", values)
    return int(drops)


def is_link_error(error: OSError) -> bool:
    """Whether the interface is the reason: down, or gone."""
    return error.errno in {errno.ENETDOWN, errno.ENODEV, errno.ENXIO}
