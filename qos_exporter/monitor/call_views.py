"""From calls to what is shown of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.snapshot import CallView

if TYPE_CHECKING:
    from qos_exporter.calls.call import Call
    from qos_exporter.snapshot import StreamView

SECOND_NS = 1_000_000_000


def seconds(at_ns: int | None) -> float | None:
    """Packet time in seconds; `None` stays."""
    return None if at_ns is None else at_ns / SECOND_NS


def duration_s(call: Call, now_ns: int) -> float:
    """How long the call has lasted from its start, as call detail records count it."""
    end_ns = now_ns if call.end_ns is None else call.end_ns
    return max(0, end_ns - call.start_ns) / SECOND_NS


def call_view(
    call: Call, streams: tuple[StreamView, ...], *, now_ns: int, has_series: bool
) -> CallView:
    """View one call with its streams."""
    return CallView(
        call_id=call.call_id,
        caller=call.caller,
        callee=call.callee,
        state=call.state.value,
        outcome=call.outcome.value if call.outcome else None,
        start_s=call.start_ns / SECOND_NS,
        answer_s=seconds(call.answer_ns),
        end_s=seconds(call.end_ns),
        duration_s=duration_s(call, now_ns),
        round_trip=None,
        on_hold=call.on_hold,
        anomalies=tuple(anomaly.value for anomaly in call.anomalies),
        has_series=has_series,
        streams=streams,
    )
