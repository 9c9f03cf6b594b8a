"""The fields of the JSON contract of `analyze`: one stream, one call, in the promised order.

These are the only places where values of a snapshot become dictionaries. `None` is JSON's null:
unknown, never a number that looks real.
"""

from __future__ import annotations

from collections.abc import Iterable

from qos_exporter.export.records.figures import Fields, Json, score_fields, spread_fields
from qos_exporter.export.records.reported_fields import reported_fields
from qos_exporter.export.text import writable
from qos_exporter.snapshot import CallView, LossBursts, StreamView, WindowCounts


def stream_fields(stream: StreamView) -> Fields:
    """Give one stream as the JSON contract has it."""
    packets, reported = stream.packets, stream.reported
    return {
        "call_id": None if stream.call_id is None else writable(stream.call_id),
        "direction": stream.direction,
        "src": stream.src,
        "dst": stream.dst,
        "ssrc": f"0x{stream.ssrc:08X}",
        "payload_types": stream.payload_types,
        "codec": None if stream.codec is None else writable(stream.codec),
        "clock_rate": stream.clock_rate,
        "scale": stream.scale,
        "first_s": stream.first_s,
        "last_s": stream.last_s,
        "packets_expected": packets.expected,
        "packets_received": packets.received,
        "packets_lost": packets.lost,
        "packets_duplicate": packets.duplicate,
        "packets_reordered": packets.reordered,
        "packets_discarded": packets.discarded,
        "loss_ratio": stream.loss_ratio,
        "discard_ratio": stream.discard_ratio,
        "burst_ratio": stream.burst_ratio,
        **_burst_fields(stream.loss_bursts),
        "jitter_s": spread_fields(stream.jitter),
        "delay_variation_max_s": stream.delay_variation_max_s,
        "mos_lq": score_fields(stream.mos_lq),
        "mos_cq": score_fields(stream.mos_cq),
        "r_factor": score_fields(stream.r_factor),
        "rating": stream.rating,
        "reported": reported_fields(reported),
        "downstream_loss_ratio": None if reported is None else reported.downstream_loss_ratio,
        "fault": stream.fault,
        "windows": window_fields(stream.windows),
    }


def call_fields(call: CallView, streams: Iterable[Json]) -> Fields:
    """Give one call as the JSON contract has it; `streams` are indexes, or streams in full."""
    return {
        "call_id": writable(call.call_id),
        "caller": writable(call.caller),
        "callee": writable(call.callee),
        "state": call.state,
        "outcome": call.outcome,
        "start_s": call.start_s,
        "answer_s": call.answer_s,
        "end_s": call.end_s,
        "duration_s": call.duration_s,
        "round_trip_s": spread_fields(call.round_trip),
        "streams": list(streams),
    }


def _burst_fields(bursts: LossBursts | None) -> Fields:
    """Give the figures of bursts and gaps; all unknown where no packet was expected."""
    return dict.fromkeys(LossBursts._fields) if bursts is None else {**bursts._asdict()}


def window_fields(windows: WindowCounts) -> Json:
    """Give the windows by verdict."""
    return {
        "good": windows.good,
        "degraded": windows.degraded,
        "bad": windows.bad,
        "unscored": windows.unscored,
    }
