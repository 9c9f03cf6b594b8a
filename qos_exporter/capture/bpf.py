"""Capture filters: compiled by libpcap through scapy, run by the kernel."""

from __future__ import annotations

import ctypes
import logging
import socket
import struct
from dataclasses import dataclass

from qos_exporter.errors import CaptureError

logger = logging.getLogger(__name__)

_SO_ATTACH_FILTER = 26
_INSTRUCTION_SIZE = 8

_DLT_ETHERNET = 1
_DLT_RAW = 12


@dataclass(frozen=True, slots=True)
class FilterProgram:
    """Instructions of the classic BSD packet filter, 8 bytes each."""

    instructions: bytes

    def attach(self, target: socket.socket) -> None:
        """Make the kernel drop what does not match before it reaches the socket.

        Raises `CaptureError` if it does not take the program: 4096 instructions are the most, and
        `net.core.optmem_max` bounds their memory.
        """
        code = ctypes.create_string_buffer(self.instructions, len(self.instructions))
        count = len(self.instructions) // _INSTRUCTION_SIZE
        program = struct.pack("HL", count, ctypes.addressof(code))
        try:
            target.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)
        except OSError as error:
            raise CaptureError(
                f"the capture filter cannot be used: the kernel does not take its {count}"
                f" instructions ({error.strerror}); a shorter one may do"
            ) from error


def compile_program(expression: str, *, ethernet: bool = True) -> FilterProgram | None:
    """Compile an expression of pcap-filter(7), for frames with an Ethernet header or for bare IP.

    The kernel runs it on frames whose 802.1Q tag the interface has taken off: `udp` matches tagged
    frames as well, and `vlan` matches nothing. Gives None, and logs it, where libpcap is missing;
    raises `CaptureError` where the expression is wrong.
    """
    from scapy.arch.common import compile_filter
    from scapy.error import Scapy_Exception

    try:
        program = compile_filter(expression, linktype=_DLT_ETHERNET if ethernet else _DLT_RAW)
    except ImportError:
        logger.warning("capturing unfiltered: libpcap, which compiles filters, is not installed")
        return None
    except Scapy_Exception as error:
        raise CaptureError(f"the capture filter cannot be used: {error}") from error
    size = program.bf_len * _INSTRUCTION_SIZE
    return FilterProgram(ctypes.string_at(program.bf_insns, size))
