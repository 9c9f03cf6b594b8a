"""The single values that a kernel answers with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qos_exporter.net import Endpoint


@dataclass(frozen=True, slots=True)
class StreamKey:
    """What makes a stream one stream, and the payload type that it carries."""

    src: Endpoint
    dst: Endpoint
    ssrc: int
    vlan: int
    payload_type: int


@dataclass(frozen=True, slots=True)
class KernelStatistics:
    """A kernel about itself. `counting_ns` is the time spent in the packet path."""

    frames: int
    bytes: int
    rtp_packets: int
    entries: int
    limit: int
    evictions: int
    counting_ns: int
    undecoded: tuple[tuple[str, int], ...]
    """(reason, frames), every reason of `UNDECODED_REASONS`, zeros included."""
