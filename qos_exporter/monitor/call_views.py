"""From calls to what is shown of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qos_exporter.monitor.columns import tuples
from qos_exporter.monitor.reporting.views import leg_views, spread
from qos_exporter.snapshot import CallView
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from qos_exporter.calls.call import Anomaly, Call, CallState, Outcome
    from qos_exporter.dataplane.packet_clock import PacketClock
    from qos_exporter.monitor.parts import Parts
    from qos_exporter.snapshot import RoundTripLeg, Spread, StreamView


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCopies:
    """Calls, with everything of them that changes while they last, at one moment."""

    call_ids: list[str]
    callers: list[str]
    callees: list[str]
    states: list[CallState]
    outcomes: list[Outcome | None]
    starts_ns: list[int]
    answers_ns: list[int | None]
    ends_ns: list[int | None]
    on_hold: list[bool]
    anomalies: list[tuple[Anomaly, ...]]
    streams: list[list[int]]
    """Their serials."""
    has_series: list[bool]
    ahead_ns: list[int]
    """By how much packet time is ahead of the source's clock."""
    round_trips: list[Spread | None]
    round_trips_are_current: list[bool]
    legs: list[tuple[RoundTripLeg, ...]]


def copy_calls(calls: Sequence[Call], parts: Parts, *, taken_ns: int) -> CallCopies:
    """Copy calls."""
    ends_ns = [call.end_ns for call in calls]
    trips = list(map(parts.reports.trips.of, calls))
    return CallCopies(
        call_ids=[call.call_id for call in calls],
        callers=[call.caller for call in calls],
        callees=[call.callee for call in calls],
        states=[call.state for call in calls],
        outcomes=[call.outcome for call in calls],
        starts_ns=[call.start_ns for call in calls],
        answers_ns=[call.answer_ns for call in calls],
        ends_ns=ends_ns,
        on_hold=[call.on_hold for call in calls],
        anomalies=[call.anomalies for call in calls],
        streams=[[stream.serial for stream in call.streams] for call in calls],
        # Series are told apart by their Call-ID.
        has_series=[
            parts.admission.is_admitted(call) and parts.calls.find(call.call_id) is call
            for call in calls
        ],
        ahead_ns=[
            clock_of(call, parts).ahead_at(end_ns or taken_ns)
            for call, end_ns in zip(calls, ends_ns, strict=True)
        ],
        round_trips=[None if trip is None else spread(trip.total) for trip in trips],
        round_trips_are_current=[
            trip is not None and trip.current_s(end_ns or taken_ns) is not None
            for trip, end_ns in zip(trips, ends_ns, strict=True)
        ],
        legs=[
            leg_views(trip, end_ns or taken_ns) for trip, end_ns in zip(trips, ends_ns, strict=True)
        ],
    )


def clock_of(call: Call, parts: Parts) -> PacketClock:
    """The clock of the source that sees the media of a call; of the first one if none does."""
    if not parts.sources:
        return parts.machine
    return parts.sources[call.streams[-1].source if call.streams else 0].clock


def call_views(
    copies: CallCopies, streams: Mapping[int, StreamView], *, now_ns: int
) -> list[CallView]:
    """View the copied calls, all at once; the columns are the fields of a view, in order.

    `streams` has the views of their streams by their serials.
    """
    return tuples(
        CallView,
        copies.call_ids,
        copies.callers,
        copies.callees,
        [state.value for state in copies.states],
        [None if outcome is None else outcome.value for outcome in copies.outcomes],
        seconds(copies.starts_ns, copies.ahead_ns),
        seconds(copies.answers_ns, copies.ahead_ns),
        seconds(copies.ends_ns, copies.ahead_ns),
        durations_s(copies.starts_ns, copies.ends_ns, now_ns=now_ns),
        copies.round_trips,
        copies.on_hold,
        [tuple([anomaly.value for anomaly in anomalies]) for anomalies in copies.anomalies],
        copies.has_series,
        [tuple([streams[each] for each in of if each in streams]) for of in copies.streams],
        copies.legs,
        copies.round_trips_are_current,
    )


def seconds(times_ns: Iterable[int | None], ahead_ns: Iterable[int]) -> list[float | None]:
    """What the source's clock told at some packet times, in seconds; `None` stays."""
    return [
        None if time_ns is None else (time_ns - each_ns) / SECOND_NS
        for time_ns, each_ns in zip(times_ns, ahead_ns, strict=True)
    ]


def durations_s(
    starts_ns: Iterable[int], ends_ns: Iterable[int | None], *, now_ns: int
) -> list[float]:
    """How long the calls have lasted from their starts, as call detail records count it."""
    return [
        max(0, (now_ns if end_ns is None else end_ns) - start_ns) / SECOND_NS
        for start_ns, end_ns in zip(starts_ns, ends_ns, strict=True)
    ]
