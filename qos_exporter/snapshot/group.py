"""Everything that was counted, by the labels of the aggregates."""

from __future__ import annotations

from dataclasses import dataclass

from qos_exporter.snapshot.figures import Histogram, PacketCounts


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
