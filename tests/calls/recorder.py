"""A stand-in for the counting side: remembers what the calls asked for."""

from __future__ import annotations

from collections import Counter

from qos_exporter.calls.media import MediaStream
from qos_exporter.net import Endpoint


class RecordingControl:
    """A `StreamControl` that counts nothing and forgets nothing."""

    def __init__(self) -> None:
        self.announced: Counter[Endpoint] = Counter()
        self.muted: set[MediaStream] = set()
        self.released: list[MediaStream] = []
        self.bound: list[MediaStream] = []
        self.heard_ns: dict[MediaStream, int] = {}
        self.gone: set[MediaStream] = set()

    @property
    def open_endpoints(self) -> set[str]:
        """Endpoints that were announced and not withdrawn."""
        return {str(endpoint) for endpoint, count in self.announced.items() if count}

    def announce(self, endpoint: Endpoint) -> None:
        self.announced[endpoint] += 1

    def withdraw(self, endpoint: Endpoint) -> None:
        self.announced[endpoint] -= 1

    def bind(self, stream: MediaStream) -> None:
        self.bound.append(stream)

    def mute(self, stream: MediaStream) -> None:
        self.muted.add(stream)

    def is_gone(self, stream: MediaStream) -> bool:
        return stream in self.gone

    def release(self, stream: MediaStream) -> None:
        self.muted.discard(stream)
        self.released.append(stream)

    def last_packet_ns(self, stream: MediaStream) -> int:
        return self.heard_ns.get(stream, stream.first_ns)
