"""What the kernel says about an interface: index, hardware type, flags, losses."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import struct
from pathlib import Path

_SIOCGIFFLAGS = 0x8913
_SIOCGIFHWADDR = 0x8927
_SIOCGIFINDEX = 0x8933
_IFREQ = struct.Struct("16s24s")
_NAME_SIZE = 16
"""With the NUL at its end. The kernel would cut a longer name and find another interface."""
_CUTS = frozenset(b":\0")
"""The kernel would cut a name there as well: behind a colon is the label of an address."""

_IFF_UP = 0x1
_IFF_RUNNING = 0x40

_COUNTERS = Path("/sys/class/net")
_LOSSES = ("rx_missed_errors", "rx_fifo_errors")
"""What libpcap calls the drops of the interface. `rx_dropped` is not in: it counts protocols that
nobody on this machine asked for."""


def hardware_type(interface: str) -> int:
    """Give the ARPHRD_ number of an interface; raises OSError if there is no such one."""
    (number,) = struct.unpack_from("H", _request(_SIOCGIFHWADDR, interface))
    return int(number)


def interface_index(interface: str) -> int:
    """Give the number of an interface; raises OSError if there is no such one."""
    (number,) = struct.unpack_from("i", _request(_SIOCGIFINDEX, interface))
    return int(number)


def current_index(interface: str) -> int:
    """Give the number of the interface that has this name now; 0 if none has."""
    try:
        return interface_index(interface)
    except OSError:
        return 0


def is_running(interface: str) -> bool:
    """Whether the interface is up and has a carrier; raises OSError if there is no such one."""
    (flags,) = struct.unpack_from("H", _request(_SIOCGIFFLAGS, interface))
    return bool(flags & _IFF_UP and flags & _IFF_RUNNING)


def lost_frames(interface: str) -> int:
    """Give the frames that the hardware lost since the interface was made; 0 if nobody counts."""
    total = 0
    folder = _COUNTERS / _own_name(interface) / "statistics"
    for name in _LOSSES:
        try:
            total += int((folder / name).read_text())
        except (OSError, ValueError):
            continue
    return total


def _own_name(interface: str) -> str:
    """Give the name under which the kernel counts, where another one was asked for (`altname`)."""
    try:
        return socket.if_indextoname(interface_index(interface))
    except OSError:
        return interface


def _request(code: int, interface: str) -> bytes:
    """Ask for what follows the name in struct ifreq."""
    name = os.fsencode(interface)
    if len(name) >= _NAME_SIZE or not _CUTS.isdisjoint(name):
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        answer = fcntl.ioctl(control, code, _IFREQ.pack(name, b""))
    return bytes(_IFREQ.unpack(answer)[1])
