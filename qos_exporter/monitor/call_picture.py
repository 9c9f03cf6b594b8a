"""Some calls and streams at one moment: copied under the lock, made into views outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qos_exporter.monitor.call_views import CallCopies, call_views, copy_calls
from qos_exporter.monitor.pbx.stream import PbxStream
from qos_exporter.monitor.pbx.views import copy_streams as copy_pbx_streams
from qos_exporter.monitor.pbx.views import pbx_views
from qos_exporter.monitor.stream_views import StreamCopies, copy_streams, stream_views
from qos_exporter.monitor.tracked import TrackedStream, final_view
from qos_exporter.snapshot import ChosenCalls
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qos_exporter.calls.call import Call
    from qos_exporter.monitor.parts import Parts
    from qos_exporter.monitor.pbx.parts import PbxParts
    from qos_exporter.monitor.pbx.views import PbxCopies
    from qos_exporter.monitor.source import Source
    from qos_exporter.snapshot import CallView, StreamView


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPicture:
    """A copy of calls and streams, with all of them that changes."""

    taken_ns: int
    """Packet time, as are all times of the calls."""
    ahead_ns: int
    """By how much it is ahead of the clock of the source that told it."""
    running: tuple[StreamCopies, ...]
    """The streams that are followed, source by source."""
    by_pbx: PbxCopies
    """The streams that PBXs tell of."""
    ended: dict[int, StreamView]
    """By serial, those that are over but still shown."""
    calls: CallCopies

    @property
    def taken_s(self) -> float:
        """When it was taken, as the clock of the source tells it."""
        return (self.taken_ns - self.ahead_ns) / SECOND_NS

    def views_of_streams(self) -> dict[int, StreamView]:
        """View the streams, by their serials."""
        views = dict(self.ended)
        for copies in self.running:
            views.update(zip(copies.serials, stream_views(copies), strict=True))
        views.update(zip(self.by_pbx.serials, pbx_views(self.by_pbx), strict=True))
        return views

    def views_of_calls(self, streams: dict[int, StreamView]) -> tuple[CallView, ...]:
        """View the calls with the views of their streams."""
        return tuple(call_views(self.calls, streams, now_ns=self.taken_ns))


def picture_calls(
    calls: list[Call],
    parts: Parts,
    pbx: PbxParts,
    *,
    taken_ns: int,
    running: Sequence[list[TrackedStream]],
    by_pbx: Sequence[PbxStream],
    over: Iterable[TrackedStream] = (),
) -> CallPicture:
    """Copy calls and streams; whoever calls holds the lock. `running` is source by source."""
    clocks = (source.clock for source in parts.sources)
    clock = max(clocks, key=lambda each: each.latest_ns or 0, default=parts.machine)
    gone = (stream for call in calls for stream in call.streams)
    return CallPicture(
        taken_ns=taken_ns,
        ahead_ns=clock.ahead_ns,
        running=tuple(
            copy_streams(source, streams, parts)
            for source, streams in zip(parts.sources, running, strict=True)
        ),
        by_pbx=copy_pbx_streams(pbx, by_pbx),
        ended={
            stream.serial: view
            for stream in (*over, *gone)
            if (view := final_view(stream)) is not None
        },
        calls=copy_calls(calls, parts, taken_ns=taken_ns),
    )


def picture_chosen(
    chosen: Iterable[Call], parts: Parts, pbx: PbxParts, *, taken_ns: int
) -> CallPicture:
    """Copy those of some calls that are still shown, with their streams."""
    calls = [call for call in chosen if call.is_shown]
    return picture_calls(
        calls,
        parts,
        pbx,
        taken_ns=taken_ns,
        running=[streams_in(calls, source) for source in parts.sources],
        by_pbx=[
            stream
            for call in calls
            for stream in call.streams
            if isinstance(stream, PbxStream) and pbx.streams.at(stream.slot) is stream
        ],
    )


def streams_in(calls: Iterable[Call], source: Source) -> list[TrackedStream]:
    """The streams of some calls that a source follows, in the order of the calls."""
    streams = [
        stream
        for call in calls
        for stream in call.streams
        if isinstance(stream, TrackedStream) and stream.counts and source.holds(stream)
    ]
    return list(dict.fromkeys(streams))


def view_chosen(picture: CallPicture) -> ChosenCalls:
    """View the calls of a picture; needs no lock."""
    return ChosenCalls(picture.taken_s, picture.views_of_calls(picture.views_of_streams()))
