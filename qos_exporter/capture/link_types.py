"""Link types: LINKTYPE_ numbers of capture files, ARPHRD_ numbers of interfaces."""

from __future__ import annotations

LINKTYPE_ETHERNET = 1
LINKTYPE_RAW = 101

_ALIASES = {
    12: LINKTYPE_RAW,  # DLT_RAW of most systems, which got into files
    14: LINKTYPE_RAW,  # DLT_RAW of OpenBSD
}

_FRAME_CHECK_BITS = 0xFC00_0000
"""Of the link type's 32 bits in a pcap header these say whether frames end in a check sequence."""

ARPHRD_ETHERNET = 1
ARPHRD_LOOPBACK = 772
_ETHERNET_HARDWARE = frozenset({ARPHRD_ETHERNET, ARPHRD_LOOPBACK})

_UNASSIGNED = 0xFFFF


def canonical_link_type(number: int) -> int:
    """Give the one number that we know a link type by, out of the one that the file gives."""
    plain = number & ~_FRAME_CHECK_BITS
    return _ALIASES.get(plain, min(plain, _UNASSIGNED))


def has_ethernet_header(hardware_type: int) -> bool:
    """Whether frames of an interface of this ARPHRD_ type begin with an Ethernet header."""
    return hardware_type in _ETHERNET_HARDWARE
