"""Calls as the web interface gives them: the fields of `analyze`, and what only a live call has."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from qos_exporter.export.records.fields import call_fields, stream_fields
from qos_exporter.export.records.figures import Fields, Json, spread_fields
from qos_exporter.export.text import writable
from qos_exporter.snapshot import CallView, RoundTripLeg, StreamView, WindowQuality

UNHEARD = frozenset({"one_way", "stopped"})
"""Anomalies in which a party hears nothing, though media pass here; no score knows of them. Where
none pass (`no_rtp`), they may well pass elsewhere."""
SEVERITY = {"bad": 0, "degraded": 1, "good": 2}


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


def worst_calls(calls: Iterable[CallView], limit: int) -> list[CallView]:
    """Give at most `limit` calls: first where somebody is not heard, then what sounds worst now."""
    return heapq.nsmallest(limit, calls, _badness)


def _badness(call: CallView) -> tuple[bool, int, float, float]:
    """Rank by what the network took, as the scores of different scales are not of one measure.

    Among equals by the lowest score, then by age, the oldest first; unscored calls come last.
    """
    is_heard = UNHEARD.isdisjoint(call.anomalies)
    windows = (stream.last_window for stream in call.streams)
    worst = min(
        ((SEVERITY[w.result], w.mos_lq) for w in windows if w is not None and w.mos_lq is not None),
        default=(len(SEVERITY), 0.0),
    )
    return (is_heard, *worst, call.start_s)
