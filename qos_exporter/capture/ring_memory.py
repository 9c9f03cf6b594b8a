"""The memory of a TPACKET_V3 ring, which a socket shares with us."""

from __future__ import annotations

import contextlib
import mmap
import socket
import struct

from qos_exporter.capture.packet_socket import SOL_PACKET
from qos_exporter.dataplane.blocks_ring import RingBlock

RETIRE_MS = 50
"""How long a block may wait to become full before we get it as it is."""

_PACKET_RX_RING = 5
_PACKET_VERSION = 10
_TPACKET_V3 = 2

_LARGEST_BLOCK = 1024 * 1024
"""A block is one batch or two: large enough to make the call that takes it cheap."""
_FEWEST_BLOCKS = 8
_FRAME_SIZE = 2048
"""Has to be given, but means nothing: in this version frames lie close behind one another."""


class RingMemory:
    """The mapped ring of a packet socket that is not bound yet.

    Raises OSError where the kernel has no such ring, or no memory for it.
    """

    def __init__(self, packets: socket.socket, ring_bytes: int) -> None:
        self._block_size = _block_size(ring_bytes)
        self._block_count = max(1, ring_bytes // self._block_size)
        size = self._block_size * self._block_count
        request = struct.pack(
            "7I",
            self._block_size,
            self._block_count,
            _FRAME_SIZE,
            size // _FRAME_SIZE,
            RETIRE_MS,
            0,
            0,
        )
        packets.setsockopt(SOL_PACKET, _PACKET_VERSION, _TPACKET_V3)
        packets.setsockopt(SOL_PACKET, _PACKET_RX_RING, request)
        self.data = mmap.mmap(packets.fileno(), size)

    def blocks(self, *, link_type: int, skip_outgoing: bool) -> list[RingBlock]:
        """Give the blocks in the order in which the kernel fills them, over and over."""
        return [
            RingBlock(
                self.data,
                start=number * self._block_size,
                size=self._block_size,
                link_type=link_type,
                interface=0,
                skip_outgoing=skip_outgoing,
            )
            for number in range(self._block_count)
        ]

    def close(self) -> None:
        """Unmap the ring now, or when nobody looks at a block or a batch any more."""
        with contextlib.suppress(BufferError):
            self.data.close()


def _block_size(ring_bytes: int) -> int:
    """Give a power of two of at least one page; small rings have small blocks."""
    wanted = min(_LARGEST_BLOCK, ring_bytes // _FEWEST_BLOCKS)
    return max(mmap.PAGESIZE, 1 << max(wanted, 1).bit_length() - 1)
