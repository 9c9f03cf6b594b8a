"""The media of a call by direction: what one row of per-call series is made of.

A direction may have had several streams (ringback from one SSRC, the conversation from another),
and one Call-ID may have several dialogs (forking). A series must still appear once, with counters
that do not fall when one stream follows another. So streams are gathered by Call-ID and direction.
Beside audio, video is left out: its losses are not those of the voice, and it has no score.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import NamedTuple

from qos_exporter.export.catalogue.per_call import PACKET_FATES
from qos_exporter.quality.rating import RESULTS
from qos_exporter.snapshot import CallView, PacketCounts, StreamView

BESIDE_S = 1.0
"""Streams that were heard within so long of each other run side by side, as at a relay."""
UNRANKED = -1
"""Below the position of every result that a score can have."""

_counts: Callable[[StreamView], tuple[int, ...]] = attrgetter(
    *(f"packets.{fate}" for fate in PACKET_FATES)
)


class CallMedia(NamedTuple):
    """One direction of one call; a tuple, because there are tens of thousands in a scrape."""

    call: CallView
    direction: str
    current: StreamView
    """The stream that runs, or that ran last: endpoints and codec are its own."""
    scored: StreamView
    """The stream with the newest complete window, the worst one of those that have it together: on
    both sides of a relay, whoever listens hears the worse."""
    packets: PacketCounts
    """Sums over all these streams of the direction."""


def call_media(calls: Iterable[CallView]) -> Iterator[CallMedia]:
    """Give the directions of all calls that are admitted to the per-call series and have media."""
    by_call_id: dict[str, list[CallView]] = {}
    for call in calls:
        if call.has_series:
            by_call_id.setdefault(call.call_id, []).append(call)
    for dialogs in by_call_id.values():
        by_direction = _by_direction(dialogs)
        for direction, streams in by_direction.items():
            yield _media_of(_speaker(dialogs, direction), direction, streams)


def _by_direction(dialogs: list[CallView]) -> dict[str, list[StreamView]]:
    """Gather the streams that the series speak of: the audio of a call, if it has any."""
    streams = [stream for call in dialogs for stream in call.streams]
    gathered: dict[str, list[StreamView]] = {}
    for stream in [stream for stream in streams if stream.is_audio] or streams:
        gathered.setdefault(stream.direction, []).append(stream)
    return gathered


def _speaker(dialogs: list[CallView], direction: str) -> CallView:
    """Choose, of the dialogs with media in a direction, the one that began last."""
    if len(dialogs) == 1:
        return dialogs[0]
    having = (call for call in dialogs if any(s.direction == direction for s in call.streams))
    return max(having, key=_begin)


def _begin(call: CallView) -> float:
    return call.start_s


def _media_of(call: CallView, direction: str, streams: list[StreamView]) -> CallMedia:
    if len(streams) == 1:
        only = streams[0]
        return CallMedia(call, direction, only, only, only.packets)
    return CallMedia(
        call=call,
        direction=direction,
        current=_current(streams),
        scored=max(streams, key=_newest_and_worst),
        packets=PacketCounts(*map(sum, zip(*map(_counts, streams), strict=True))),
    )


def _current(streams: list[StreamView]) -> StreamView:
    """Of streams that run side by side choose the one that began last: it stays the same one."""
    newest = max(streams, key=lambda stream: (stream.active, stream.last_s))
    beside = (
        stream
        for stream in streams
        if stream.active == newest.active and newest.last_s - stream.last_s < BESIDE_S
    )
    return max(beside, key=attrgetter("first_s"))


def _newest_and_worst(stream: StreamView) -> tuple[float, ...]:
    """Rank by the end of the last complete window, then by its result, its MOS and its loss.

    The result comes first, as a relay may translate between codecs of different scales.
    """
    window = stream.last_window
    if window is None:
        return (float("-inf"),)
    if window.mos_lq is None:
        return window.end_s, UNRANKED, window.loss_ratio
    return window.end_s, RESULTS.index(window.result), -window.mos_lq, window.loss_ratio
