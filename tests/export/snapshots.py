"""Snapshots to export: builders that name only what a test is about."""

from __future__ import annotations

from qos_exporter.snapshot import (
    CallTotals,
    CallView,
    CaptureView,
    ExporterView,
    GroupKey,
    GroupReports,
    GroupView,
    Histogram,
    LossBursts,
    PacketCounts,
    Reported,
    ReportedQuality,
    ReportedReception,
    ReportedScore,
    ReportTotals,
    RoundTripLeg,
    Score,
    Snapshot,
    Spread,
    StreamView,
    TableView,
    WindowCounts,
    WindowQuality,
)
from qos_exporter.snapshot.edges import (
    JITTER_S_EDGES,
    LOSS_RATIO_EDGES,
    MOS_EDGES,
    POST_DIAL_DELAY_S_EDGES,
    R_FACTOR_EDGES,
)
from tests.export.variants import replace

NOW_S = 1_732_175_999.5

WINDOW = WindowQuality(
    end_s=NOW_S - 3,
    result="good",
    reason="",
    mos_lq=4.25,
    mos_cq=None,
    r_factor=90.5,
    loss_ratio=0.01,
    discard_ratio=0.002,
    burst_ratio=1.25,
    jitter_s=0.003,
    jitter_max_s=0.008,
)

BURSTS = LossBursts(
    burst_density=0.45, gap_density=0.0075, burst_duration_s=0.22, gap_duration_s=9.89
)

STREAM = StreamView(
    call_id="call-1",
    direction="caller_to_callee",
    src="10.0.0.1:5004",
    dst="10.0.0.2:6004",
    ssrc=0x1234ABCD,
    payload_types=(8, 101),
    codec="PCMA",
    clock_rate=8000,
    clock_source="static",
    scale="narrowband",
    src_network="office",
    dst_network="carrier",
    interface="eth0",
    first_s=NOW_S - 60,
    last_s=NOW_S - 0.5,
    packets=PacketCounts(
        expected=3000, received=2970, lost=30, duplicate=2, reordered=4, discarded=6
    ),
    loss_ratio=0.01,
    discard_ratio=0.002,
    burst_ratio=1.5,
    jitter=Spread(last=0.003, mean=0.004, max=0.012),
    delay_variation_max_s=0.045,
    mos_lq=Score(mean=4.1, min=3.2),
    mos_cq=None,
    r_factor=Score(mean=86.5, min=70.25),
    rating="good",
    windows=WindowCounts(good=4, degraded=1, bad=0, unscored=1),
    last_window=WINDOW,
    active=True,
    loss_bursts=BURSTS,
)

CALL = CallView(
    call_id="call-1",
    caller="alice",
    callee="bob",
    state="active",
    outcome="answered",
    start_s=NOW_S - 65,
    answer_s=NOW_S - 60,
    end_s=None,
    duration_s=65.0,
    round_trip=None,
    on_hold=False,
    anomalies=(),
    has_series=True,
    streams=(STREAM,),
)


RECEPTION = ReportedReception(
    reports=12,
    loss_ratio=0.035,
    packets_lost=105,
    jitter=Spread(last=0.006, mean=0.005, max=0.009),
    round_trip_leg=Spread(last=0.042, mean=0.04, max=0.06),
)

VOIP_METRICS = ReportedQuality(
    source="rtcp_xr",
    reports=3,
    loss_ratio=0.05,
    discard_ratio=0.02,
    packets_lost=None,
    jitter=None,
    round_trip=Spread(last=0.2, mean=0.21, max=0.25),
    round_trip_leg=None,
    end_system_delay_s=0.14,
    mos_lq=ReportedScore(last=4.3, mean=4.2, min=4.0),
    mos_cq=ReportedScore(last=4.2, mean=4.1, min=3.9),
    r_factor=ReportedScore(last=85.0, mean=84.0, min=80.0),
)

VQ_REPORT = replace(
    VOIP_METRICS,
    source="vq_report",
    loss_ratio=0.004,
    jitter=Spread(last=0.011, mean=0.01, max=0.012),
    round_trip=None,
    mos_lq=ReportedScore(last=3.5, mean=3.5, min=3.5),
)

REPORTED_STREAM = replace(
    STREAM,
    last_window=replace(
        WINDOW,
        mos_cq=4.1,
        round_trip_s=0.12,
        reported_loss_ratio=0.03,
        reported_jitter_s=0.007,
        downstream_loss_ratio=0.025,
        downstream_jitter_s=0.004,
    ),
    reported=Reported(
        cname="phone@10.0.0.1",
        rtcp=RECEPTION,
        quality=(VOIP_METRICS, VQ_REPORT),
        downstream_loss_ratio=0.026,
    ),
    fault="after the tap",
)
"""A stream of which its receiver has sent reports of all kinds."""

LEGS = (
    RoundTripLeg("caller", "rtcp", Spread(last=0.05, mean=0.06, max=0.09)),
    RoundTripLeg("callee", "rtcp", Spread(last=0.07, mean=0.065, max=0.1)),
    RoundTripLeg("callee", "stun", Spread(last=0.071, mean=0.07, max=0.075)),
)


def reported_call(call_id: str = "call-1") -> CallView:
    """Give an active call with one stream, reports on it and a round trip."""
    trip = Spread(last=0.12, mean=0.125, max=0.19)
    return replace(call(call_id, REPORTED_STREAM), round_trip=trip, round_trip_legs=LEGS)


def call(call_id: str = "call-1", *streams: StreamView) -> CallView:
    """Give an active call whose streams know it; without streams it has one in each direction."""
    views = streams or (STREAM, replace(STREAM, direction="callee_to_caller", ssrc=0x0BADCAFE))
    own = tuple(replace(view, call_id=call_id) for view in views)
    return replace(CALL, call_id=call_id, streams=own)


def empty_histogram(edges: tuple[float, ...]) -> Histogram:
    """Give a histogram that has seen nothing."""
    return Histogram(counts=(0,) * (len(edges) + 1), sum=0.0)


KEY = GroupKey("PCMA", "narrowband", "office", "carrier", "caller_to_callee")

GROUP = GroupView(
    key=KEY,
    packets=PacketCounts(3000, 2970, 30, 2, 4, 6),
    bytes=510_000,
    windows=(("good", "", 4), ("degraded", "", 1), ("bad", "", 0), ("unscored", "short", 1)),
    media_s_by_rating=(("excellent", 0.0), ("good", 50.0), ("bad", 0.0)),
    concealed_s=3,
    severely_concealed_s=1,
    streams_active=1,
    active_mos_lq_mean=4.25,
    active_mos_lq_min=4.25,
    active_mos_cq_mean=None,
    active_loss_ratio_mean=0.01,
    active_jitter_s_mean=0.003,
    window_mos_lq=Histogram((0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 1, 0), 20.5),
    window_mos_cq=empty_histogram(MOS_EDGES),
    window_r_factor=empty_histogram(R_FACTOR_EDGES),
    window_loss_ratio=empty_histogram(LOSS_RATIO_EDGES),
    window_jitter_s=empty_histogram(JITTER_S_EDGES),
    delay_variation_s=Histogram((2900, 50, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0), 4.75),
    loss_run_packets=Histogram((20, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0), 30.0),
)

GROUP_REPORTS = GroupReports(
    packets_expected=2500,
    packets_lost=75,
    downstream_packets_expected=2400,
    downstream_packets_lost=60,
    window_loss_ratio=Histogram((0, 0, 0, 0, 1, 4), 0.16),
    window_jitter_s=Histogram((0, 0, 2, 3), 0.03),
    window_downstream_loss_ratio=Histogram((0, 0, 0, 0, 0, 5), 0.125),
    round_trip_s=(
        ("rtcp", Histogram((0, 0, 0, 0, 0, 9), 1.1)),
        ("stun", Histogram((0, 0, 0, 0, 0, 4), 0.5)),
    ),
    active_loss_ratio_mean=0.03,
    active_jitter_s_mean=0.007,
    active_round_trip_s_mean=0.12,
)

REPORT_TOTALS = ReportTotals(
    rtcp_packets=(("sr", 20), ("rr", 5), ("xr", 0)),
    unmatched=(("rtcp", 2), ("vq_report", 0)),
    rejected_round_trips=(("rtcp", "not_positive", 1), ("stun", "too_long", 0)),
)

TOTALS = CallTotals(
    by_outcome=(("answered", 3), ("failed", 1), ("cancelled", 0), ("partial", 0)),
    by_rating=(("excellent", 1), ("good", 1), ("fair", 1), ("poor", 0), ("bad", 0)),
    active=1,
    with_issues=1,
    anomalies=(("one_way", 1), ("no_rtp", 0), ("stopped", 0)),
    post_dial_delay_s=empty_histogram(POST_DIAL_DELAY_S_EDGES),
    series_dropped=0,
    seen=5,
)

CAPTURE = CaptureView(
    interface="eth0",
    method="ring",
    packets=12_345,
    bytes=2_640_000,
    kernel_drops=0,
    interface_drops=0,
    healthy=True,
    last_packet_s=NOW_S - 0.5,
)

EXPORTER = ExporterView(
    undecoded=(("arp", 3), ("icmp_error", 0)),
    decode_errors=(("sip", "start_line", 0), ("sdp", "media_line", 2)),
    tables=(TableView("streams", 2, 65_536, 0), TableView("calls", 1, 10_000, 0)),
    config_reload_successful=True,
    config_reload_success_s=NOW_S - 3600,
    snapshot_duration_s=0.0012,
    counting_s=0.25,
)


def snapshot(*calls: CallView) -> Snapshot:
    """Give a snapshot of some calls and their streams; the rest is a small, quiet exporter."""
    return Snapshot(
        taken_s=NOW_S,
        calls=calls,
        streams=tuple(view for one in calls for view in one.streams),
        groups=(GROUP,),
        totals=TOTALS,
        captures=(CAPTURE,),
        exporter=EXPORTER,
        reports=REPORT_TOTALS,
    )


EMPTY = replace(
    snapshot(),
    groups=(),
    captures=(),
    totals=CallTotals((), (), 0, 0, (), Histogram((), 0.0), 0),
    exporter=replace(
        EXPORTER, undecoded=(), decode_errors=(), tables=(), config_reload_success_s=None
    ),
)
"""What an exporter shows that has not seen a single frame."""
