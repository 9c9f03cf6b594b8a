"""From calls to what is shown of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from qos_exporter.monitor.reporting.views import leg_views, spread
from qos_exporter.snapshot import CallView
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qos_exporter.calls.call import Anomaly, Call, CallState, Outcome
    from qos_exporter.reports.call_round_trip import CallRoundTrip
    from qos_exporter.snapshot import RoundTripLeg, Spread, StreamView


def seconds(at_ns: int | None, ahead_ns: int) -> float | None:
    """What the source's clock told at some packet time, in seconds; `None` stays."""
    return None if at_ns is None else (at_ns - ahead_ns) / SECOND_NS


def duration_s(call: CallCopy, now_ns: int) -> float:
    """How long the call has lasted from its start, as call detail records count it."""
    end_ns = now_ns if call.end_ns is None else call.end_ns
    return max(0, end_ns - call.start_ns) / SECOND_NS


class CallCopy(NamedTuple):
    """Everything of a call that changes while it lasts, at one moment."""

    call_id: str
    caller: str
    callee: str
    state: CallState
    outcome: Outcome | None
    start_ns: int
    answer_ns: int | None
    end_ns: int | None
    on_hold: bool
    anomalies: tuple[Anomaly, ...]
    streams: tuple[int, ...]
    """Their serials."""
    has_series: bool
    ahead_ns: int
    """By how much packet time is ahead of the source's clock."""
    round_trip: Spread | None
    legs: tuple[RoundTripLeg, ...]


def copy_call(
    call: Call, *, has_series: bool, ahead_ns: int, trip: CallRoundTrip | None
) -> CallCopy:
    """Copy a call."""
    return CallCopy(
        call_id=call.call_id,
        caller=call.caller,
        callee=call.callee,
        state=call.state,
        outcome=call.outcome,
        start_ns=call.start_ns,
        answer_ns=call.answer_ns,
        end_ns=call.end_ns,
        on_hold=call.on_hold,
        anomalies=call.anomalies,
        streams=tuple([stream.serial for stream in call.streams]),
        has_series=has_series,
        ahead_ns=ahead_ns,
        round_trip=None if trip is None else spread(trip.total),
        legs=leg_views(trip),
    )


def call_view(call: CallCopy, streams: Mapping[int, StreamView], *, now_ns: int) -> CallView:
    """View one call; `streams` has the views of its streams by their serials."""
    return CallView(
        call_id=call.call_id,
        caller=call.caller,
        callee=call.callee,
        state=call.state._value_,
        outcome=call.outcome._value_ if call.outcome else None,
        start_s=(call.start_ns - call.ahead_ns) / SECOND_NS,
        answer_s=seconds(call.answer_ns, call.ahead_ns),
        end_s=seconds(call.end_ns, call.ahead_ns),
        duration_s=duration_s(call, now_ns),
        round_trip=call.round_trip,
        on_hold=call.on_hold,
        anomalies=tuple([anomaly.value for anomaly in call.anomalies]),
        has_series=call.has_series,
        streams=tuple([streams[serial] for serial in call.streams if serial in streams]),
        round_trip_legs=call.legs,
    )
