"""The media of a call by direction: what one row of per-call series is made of.

A direction may have had several streams (ringback from one SSRC, the conversation from another),
and one Call-ID may have several dialogs (forking). A series must still appear once, with counters
that do not fall when one stream follows another. So streams are gathered by Call-ID and direction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter

from qos_exporter.export.catalogue.per_call import PACKET_FATES
from qos_exporter.snapshot import CallView, PacketCounts, StreamView

_counts: Callable[[StreamView], tuple[int, ...]] = attrgetter(
    *(f"packets.{fate}" for fate in PACKET_FATES)
)


@dataclass(frozen=True, slots=True)
class CallMedia:
    """One direction of one call."""

    call: CallView
    direction: str
    current: StreamView
    """The stream that runs, or that ran last: endpoints and codec are its own."""
    scored: StreamView
    """The stream with the newest complete window."""
    packets: PacketCounts
    """Sums over all streams of the direction."""


def call_media(calls: Iterable[CallView]) -> Iterator[CallMedia]:
    """Give the directions of all calls that are admitted to the per-call series and have media."""
    gathered: dict[tuple[str, str], tuple[CallView, list[StreamView]]] = {}
    for call in calls:
        if call.has_series:
            _gather(call, gathered)
    for (_, direction), (call, streams) in gathered.items():
        yield _media_of(call, direction, streams)


def _gather(
    call: CallView, gathered: dict[tuple[str, str], tuple[CallView, list[StreamView]]]
) -> None:
    """Add the streams of one call under its Call-ID; the dialog that began last speaks for it."""
    for stream in call.streams:
        key = (call.call_id, stream.direction)
        known, streams = gathered.get(key, (call, []))
        streams.append(stream)
        gathered[key] = (max(known, call, key=_begin), streams)


def _begin(call: CallView) -> float:
    return call.start_s


def _media_of(call: CallView, direction: str, streams: list[StreamView]) -> CallMedia:
    if len(streams) == 1:
        only = streams[0]
        return CallMedia(call, direction, only, only, only.packets)
    return CallMedia(
        call=call,
        direction=direction,
        current=max(streams, key=lambda stream: (stream.active, stream.last_s)),
        scored=max(streams, key=_window_end),
        packets=PacketCounts(*map(sum, zip(*map(_counts, streams), strict=True))),
    )


def _window_end(stream: StreamView) -> float:
    return stream.last_window.end_s if stream.last_window else float("-inf")
