"""Calls as the web interface gives them: the fields of `analyze`, and what only a live call has."""

from __future__ import annotations

from qos_exporter.export.records.fields import call_fields, stream_fields
from qos_exporter.export.records.figures import Fields, Json, spread_fields
from qos_exporter.export.text import writable
from qos_exporter.snapshot import CallView, RoundTripLeg, StreamView, WindowQuality


def live_call(call: CallView) -> Fields:
    """Give one call with its streams in full."""
    fields = call_fields(call, map(live_stream, call.streams))
    legs = list(map(_leg_fields, call.round_trip_legs))
    return {
        **fields,
        "round_trip_legs": legs,
        "on_hold": call.on_hold,
        "anomalies": call.anomalies,
    }


def _leg_fields(leg: RoundTripLeg) -> Json:
    return {"leg": leg.leg, "source": leg.source, "round_trip_leg_s": spread_fields(leg.figures)}


def live_stream(stream: StreamView) -> Fields:
    """Give one stream with its last complete window."""
    window = None if stream.last_window is None else _window_fields(stream.last_window)
    cname = None if stream.reported is None else stream.reported.cname
    return {
        **stream_fields(stream),
        "cname": None if cname is None else writable(cname),
        "source": stream.source,
        "audio": stream.is_audio,
        "active": stream.active,
        "last_window": window,
    }


def _window_fields(window: WindowQuality) -> Json:
    return {
        "end_s": window.end_s,
        "result": window.result,
        "reason": window.reason,
        "mos_lq": window.mos_lq,
        "mos_cq": window.mos_cq,
        "r_factor": window.r_factor,
        "loss_ratio": window.loss_ratio,
        "discard_ratio": window.discard_ratio,
        "jitter_s": window.jitter_s,
        "round_trip_s": window.round_trip_s,
        "reported_loss_ratio": window.reported_loss_ratio,
        "reported_jitter_s": window.reported_jitter_s,
        "downstream_loss_ratio": window.downstream_loss_ratio,
        "downstream_jitter_s": window.downstream_jitter_s,
    }
