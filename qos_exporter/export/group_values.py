"""Where the values of the aggregated families come from, family by family."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from qos_exporter.export.call_values import RTP_SOURCE
from qos_exporter.export.catalogue import BY_NAME, Family
from qos_exporter.export.catalogue.per_call import PACKET_FATES
from qos_exporter.snapshot import GroupView, Histogram

Number = Callable[[GroupView], float | None]

_NUMBERS: dict[str, Number] = {
    "voip_streams_active": lambda group: group.streams_active,
    "voip_active_mos_lq_mean": lambda group: group.active_mos_lq_mean,
    "voip_active_mos_lq_min": lambda group: group.active_mos_lq_min,
    "voip_active_mos_cq_mean": lambda group: group.active_mos_cq_mean,
    "voip_active_loss_ratio_mean": lambda group: group.active_loss_ratio_mean,
    "voip_active_jitter_seconds_mean": lambda group: group.active_jitter_s_mean,
    **{f"voip_packets_{fate}_total": attrgetter(f"packets.{fate}") for fate in PACKET_FATES},
    "voip_bytes_total": lambda group: group.bytes,
    "voip_concealed_seconds_total": lambda group: group.concealed_s,
    "voip_severely_concealed_seconds_total": lambda group: group.severely_concealed_s,
}

_BREAKDOWNS: dict[str, Callable[[GroupView], tuple[tuple[str | float, ...], ...]]] = {
    "voip_windows_total": lambda group: group.windows,
    "voip_media_seconds_total": lambda group: group.media_s_by_rating,
}

_HISTOGRAMS: dict[str, Callable[[GroupView], Histogram]] = {
    "voip_window_mos_lq": lambda group: group.window_mos_lq,
    "voip_window_mos_cq": lambda group: group.window_mos_cq,
    "voip_window_r_factor": lambda group: group.window_r_factor,
    "voip_window_loss_ratio": lambda group: group.window_loss_ratio,
    "voip_window_jitter_seconds": lambda group: group.window_jitter_s,
    "voip_delay_variation_seconds": lambda group: group.delay_variation_s,
    "voip_loss_run_packets": lambda group: group.loss_run_packets,
}

GROUP_NUMBERS = tuple((BY_NAME[name], value) for name, value in _NUMBERS.items())
"""Families with one number per group, `None` where there is nothing to say."""

GROUP_BREAKDOWNS = tuple((BY_NAME[name], rows) for name, rows in _BREAKDOWNS.items())
"""Families with several numbers per group: rows of further label values and the number, last."""

GROUP_HISTOGRAMS = tuple((BY_NAME[name], observed) for name, observed in _HISTOGRAMS.items())
"""Families with one histogram per group."""


def group_labels(family: Family, group: GroupView) -> tuple[str, ...]:
    """Give the labels of one series: those of the group, and the source where the family has it."""
    key = group.key
    values = (key.codec, key.scale, key.src_network, key.dst_network, key.direction)
    return (*values, RTP_SOURCE) if "source" in family.labels else values
