"""Snapshots of calls that hold any text and any number."""

from __future__ import annotations

from hypothesis import strategies as st

from qos_exporter.snapshot import (
    CallView,
    LossBursts,
    PacketCounts,
    Reported,
    ReportedQuality,
    ReportedReception,
    ReportedScore,
    RoundTripLeg,
    Score,
    Spread,
    StreamView,
    WindowCounts,
    WindowQuality,
)
from tests.export.snapshots import snapshot

_numbers = st.floats(allow_nan=False, allow_infinity=False)
_counts = st.integers(0, 2**63)
_texts = st.text(max_size=30)
_maybe_numbers = st.none() | _numbers

windows = st.builds(
    WindowQuality,
    end_s=_numbers,
    result=st.sampled_from(["good", "degraded", "bad", "unscored"]),
    reason=st.just(""),
    mos_lq=_maybe_numbers,
    mos_cq=_maybe_numbers,
    r_factor=_maybe_numbers,
    loss_ratio=_numbers,
    discard_ratio=_numbers,
    burst_ratio=_numbers,
    jitter_s=_numbers,
    jitter_max_s=_numbers,
    round_trip_s=_maybe_numbers,
    reported_loss_ratio=_maybe_numbers,
    reported_jitter_s=_maybe_numbers,
    downstream_loss_ratio=_maybe_numbers,
    downstream_jitter_s=_maybe_numbers,
)
_spreads = st.builds(Spread, last=_numbers, mean=_numbers, max=_numbers)
_scores = st.builds(Score, mean=_numbers, min=_numbers)
_reported_scores = st.builds(ReportedScore, last=_numbers, mean=_numbers, min=_numbers)
_bursts = st.builds(LossBursts, _numbers, _numbers, _maybe_numbers, _maybe_numbers)
_receptions = st.builds(
    ReportedReception,
    reports=_counts,
    loss_ratio=_maybe_numbers,
    packets_lost=st.none() | _counts,
    jitter=st.none() | _spreads,
    round_trip_leg=st.none() | _spreads,
)
_qualities = st.builds(
    ReportedQuality,
    source=st.sampled_from(["rtcp_xr", "vq_report", "rtp_stat"]),
    reports=_counts,
    loss_ratio=_maybe_numbers,
    discard_ratio=_maybe_numbers,
    packets_lost=st.none() | _counts,
    jitter=st.none() | _spreads,
    round_trip=st.none() | _spreads,
    round_trip_leg=st.none() | _spreads,
    end_system_delay_s=_maybe_numbers,
    mos_lq=st.none() | _reported_scores,
    mos_cq=st.none() | _reported_scores,
    r_factor=st.none() | _reported_scores,
)
_reported = st.builds(
    Reported,
    cname=st.none() | _texts,
    rtcp=st.none() | _receptions,
    quality=st.lists(_qualities, max_size=2, unique_by=lambda each: each.source).map(tuple),
    downstream_loss_ratio=_maybe_numbers,
)
_legs = st.builds(
    RoundTripLeg,
    leg=st.sampled_from(["caller", "callee"]),
    source=st.sampled_from(["rtcp", "stun"]),
    figures=_spreads,
)
streams = st.builds(
    StreamView,
    call_id=st.none() | _texts,
    direction=st.sampled_from(["caller_to_callee", "callee_to_caller", "unknown"]),
    src=_texts,
    dst=_texts,
    ssrc=st.integers(0, 2**32 - 1),
    payload_types=st.tuples(st.integers(0, 127)),
    codec=st.none() | _texts,
    clock_rate=st.none() | st.just(8000),
    clock_source=st.just("sdp"),
    scale=st.sampled_from([None, "narrowband", "wideband", "fullband"]),
    src_network=_texts,
    dst_network=_texts,
    interface=_texts,
    first_s=_numbers,
    last_s=_numbers,
    packets=st.builds(PacketCounts, _counts, _counts, _counts, _counts, _counts, _counts),
    loss_ratio=_numbers,
    discard_ratio=_numbers,
    burst_ratio=_numbers,
    jitter=st.none() | _spreads,
    delay_variation_max_s=_maybe_numbers,
    mos_lq=st.none() | _scores,
    mos_cq=st.none() | _scores,
    r_factor=st.none() | _scores,
    rating=st.sampled_from([None, "good", "bad"]),
    windows=st.builds(WindowCounts, _counts, _counts, _counts, _counts),
    last_window=st.none() | windows,
    active=st.booleans(),
    reported=st.none() | _reported,
    fault=st.sampled_from(["after the tap", "unknown"]),
    loss_bursts=st.none() | _bursts,
)
calls = st.builds(
    CallView,
    call_id=_texts,
    caller=_texts,
    callee=_texts,
    state=st.sampled_from(["setup", "active", "ended"]),
    outcome=st.sampled_from([None, "answered", "failed", "cancelled", "partial"]),
    start_s=_numbers,
    answer_s=_maybe_numbers,
    end_s=_maybe_numbers,
    duration_s=_numbers,
    round_trip=st.none() | _spreads,
    on_hold=st.booleans(),
    anomalies=st.just(()),
    has_series=st.booleans(),
    streams=st.lists(streams, max_size=4).map(tuple),
    round_trip_legs=st.lists(_legs, max_size=2, unique_by=lambda each: (each.leg, each.source)).map(
        tuple
    ),
)
snapshots = st.lists(calls, max_size=4).map(lambda views: snapshot(*views))
"""Snapshots of calls that hold any text and any number."""
