"""What the calls ask of whoever counts the packets."""

from __future__ import annotations

from typing import Protocol

from qos_exporter.calls.media import MediaStream
from qos_exporter.net import Endpoint


class StreamControl(Protocol):
    """Steers the counting of streams; the only way in which calls act on the world.

    An implementation may report a released or muted stream as ended, at once or later.
    """

    def announce(self, endpoint: Endpoint) -> None:
        """Signalling named this endpoint: a stream to it counts from its first packet."""

    def withdraw(self, endpoint: Endpoint) -> None:
        """Nobody announces this endpoint any more."""

    def bind(self, stream: MediaStream) -> None:
        """Take note that the call, direction or payloads of this stream changed."""

    def mute(self, stream: MediaStream) -> None:
        """Let packets of this stream count nowhere from now on."""

    def is_gone(self, stream: MediaStream) -> bool:
        """Whether a muted stream is silent for so long that its next packet begins a new one."""

    def release(self, stream: MediaStream) -> None:
        """Forget this stream: the next packet with its key begins a new one."""

    def last_packet_ns(self, stream: MediaStream) -> int:
        """When the last packet of this stream arrived."""
