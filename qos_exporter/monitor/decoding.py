"""Slow frames: what leaves the packet path as bytes and is understood in Python."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from qos_exporter.dataplane.rows import SLOW_SIP
from qos_exporter.errors import DecodeError
from qos_exporter.monitor.rows import SlowFrame
from qos_exporter.net import Endpoint
from qos_exporter.protocols.sip import parse_message

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from qos_exporter.dataplane.frames import FrameBatch
    from qos_exporter.protocols.sip import SipMessage

KEEPALIVE = b"\r\n\0 "
"""What keepalives on a SIP port are made of (RFC 5626 section 3.5.1, and habit)."""


class SignallingReader:
    """Reads the SIP messages among slow frames and counts what is wrong with the others.

    Fragments, tunnels and TCP are counted by the kernel as undecoded; nobody reads them yet.
    """

    def __init__(self) -> None:
        self.errors: Counter[tuple[str, str]] = Counter()
        """(protocol, reason) of messages that broke the rules."""

    def messages(
        self, frames: NDArray[np.void], batch: FrameBatch
    ) -> Iterator[tuple[SipMessage, Endpoint, Endpoint, int]]:
        """Each message with its sender, its receiver and its time."""
        data = memoryview(batch.data).cast("B")
        for frame in map(SlowFrame._make, frames.tolist()):
            if frame.kind != SLOW_SIP:
                continue
            message = self._parse(bytes(data[frame.offset : frame.offset + frame.length]))
            if message is not None:
                src = Endpoint.from_packed16(frame.src, frame.src_port)
                dst = Endpoint.from_packed16(frame.dst, frame.dst_port)
                yield message, src, dst, frame.timestamp_ns

    def error_counts(self) -> tuple[tuple[str, str, int], ...]:
        """Copy the counters: (protocol, reason, count), sorted."""
        return tuple(
            (protocol, reason, count) for (protocol, reason), count in sorted(self.errors.items())
        )

    def _parse(self, payload: bytes) -> SipMessage | None:
        if not payload.strip(KEEPALIVE):
            return None
        try:
            return parse_message(payload)
        except DecodeError as error:
            self.errors["sip", error.reason] += 1
            return None
