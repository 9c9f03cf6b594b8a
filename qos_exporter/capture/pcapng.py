"""Reads pcapng files (draft-ietf-opsawg-pcapng): any number of sections and of interfaces."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from qos_exporter.capture.faults import FormatError
from qos_exporter.capture.link_types import canonical_link_type
from qos_exporter.capture.pcap import NATIVE_ORDER
from qos_exporter.capture.pcapng_options import read_time_options
from qos_exporter.dataplane.blocks_common import WalkStatus
from qos_exporter.dataplane.blocks_pcapng import Blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from typing_extensions import Buffer

MAGIC = b"\x0a\x0d\x0d\x0a"

_BYTE_ORDERS = {b"\x1a\x2b\x3c\x4d": ">", b"\x4d\x3c\x2b\x1a": "<"}
_MAJOR_VERSION = 1
_SECTION_HEADER_SIZE = 28
_INTERFACE_SIZE = 20
_LARGEST_BLOCK = 16 * 1024 * 1024
_MOST_INTERFACES = 65_536
"""More than any file has. It bounds what a file of nothing but interfaces can make us hold."""


class PcapngReader:
    """Walks frames in compiled code and reads the rare blocks between them here."""

    def __init__(self) -> None:
        self._blocks = Blocks()
        self._order = NATIVE_ORDER

    def walk(
        self, data: Buffer, position: int, frames: NDArray[np.void]
    ) -> tuple[int, int, WalkStatus]:
        """Index frames from `position` on; give (frames, position of the next block, status).

        A rare block is read only if the walk begins with it, so that an error is one at `position`.
        """
        count, end, status = self._blocks.walk(data, position, frames)
        read = self._RARE.get(status)
        if read is None:
            return count, end, status
        if end > position:
            return count, end, WalkStatus.FULL
        length = read(self, memoryview(data)[position:])
        return 0, position + length, WalkStatus.FULL if length else WalkStatus.STARVED

    def _begin_section(self, block: memoryview) -> int:
        """Read a section header block; give its length, or 0 if it is not all there."""
        if len(block) < _SECTION_HEADER_SIZE:
            return 0
        order = _BYTE_ORDERS.get(bytes(block[8:12]))
        if order is None:
            raise FormatError("a section header has no byte-order magic")
        length = self._section_header_length(block, order)
        if length > len(block):
            return 0
        (repeated,) = struct.unpack_from(order + "I", block, length - 4)
        if repeated != length:
            raise FormatError("a section header gives its length twice, and differently")
        self._order = order
        self._blocks.begin_section(swapped=order != NATIVE_ORDER)
        return length

    @staticmethod
    def _section_header_length(block: memoryview, order: str) -> int:
        length, _, major = struct.unpack_from(order + "IIH", block, 4)
        if not _SECTION_HEADER_SIZE <= length <= _LARGEST_BLOCK or length % 4:
            raise FormatError("a section header gives a length that it cannot have")
        if major != _MAJOR_VERSION:
            raise FormatError(f"version {major} of pcapng is not known")
        return int(length)

    def _add_interface(self, block: memoryview) -> int:
        """Read an interface description block, of which the walker proved that it is all there."""
        length, link_type, _, snaplen = struct.unpack_from(self._order + "IHHI", block, 4)
        if length < _INTERFACE_SIZE:
            raise FormatError("an interface description is too short")
        if self._blocks.interface_count == _MOST_INTERFACES:
            raise FormatError(f"there are more than {_MOST_INTERFACES} interfaces")
        time = read_time_options(block[16 : length - 4], self._order)
        self._blocks.add_interface(
            link_type=canonical_link_type(link_type),
            snaplen=snaplen,
            multiplier=time.multiplier,
            divisor=time.divisor,
            shift=time.shift,
            offset_ns=time.offset_ns,
        )
        return int(length)

    _RARE: ClassVar = {WalkStatus.SECTION: _begin_section, WalkStatus.INTERFACE: _add_interface}
