"""What the monitor shows to the world: one immutable picture of calls, streams and counters.

Everything that is exported (metrics, web page, JSON, tables) is made from these values and from
nothing else. Times are seconds since the epoch, or since the start of the clock that the capture
file used. Unknown is `None`, never a number that looks real.

Calls, streams and their parts are tuples with named fields: a snapshot of many calls is made of a
hundred thousand of them, and a tuple is made in a fraction of the time that a dataclass takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

# Upper edges of the histograms below: who counts and who exports must mean the same buckets.
# A value on an edge belongs to the bucket under it (Prometheus' `le`); a bucket +Inf comes last.
MOS_EDGES = (1.5, 2.0, 2.5, 2.8, 3.1, 3.4, 3.6, 3.8, 4.0, 4.1, 4.2, 4.3, 4.4)
R_FACTOR_EDGES = (
    *(20.0, 40.0, 50.0, 55.0, 60.0, 65.0, 70.0, 75.0, 80.0, 85.0, 90.0, 93.0),
    *(100.0, 110.0, 120.0, 130.0, 140.0),
)
LOSS_RATIO_EDGES = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1.0)
JITTER_S_EDGES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5)
DELAY_VARIATION_S_EDGES = (0.005, 0.01, 0.02, 0.05, 0.07, 0.09, 0.12, 0.15, 0.2, 0.3, 0.5)
LOSS_RUN_PACKETS_EDGES = (1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 20.0, 50.0, 100.0)
ROUND_TRIP_S_EDGES = (0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 1.0, 2.0, 5.0)
RTP_SOURCE = "rtp"
AMI_SOURCE = "ami"
"""Who measured a stream: the tap itself, or a PBX that told of it."""
POST_DIAL_DELAY_S_EDGES = (0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0)


class Spread(NamedTuple):
    """The last, mean and largest value of a quantity over the life of a stream or call."""

    last: float
    mean: float
    max: float


class Score(NamedTuple):
    """The mean and the worst (smallest) value of a score over the scored windows of a stream."""

    mean: float
    min: float


class PacketCounts(NamedTuple):
    """RTP packets by fate (RFC 3550 A.3); see the words in docs/quality.md."""

    expected: int = 0
    received: int = 0
    lost: int = 0
    duplicate: int = 0
    reordered: int = 0
    discarded: int = 0


class LossBursts(NamedTuple):
    """Bursts of loss and the gaps between them (RFC 3611 section 4.7.2, Gmin 16, losses only)."""

    burst_density: float
    """Share of the packets in bursts that were lost; 0 where there was no burst."""
    gap_density: float
    burst_duration_s: float | None
    """The mean; `None` while the media time of a packet is unknown."""
    gap_duration_s: float | None


class WindowCounts(NamedTuple):
    """How many windows ended with which verdict."""

    good: int = 0
    degraded: int = 0
    bad: int = 0
    unscored: int = 0


class WindowQuality(NamedTuple):
    """The last complete window of a stream, scored. Scores are `None` where it was unscored."""

    end_s: float
    result: str
    """`good`, `degraded`, `bad` or `unscored`."""
    reason: str
    """Why it was not scored; empty where it was."""
    mos_lq: float | None
    mos_cq: float | None
    r_factor: float | None
    loss_ratio: float
    discard_ratio: float
    burst_ratio: float
    jitter_s: float | None
    """Mean interarrival jitter; `None` where nothing in the window could be timed."""
    jitter_max_s: float | None
    round_trip_s: float | None = None
    """Of the call, by the legs that were known when the window closed."""
    reported_loss_ratio: float | None = None
    """By the receiver reports that came within the window; `None` without one."""
    reported_jitter_s: float | None = None
    downstream_loss_ratio: float | None = None
    """Lost between our tap and the receiver, by the same reports."""
    downstream_jitter_s: float | None = None
    """The receiver's jitter less that at the tap; never negative."""


class ReportedScore(NamedTuple):
    """A score that a far end worked out: the last one, and mean and minimum of all."""

    last: float
    mean: float
    min: float


class ReportedReception(NamedTuple):
    """What receiver reports (RFC 3550) said of one stream, from the first to the last."""

    reports: int
    loss_ratio: float | None
    packets_lost: int | None
    """Since the first report; `None` while there is nothing to take a difference of."""
    jitter: Spread | None
    """In seconds; `None` while the stream's clock rate is unknown."""
    round_trip_leg: Spread | None
    """Tap to receiver and back, in seconds, by our own times."""


class ReportedQuality(NamedTuple):
    """What a far end worked out of one stream and sent: the last word, or figures over all."""

    source: str
    """`rtcp_xr`, `vq_report` or `rtp_stat`."""
    reports: int
    loss_ratio: float | None
    discard_ratio: float | None
    packets_lost: int | None
    jitter: Spread | None
    round_trip: Spread | None
    """Between both ends, in seconds, by the far end's own clock."""
    round_trip_leg: Spread | None
    """Tap to receiver and back, in seconds, by our own times (RFC 3611 sections 4.4, 4.5)."""
    end_system_delay_s: float | None
    mos_lq: ReportedScore | None
    mos_cq: ReportedScore | None
    r_factor: ReportedScore | None


class Reported(NamedTuple):
    """Everything that was reported about one stream."""

    cname: str | None
    """What its sender calls itself (RFC 3550 section 6.5.1)."""
    rtcp: ReportedReception | None
    quality: tuple[ReportedQuality, ...]
    downstream_loss_ratio: float | None
    """Lost between our tap and the receiver, over the numbers that both could compare."""


class StreamView(NamedTuple):
    """One RTP stream: one SSRC from one endpoint to another."""

    call_id: str | None
    direction: str
    src: str
    dst: str
    ssrc: int
    payload_types: tuple[int, ...]
    codec: str | None
    clock_rate: int | None
    clock_source: str
    """`static`, `sdp`, `estimated` or `unknown`."""
    scale: str | None
    src_network: str
    dst_network: str
    interface: str
    first_s: float
    last_s: float
    packets: PacketCounts
    loss_ratio: float
    discard_ratio: float
    burst_ratio: float
    jitter: Spread | None
    """Interarrival jitter (RFC 3550 A.8) in seconds; `None` while the clock rate is unknown."""
    delay_variation_max_s: float | None
    mos_lq: Score | None
    mos_cq: Score | None
    r_factor: Score | None
    rating: str | None
    windows: WindowCounts
    last_window: WindowQuality | None
    active: bool
    reported: Reported | None = None
    fault: str = "unknown"
    """`before the tap`, `after the tap`, `both`, `clean` or `unknown`."""
    loss_bursts: LossBursts | None = None
    """`None` while no packet was expected."""
    source: str = RTP_SOURCE
    """`rtp`, or `ami` where a PBX told of it; then what it does not tell is as if it were perfect:
    discards, duplicates, reordering and bursts."""


class RoundTripLeg(NamedTuple):
    """One side of the round trip of a call: from our tap to a party and back."""

    leg: str
    """`caller` or `callee`."""
    source: str
    """`rtcp`, `rtcp_xr` or `stun`."""
    figures: Spread
    is_current: bool = True
    """Whether the last figure still holds, or held when the call ended."""


class CallView(NamedTuple):
    """One call: a SIP dialog, or two opposite streams where no signalling was seen."""

    call_id: str
    caller: str
    callee: str
    state: str
    """`setup`, `active` or `ended`."""
    outcome: str | None
    """`answered`, `failed`, `cancelled` or `partial`; `None` while it is not decided."""
    start_s: float
    answer_s: float | None
    end_s: float | None
    duration_s: float
    round_trip: Spread | None
    on_hold: bool
    anomalies: tuple[str, ...]
    has_series: bool
    """Whether this call is admitted to the per-call metrics."""
    streams: tuple[StreamView, ...]
    round_trip_legs: tuple[RoundTripLeg, ...] = ()
    round_trip_is_current: bool = True
    """Whether the last figure of the round trip still holds, or held when the call ended."""


class Exemplar(NamedTuple):
    """One observation that fell into a bucket, with the call it came from."""

    call_id: str
    value: float
    timestamp_s: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """Observations per bucket (not cumulative, the last one is +Inf) and their sum."""

    counts: tuple[int, ...]
    sum: float
    exemplars: tuple[Exemplar | None, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupKey:
    """The labels of the aggregates: closed vocabularies only, never an address or a call."""

    codec: str
    scale: str
    src_network: str
    dst_network: str
    direction: str


@dataclass(frozen=True, slots=True)
class GroupReports:
    """What was reported, since the start, of the streams of one combination of labels."""

    packets_expected: int
    """Of which receiver reports (RFC 3550) spoke."""
    packets_lost: int
    """As those reports say."""
    downstream_packets_expected: int
    """Of which report and tap spoke both."""
    downstream_packets_lost: int
    """Those of them that were lost behind the tap."""
    window_loss_ratio: Histogram
    window_jitter_s: Histogram
    window_downstream_loss_ratio: Histogram
    round_trip_s: tuple[tuple[str, Histogram], ...]
    """By the source of the leg that completed the round trip."""
    active_loss_ratio_mean: float | None
    active_jitter_s_mean: float | None
    active_round_trip_s_mean: float | None


@dataclass(frozen=True, slots=True)
class GroupHeard:
    """What PBXs told of the streams of one combination of labels, since the start."""

    window_loss_ratio: Histogram
    window_jitter_s: Histogram
    active_loss_ratio_mean: float | None
    active_jitter_s_mean: float | None


@dataclass(frozen=True, slots=True)
class GroupView:
    """Everything counted since the start for one combination of labels. Counters never fall."""

    key: GroupKey
    packets: PacketCounts
    bytes: int
    windows: tuple[tuple[str, str, int], ...]
    """(result, reason, count), every combination that can occur, zeros included."""
    media_s_by_rating: tuple[tuple[str, float], ...]
    concealed_s: int
    severely_concealed_s: int
    streams_active: int
    active_mos_lq_mean: float | None
    active_mos_lq_min: float | None
    active_mos_cq_mean: float | None
    active_loss_ratio_mean: float | None
    active_jitter_s_mean: float | None
    window_mos_lq: Histogram
    window_mos_cq: Histogram
    window_r_factor: Histogram
    window_loss_ratio: Histogram
    window_jitter_s: Histogram
    delay_variation_s: Histogram
    loss_run_packets: Histogram
    reports: GroupReports | None = None
    """`None` where nothing was ever reported."""
    by_pbx: GroupHeard | None = None
    """`None` where no PBX ever told anything. What else it tells is in the sums above."""


@dataclass(frozen=True, slots=True)
class CallTotals:
    """Calls counted since the start."""

    by_outcome: tuple[tuple[str, int], ...]
    by_rating: tuple[tuple[str, int], ...]
    active: int
    with_issues: int
    """Ended and active calls that had a window under `good` or an anomaly."""
    anomalies: tuple[tuple[str, int], ...]
    post_dial_delay_s: Histogram
    series_dropped: int
    seen: int = 0
    """Calls that began, whatever became of them: ended, active and in setup."""


@dataclass(frozen=True, slots=True)
class CaptureView:
    """One source of frames and its own account of what it saw and missed."""

    interface: str
    method: str
    packets: int
    bytes: int
    kernel_drops: int
    interface_drops: int
    healthy: bool
    last_packet_s: float | None
    interruptions: int = 0
    """Times that nothing was captured for a while, and then again."""


@dataclass(frozen=True, slots=True)
class TableView:
    """One bounded table: how full it is, and how often something had to go for something new."""

    name: str
    entries: int
    limit: int
    evictions: int


@dataclass(frozen=True, slots=True)
class ReportTotals:
    """Reports counted since the start."""

    rtcp_packets: tuple[tuple[str, int], ...] = ()
    """(type, count): `sr`, `rr`, `sdes`, `bye`, `app`, `rtpfb`, `psfb`, `xr`, `unknown`."""
    unmatched: tuple[tuple[str, int], ...] = ()
    """(source, count): reports about a stream that nobody has seen."""
    rejected_round_trips: tuple[tuple[str, str, int], ...] = ()
    """(source, reason, count): round trips that were not believed."""
    encrypted: int = 0
    """RTCP datagrams of which nothing can be read."""


@dataclass(frozen=True, slots=True)
class PbxView:
    """One PBX that is listened to."""

    server: str
    up: bool
    reconnects: int
    faults: tuple[tuple[str, bool], ...]
    """(fault, whether it is there), every one that there can be."""
    events: tuple[tuple[str, int], ...]
    """(kind, count)."""
    rejected: tuple[tuple[str, int], ...]
    """(field, count) of values that cannot be."""
    cdr_writes: tuple[tuple[str, int], ...]
    """(result, count) of writes into call detail records; empty where none are asked for."""


@dataclass(frozen=True, slots=True)
class ExporterView:
    """The exporter about itself."""

    undecoded: tuple[tuple[str, int], ...]
    """(reason, frames) that could not be read or are not media."""
    decode_errors: tuple[tuple[str, str, int], ...]
    """(protocol, reason, count)."""
    tables: tuple[TableView, ...]
    config_reload_successful: bool
    config_reload_success_s: float | None
    snapshot_duration_s: float
    counting_s: float


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole picture at one moment."""

    taken_s: float
    calls: tuple[CallView, ...]
    """Active calls and those that ended less than the linger time ago."""
    streams: tuple[StreamView, ...]
    """Every visible stream, those of the calls included (the same objects)."""
    groups: tuple[GroupView, ...]
    totals: CallTotals
    captures: tuple[CaptureView, ...]
    exporter: ExporterView
    reports: ReportTotals = ReportTotals()
    pbxs: tuple[PbxView, ...] = ()
