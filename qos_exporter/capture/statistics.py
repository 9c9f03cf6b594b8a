"""How a capture source is doing."""

from __future__ import annotations

from dataclasses import dataclass

from qos_exporter.dataplane.frames import FrameBatch


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureStatistics:
    """The totals of one source since it was started, and whether it works now.

    `method` is `ring`, `socket` or `file`; empty before the first success. `bytes` counts what the
    frames had on the wire. `kernel_drops` are frames that found no room because we were too slow,
    `interface_drops` those that the hardware lost before the kernel saw them. `interruptions`
    counts the outages that are over.
    """

    interface: str
    method: str
    packets: int
    bytes: int
    kernel_drops: int
    interface_drops: int
    interruptions: int
    healthy: bool
    last_packet_ns: int | None


class CaptureCounters:
    """The mutable side of `CaptureStatistics`: written by the source's thread, read by any."""

    __slots__ = (
        "bytes",
        "healthy",
        "interface",
        "interface_drops",
        "interruptions",
        "kernel_drops",
        "last_packet_ns",
        "method",
        "packets",
    )

    def __init__(self, interface: str) -> None:
        self.interface = interface
        self.method = ""
        self.packets = 0
        self.bytes = 0
        self.kernel_drops = 0
        self.interface_drops = 0
        self.interruptions = 0
        self.healthy = False
        self.last_packet_ns: int | None = None

    def count(self, batch: FrameBatch) -> None:
        """Add the frames of a batch, which has at least one."""
        frames = batch.frames[: batch.count]
        self.packets += batch.count
        self.bytes += int(frames["length"].sum())
        self.last_packet_ns = int(frames["timestamp_ns"][-1])

    def snapshot(self) -> CaptureStatistics:
        """Give the values of now."""
        return CaptureStatistics(**{name: getattr(self, name) for name in self.__slots__})
