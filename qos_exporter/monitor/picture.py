"""From the state of the monitor to a snapshot: copied under its lock, made into views outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qos_exporter.monitor.call_picture import CallPicture, picture_calls, streams_in
from qos_exporter.monitor.exporter_views import capture_views, exporter_view
from qos_exporter.monitor.group_views import group_views
from qos_exporter.monitor.reporting.unseen_views import unseen_view
from qos_exporter.snapshot import Snapshot, TableView

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from qos_exporter.calls.call import Call
    from qos_exporter.monitor.exporter_views import OwnState
    from qos_exporter.monitor.parts import Parts
    from qos_exporter.monitor.pbx.desk import PbxDesk
    from qos_exporter.monitor.source import Source
    from qos_exporter.monitor.tracked import TrackedStream
    from qos_exporter.snapshot import CallTotals, GroupView, PbxView, ReportTotals, StreamView


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A copy of all that changes, of one moment."""

    shown: CallPicture
    """The calls, and the streams that have packets or a PBX that tells of them."""
    unseen: tuple[StreamView, ...]
    """Streams that are known from their RTCP alone."""
    groups: tuple[GroupView, ...]
    totals: CallTotals
    decode_errors: tuple[tuple[str, str, int], ...]
    call_table: TableView
    reports: ReportTotals
    pbxs: tuple[PbxView, ...]


def take_picture(
    parts: Parts,
    pbx: PbxDesk,
    *,
    taken_ns: int,
    over: Iterable[TrackedStream],
    call_limit: int,
    with_series: bool,
) -> Picture:
    """Copy the state; whoever calls holds the lock. `with_series` leaves other calls out."""
    shown = list(parts.calls.calls)
    viewed = [call for call in shown if parts.admission.is_admitted(call)] if with_series else shown
    streams_of = streams_in if with_series else in_order_of
    picture = picture_calls(
        viewed,
        parts,
        pbx.parts,
        taken_ns=taken_ns,
        running=[streams_of(viewed, source) for source in parts.sources],
        by_pbx=list(pbx.parts.streams),
        over=over,
    )
    return Picture(
        shown=picture,
        unseen=()
        if with_series
        else view_unseen(parts, taken_ns=taken_ns, ahead_ns=picture.ahead_ns),
        groups=group_views(
            parts.groups.sums,
            [active_history(source) for source in parts.sources],
            picture.by_pbx.history[picture.by_pbx.is_active],
        ),
        totals=parts.book.totals(shown, series_dropped=parts.admission.refused_total),
        decode_errors=parts.decode_errors.view(),
        call_table=TableView("calls", len(shown), call_limit, parts.calls.evictions),
        reports=parts.reports.counts.view(),
        pbxs=tuple(server.view() for server in pbx.servers),
    )


def in_order_of(calls: Iterable[Call], source: Source) -> list[TrackedStream]:
    """Put the streams of a source in the order of the calls, those of no call behind.

    What is made of them then lies in memory in the order in which it is read. Otherwise each step
    from a call to its stream is a wait for memory, and a scrape takes a tenth longer.
    """
    waiting = dict.fromkeys(source.streams())
    of_calls = [stream for call in calls for stream in call.streams if stream in waiting]
    return list(dict.fromkeys([*of_calls, *waiting]))


def active_history(source: Source) -> NDArray[np.void]:
    """The histories of the streams of a source that run in a call that does, or in none."""
    slots = [
        stream.slot
        for stream in source.streams()
        if stream.call is None or not stream.call.is_ended
    ]
    return source.history.rows[slots]


def view_unseen(parts: Parts, *, taken_ns: int, ahead_ns: int) -> tuple[StreamView, ...]:
    """View the streams without packets; of several interfaces none is named, since any told."""
    interface = parts.sources[0].name if len(parts.sources) == 1 else ""
    return tuple(
        unseen_view(
            stream,
            parts.paths.networks,
            interface=interface,
            now_ns=taken_ns,
            ahead_ns=ahead_ns,
        )
        for stream in parts.reports.unseen
    )


def develop(picture: Picture, parts: Parts, *, own: OwnState, began_s: float) -> Snapshot:
    """Make the views; needs no lock. `began_s` is when the snapshot was asked for."""
    streams = picture.shown.views_of_streams()
    return Snapshot(
        taken_s=picture.shown.taken_s,
        calls=picture.shown.views_of_calls(streams),
        streams=(*(streams[serial] for serial in sorted(streams)), *picture.unseen),
        groups=picture.groups,
        totals=picture.totals,
        captures=capture_views(parts.sources),
        exporter=exporter_view(
            parts.sources,
            errors=picture.decode_errors,
            tables=(picture.call_table,),
            reports=picture.reports,
            own=own,
            began_s=began_s,
        ),
        reports=picture.reports,
        pbxs=picture.pbxs,
    )
