"""From calls to what is said of them in brief: a fraction of what it takes to view them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qos_exporter.monitor.call_views import clock_of, seconds
from qos_exporter.monitor.columns import known, names, tuples
from qos_exporter.monitor.tracked import final_view
from qos_exporter.quality.rating import RESULTS
from qos_exporter.snapshot import CallBrief

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qos_exporter.calls.call import Anomaly, Call, CallState
    from qos_exporter.calls.media import MediaStream
    from qos_exporter.monitor.history import History
    from qos_exporter.monitor.parts import Parts
    from qos_exporter.monitor.pbx.stream import PbxStream
    from qos_exporter.monitor.pbx.streams import PbxStreams
    from qos_exporter.monitor.tracked import TrackedStream

    LastScore = tuple[str, float | None]
    """Result and MOS-LQ of a window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefCopies:
    """Calls, with what changes of what they are chosen by, at one moment."""

    calls: list[Call]
    """To be viewed if they are chosen; else only for what never changes in them."""
    states: list[CallState]
    starts_ns: list[int]
    ahead_ns: list[int]
    """By how much packet time is ahead of the source's clock."""
    anomalies: list[tuple[Anomaly, ...]]
    streams: list[tuple[MediaStream, ...]]
    """Only for their serials, and for the last words of those that had ended: nobody adds to these.
    """
    running: dict[int, LastScore]
    """The last scores of those that ran, by their serials."""


def copy_briefs(
    calls: list[Call], parts: Parts, by_pbx: PbxStreams, *, taken_ns: int
) -> BriefCopies:
    """Copy what calls are chosen by; whoever calls holds the lock."""
    running = last_scores(list(by_pbx), by_pbx.history)
    for source in parts.sources:
        running.update(last_scores(list(source.streams()), source.history))
    return BriefCopies(
        calls=calls,
        states=[call.state for call in calls],
        starts_ns=[call.start_ns for call in calls],
        ahead_ns=[clock_of(call, parts).ahead_at(call.end_ns or taken_ns) for call in calls],
        anomalies=[call.anomalies for call in calls],
        streams=[call.streams for call in calls],
        running=running,
    )


def last_scores(
    streams: Sequence[TrackedStream] | Sequence[PbxStream], history: History
) -> dict[int, LastScore]:
    """Give the last scores of running streams by their serials, with `None` of those without."""
    rows = history.rows
    slots = np.array([stream.slot for stream in streams], dtype=np.intp)
    results, mos_lq = names(rows["result"][slots], RESULTS), known(rows["mos_lq"][slots])
    serials = [stream.serial for stream in streams]
    return dict(zip(serials, zip(results, mos_lq, strict=True), strict=True))


NO_SCORE: LastScore = ("", None)


def final_score(stream: MediaStream) -> LastScore:
    """Give the last score of a stream that has ended; `None` of one without, or of no interest."""
    view = final_view(stream)
    if view is None or view.last_window is None:
        return NO_SCORE
    return view.last_window.result, view.last_window.mos_lq


def call_briefs(copies: BriefCopies) -> list[CallBrief]:
    """Tell of the copied calls in brief; the columns are the fields, in order. Needs no lock."""
    running = copies.running
    scores = [
        [running.get(stream.serial) or final_score(stream) for stream in streams]
        for streams in copies.streams
    ]
    return tuples(
        CallBrief,
        [call.call_id for call in copies.calls],
        [state.value for state in copies.states],
        seconds(copies.starts_ns, copies.ahead_ns),
        [tuple([anomaly.value for anomaly in anomalies]) for anomalies in copies.anomalies],
        [tuple([score for score in each if score[1] is not None]) for each in scores],
    )
