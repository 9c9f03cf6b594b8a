"""Where the values of the aggregated families come from, family by family."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import TypeAlias, TypeVar

from qos_exporter.export.call_values import RTCP_SOURCE
from qos_exporter.export.catalogue import AGGREGATE, Family
from qos_exporter.export.catalogue.per_call import PACKET_FATES
from qos_exporter.snapshot import (
    AMI_SOURCE,
    RTP_SOURCE,
    GroupHeard,
    GroupReports,
    GroupView,
    Histogram,
)

V = TypeVar("V")
Number: TypeAlias = Callable[[GroupView], float | None]
Observed: TypeAlias = Callable[[GroupView], Histogram | None]

TRIP_SOURCES = (RTCP_SOURCE, "rtcp_xr", "stun")
"""Where the leg can come from that completes a round trip."""
NOTHING_OBSERVED = Histogram((), 0.0)


def _reported(of_reports: Callable[[GroupReports], V], nothing: V) -> Callable[[GroupView], V]:
    """Take a value from what was reported of a group; `nothing` where nothing was."""
    return lambda group: nothing if group.reports is None else of_reports(group.reports)


def _count(name: str) -> Number:
    """Count from 0 on, so that `rate()` sees the first report."""
    return _reported(attrgetter(name), 0)


def _mean(name: str) -> Number:
    return _reported(attrgetter(name), None)


def _histogram(name: str) -> Observed:
    return _reported(attrgetter(name), NOTHING_OBSERVED)


def _round_trips(source: str) -> Observed:
    return _reported(
        lambda reports: dict(reports.round_trip_s).get(source, NOTHING_OBSERVED), NOTHING_OBSERVED
    )


_NUMBERS: dict[str, Number] = {
    "voip_streams_active": lambda group: group.streams_active,
    "voip_active_mos_lq_mean": lambda group: group.active_mos_lq_mean,
    "voip_active_mos_lq_min": lambda group: group.active_mos_lq_min,
    "voip_active_mos_cq_mean": lambda group: group.active_mos_cq_mean,
    "voip_active_loss_ratio_mean": lambda group: group.active_loss_ratio_mean,
    "voip_active_jitter_seconds_mean": lambda group: group.active_jitter_s_mean,
    "voip_active_round_trip_seconds_mean": _mean("active_round_trip_s_mean"),
    **{f"voip_packets_{fate}_total": attrgetter(f"packets.{fate}") for fate in PACKET_FATES},
    "voip_bytes_total": lambda group: group.bytes,
    "voip_concealed_seconds_total": lambda group: group.concealed_s,
    "voip_severely_concealed_seconds_total": lambda group: group.severely_concealed_s,
    "voip_downstream_packets_expected_total": _count("downstream_packets_expected"),
    "voip_downstream_packets_lost_total": _count("downstream_packets_lost"),
}

_RTCP_NUMBERS: dict[str, Number] = {
    "voip_active_loss_ratio_mean": _mean("active_loss_ratio_mean"),
    "voip_active_jitter_seconds_mean": _mean("active_jitter_s_mean"),
    "voip_reported_packets_expected_total": _count("packets_expected"),
    "voip_reported_packets_lost_total": _count("packets_lost"),
}


def _told(of_heard: Callable[[GroupHeard], V]) -> Callable[[GroupView], V | None]:
    """Take a value from what PBXs told of a group; where they told nothing there is no series."""
    return lambda group: None if group.by_pbx is None else of_heard(group.by_pbx)


def _told_trips(group: GroupView) -> Histogram | None:
    trips = () if group.reports is None else group.reports.round_trip_s
    return dict(trips).get(AMI_SOURCE)


_TOLD_NUMBERS: dict[str, Number] = {
    "voip_active_loss_ratio_mean": _told(attrgetter("active_loss_ratio_mean")),
    "voip_active_jitter_seconds_mean": _told(attrgetter("active_jitter_s_mean")),
}

_TOLD_HISTOGRAMS: dict[str, Observed] = {
    "voip_window_loss_ratio": _told(attrgetter("window_loss_ratio")),
    "voip_window_jitter_seconds": _told(attrgetter("window_jitter_s")),
    "voip_round_trip_seconds": _told_trips,
}

_BREAKDOWNS: dict[str, Callable[[GroupView], tuple[tuple[str | float, ...], ...]]] = {
    "voip_windows_total": lambda group: group.windows,
    "voip_media_seconds_total": lambda group: group.media_s_by_rating,
}

_HISTOGRAMS: dict[str, Observed] = {
    "voip_window_mos_lq": lambda group: group.window_mos_lq,
    "voip_window_mos_cq": lambda group: group.window_mos_cq,
    "voip_window_r_factor": lambda group: group.window_r_factor,
    "voip_window_loss_ratio": lambda group: group.window_loss_ratio,
    "voip_window_jitter_seconds": lambda group: group.window_jitter_s,
    "voip_window_downstream_loss_ratio": _histogram("window_downstream_loss_ratio"),
    "voip_delay_variation_seconds": lambda group: group.delay_variation_s,
    "voip_loss_run_packets": lambda group: group.loss_run_packets,
}

_RTCP_HISTOGRAMS: dict[str, Observed] = {
    "voip_window_loss_ratio": _histogram("window_loss_ratio"),
    "voip_window_jitter_seconds": _histogram("window_jitter_s"),
}

_TRIP_HISTOGRAMS: tuple[tuple[str, Mapping[str, Observed]], ...] = tuple(
    (source, {"voip_round_trip_seconds": _round_trips(source)}) for source in TRIP_SOURCES
)


def _sourced(
    *tables: tuple[str, Mapping[str, V]],
) -> tuple[tuple[Family, tuple[tuple[str, V], ...]], ...]:
    """Gather, family by family in the order of the catalogue, what each source has for it."""
    found = (
        (family, tuple((source, of[family.name]) for source, of in tables if family.name in of))
        for family in AGGREGATE
    )
    return tuple((family, values) for family, values in found if values)


GROUP_NUMBERS = _sourced(
    (RTP_SOURCE, _NUMBERS), (RTCP_SOURCE, _RTCP_NUMBERS), (AMI_SOURCE, _TOLD_NUMBERS)
)
"""Families with one number per group and source, `None` where there is nothing to say."""

GROUP_BREAKDOWNS = _sourced((RTP_SOURCE, _BREAKDOWNS))
"""Families with several numbers per group: rows of further label values and the number, last."""

GROUP_HISTOGRAMS = _sourced(
    (RTP_SOURCE, _HISTOGRAMS),
    (RTCP_SOURCE, _RTCP_HISTOGRAMS),
    *_TRIP_HISTOGRAMS,
    (AMI_SOURCE, _TOLD_HISTOGRAMS),
)
"""Families with one histogram per group and source, `None` where there is none."""


def group_labels(family: Family, group: GroupView, *, source: str) -> tuple[str, ...]:
    """Give the labels of one series: those of the group, and the source where the family has it."""
    key = group.key
    values = (key.codec, key.scale, key.src_network, key.dst_network, key.direction)
    return (*values, source) if "source" in family.labels else values
