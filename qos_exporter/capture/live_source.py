"""What a sniffer thread reads from: a receive ring, or a plain socket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from qos_exporter.dataplane.frames import FrameBatch


class LiveSource(Protocol):
    """An open capture on one interface."""

    @property
    def method(self) -> str:
        """How it captures: `ring` or `socket`."""
        ...

    @property
    def latency_ns(self) -> int:
        """How long after its capture a frame may be given out at the latest."""
        ...

    def batches(self, timeout_s: float) -> Iterator[FrameBatch]:
        """Yield the frames that are there, or that come within `timeout_s`; maybe none.

        A batch may be used until the next one is asked for. Raises OSError where the link is down
        or the interface gone.
        """
        ...

    def take_kernel_drops(self) -> int:
        """Give the frames that the kernel dropped since the last call, and forget them."""
        ...

    def close(self) -> None:
        """Let go of socket and memory; may be called twice."""
        ...
