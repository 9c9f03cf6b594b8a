"""Captures through a TPACKET_V3 ring (Documentation/networking/packet_mmap.rst of the kernel).

The kernel writes frames into blocks of memory that we see too. A block that is full, or has waited
long enough, is ours; we walk it in place, without a system call or a copy for any frame, and give
it back.
"""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import Iterator

import numpy as np
from scapy.config import conf
from scapy.data import MTU
from scapy.packet import Packet
from scapy.supersocket import SuperSocket

from qos_exporter.capture import packet_socket
from qos_exporter.capture.bpf import FilterProgram
from qos_exporter.capture.link_state import hardware_type
from qos_exporter.capture.ring_memory import RETIRE_MS, RingMemory
from qos_exporter.dataplane.blocks_ring import RingBlock
from qos_exporter.dataplane.frames import BATCH_FRAMES, FRAME, FrameBatch

_LONGEST_WAIT_IN_RING_S = 2 * RETIRE_MS / 1000
"""Between a frame and the moment when we get its block, with a margin for the kernel's timer."""


class RingSocket(SuperSocket):
    """The ring of one interface: a socket of scapy's, and a `LiveSource`.

    Raises OSError if the interface is down or missing, or if the kernel gives no such ring.
    """

    desc = "read frames out of a ring that is shared with the kernel"
    method = "ring"
    latency_ns = int(_LONGEST_WAIT_IN_RING_S * 1e9)

    def __init__(
        self,
        interface: str,
        *,
        ring_bytes: int,
        program: FilterProgram | None = None,
        promiscuous: bool = True,
    ) -> None:
        hardware = hardware_type(interface)
        self.iface = interface
        self._interface = interface
        self.promisc = promiscuous
        self.outs = None
        self.ins = packet_socket.open_packet_socket(hardware)
        self._blocks: list[RingBlock] = []
        self._turn = 0
        self._frames = np.zeros(BATCH_FRAMES, FRAME)
        self._failure: OSError | None = None
        self._copies: Iterator[tuple[bytes, float]] = iter(())
        self._layer = conf.l2types.num2layer.get(hardware, conf.raw_layer)
        try:
            self._memory = RingMemory(self.ins, ring_bytes)
            self._open(hardware, program)
        except BaseException:
            self.close()
            raise

    def _open(self, hardware: int, program: FilterProgram | None) -> None:
        loopback = packet_socket.is_loopback(hardware)
        self._blocks = self._memory.blocks(
            link_type=packet_socket.link_type_of(hardware), skip_outgoing=loopback
        )
        if loopback:
            packet_socket.ignore_outgoing(self.ins)
        if program is not None:
            program.attach(self.ins)
        if self.promisc:
            packet_socket.join_promiscuously(self.ins, self._interface)
        packet_socket.stamp_on_arrival(self.ins)
        packet_socket.bind_to(self.ins, self._interface)
        self._poll = select.poll()
        self._poll.register(self.ins, select.POLLIN | select.POLLERR)

    def batches(self, timeout_s: float) -> Iterator[FrameBatch]:
        """Yield the frames of the next block, waiting for it if need be.

        A batch points into the ring. The block goes back to the kernel when the batch behind its
        last one is asked for, or when the iterator is closed.
        """
        block = self._blocks[self._turn]
        if not block.take():
            self._wait(timeout_s)
            if not block.take():
                return
        self._turn = (self._turn + 1) % len(self._blocks)
        try:
            while count := block.walk(self._frames):
                yield FrameBatch(self._memory.data, self._frames, count)
        finally:
            block.give_back()

    def _wait(self, timeout_s: float) -> None:
        """Wait for a block; raises what happened to the link, but not before the last blocks."""
        if self._failure is not None:
            raise self._failure
        events = self._poll.poll(timeout_s * 1000)
        if any(event & select.POLLERR for _, event in events):
            number = self.ins.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if number:
                self._failure = OSError(number, os.strerror(number))
                time.sleep(_LONGEST_WAIT_IN_RING_S)

    def take_kernel_drops(self) -> int:
        """Give the frames that found the ring full since the last call."""
        return packet_socket.take_drops(self.ins)

    def recv_raw(self, x: int = MTU) -> tuple[type[Packet] | None, bytes | None, float | None]:
        """Give one frame as scapy's functions want it: layer, bytes, seconds; all None if none."""
        frame = next(self._copies, None)
        if frame is None:
            self._copies = self._copy_frames()
            frame = next(self._copies, None)
        if frame is None:
            return None, None, None
        data, arrival_s = frame
        return self._layer, data[:x], arrival_s

    def _copy_frames(self) -> Iterator[tuple[bytes, float]]:
        for batch in self.batches(0):
            view = memoryview(batch.data)
            for row in batch.frames[: batch.count]:
                start, size = int(row["offset"]), int(row["captured"])
                yield bytes(view[start : start + size]), int(row["timestamp_ns"]) / 1e9

    def close(self) -> None:
        """Give the ring back to the kernel.

        What happened to the link was raised where a block was in use, and holds on to that.
        """
        self._failure = None
        self._copies = iter(())
        self._blocks = []
        if hasattr(self, "_memory"):
            self._memory.close()
        super().close()
