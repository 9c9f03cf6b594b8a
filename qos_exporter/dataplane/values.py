"""The single values that a kernel answers with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from qos_exporter.net import Endpoint


class StreamKey(NamedTuple):
    """What makes a stream one stream, and the payload type that it carries."""

    src: Endpoint
    dst: Endpoint
    ssrc: int
    vlan: int
    payload_type: int


class StartedStream(NamedTuple):
    """A stream that has just proved to be RTP, or whose first packet SDP had announced."""

    slot: int
    serial: int
    first_ns: int
    key: StreamKey


class StreamProgress(NamedTuple):
    """Sequence numbers from a stream's first one on."""

    clock_rate: int
    """In Hz, and 0 where it is unknown."""
    expected_now: int
    """Up to the highest number so far."""
    lost_now: int
    """How many of those have not come."""
    expected: int | None
    """Up to the number that was asked for; `None` where it is ahead or too far back."""
    lost: int
    """How many of `expected` have not come."""


class SlowFrame(NamedTuple):
    """A frame that leaves the packet path as bytes."""

    kind: int
    """One of the `SLOW_` numbers of `rows`."""
    at_ns: int
    src: Endpoint
    """Of a datagram; of a whole frame, which says so itself, not to be used. So is `dst`."""
    dst: Endpoint
    link_type: int
    data: bytes
    """Of SIP, RTCP and STUN the payload of the datagram, of all other kinds the whole frame."""


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
