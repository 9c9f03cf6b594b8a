"""Captures through a plain socket of scapy's, where the kernel gives no ring."""

from __future__ import annotations

import contextlib
import select
import socket
from collections.abc import Iterator

import numpy as np
from scapy.arch.linux import L2ListenSocket

from qos_exporter.capture import packet_socket
from qos_exporter.capture.bpf import FilterProgram
from qos_exporter.capture.link_state import hardware_type
from qos_exporter.dataplane.frames import FRAME, NO_VLAN, FrameBatch

BUFFER_BYTES = 16 * 1024 * 1024
"""What the kernel may hold for us; scapy's own 64 KiB are 170 frames."""

_SO_RCVBUFFORCE = 33
_BATCH_FRAMES = 512
_BATCH_BYTES = 1024 * 1024
_LARGEST_FRAME = 65_535 + 4
"""What one read gives at most, and the tag that scapy puts back."""


class FallbackSocket:
    """A plain socket on one interface, as a `LiveSource`.

    Frames are copied, by one system call each, and their stamps have a resolution of about 0.2
    microseconds, because scapy gives them as floating-point seconds. A stripped 802.1Q tag is back
    in the frame. Raises OSError if the interface is down or missing.
    """

    method = "socket"
    latency_ns = 0

    def __init__(
        self, interface: str, *, program: FilterProgram | None = None, promiscuous: bool = True
    ) -> None:
        hardware = hardware_type(interface)
        self._link_type = packet_socket.link_type_of(hardware)
        self._socket = L2ListenSocket(iface=interface, promisc=promiscuous)
        self._packets: socket.socket = self._socket.ins
        self._buffer = bytearray(_BATCH_BYTES)
        self._frames = np.zeros(_BATCH_FRAMES, FRAME)
        self._frames["link_type"] = self._link_type
        self._frames["vlan"] = NO_VLAN
        try:
            self._prepare(hardware, program)
        except BaseException:
            self.close()
            raise

    def _prepare(self, hardware: int, program: FilterProgram | None) -> None:
        if packet_socket.is_loopback(hardware):
            packet_socket.ignore_outgoing(self._packets)
        if program is not None:
            program.attach(self._packets)
        _enlarge_buffer(self._packets)
        packet_socket.raise_pending_error(self._packets)
        self._packets.settimeout(0)
        self._poll = select.poll()
        self._poll.register(self._packets, select.POLLIN | select.POLLERR)

    def batches(self, timeout_s: float) -> Iterator[FrameBatch]:
        """Yield one batch of the frames that are there, or that come in time; maybe none."""
        if not self._poll.poll(timeout_s * 1000):
            return
        count = 0
        end = 0
        while count < _BATCH_FRAMES and end + _LARGEST_FRAME <= _BATCH_BYTES:
            try:
                _, data, arrival_s = self._socket.recv_raw()
            except BlockingIOError:
                break
            if data is None or arrival_s is None:
                continue
            self._store(self._frames[count], data, start=end, arrival_s=arrival_s)
            count += 1
            end += len(data)
        if count:
            yield FrameBatch(self._buffer, self._frames, count)

    def _store(self, row: np.void, data: bytes, *, start: int, arrival_s: float) -> None:
        self._buffer[start : start + len(data)] = data
        row["offset"] = start
        row["timestamp_ns"] = round(arrival_s * 1e9)
        row["captured"] = row["length"] = len(data)

    def take_kernel_drops(self) -> int:
        """Give the frames that found the buffer full since the last call."""
        return packet_socket.take_drops(self._packets)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


def _enlarge_buffer(packets: socket.socket) -> None:
    """Ask for the whole buffer; without CAP_NET_ADMIN net.core.rmem_max may cut it."""
    packets.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
    with contextlib.suppress(PermissionError):
        packets.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, BUFFER_BYTES)
