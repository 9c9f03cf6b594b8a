"""From the sums of groups, and the streams that are running, to what is shown of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from qos_exporter.monitor.group_sums import COUNTERS, RESULT_REASONS, GroupSums, Heard
from qos_exporter.monitor.history import HISTORY
from qos_exporter.quality.rating import RATINGS
from qos_exporter.snapshot import GroupHeard, GroupView, Histogram, PacketCounts
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Columns = Mapping[str, NDArray[Any]]

NO_ROWS = np.zeros(0, dtype=HISTORY)
UNRATED_LABEL = "unscored"
REPORTED_MEANS = ("reported_loss_ratio", "reported_jitter_s", "round_trip_s")
RUNNING_FIGURES = ("mos_lq", "mos_cq", "loss_ratio", "jitter_s", *REPORTED_MEANS)
"""What is shown of the running streams of a group: fields of their histories."""
MEASURED = ("loss_ratio", "jitter_s")
"""Those of them that are shown by who measured them."""


@dataclass(frozen=True, slots=True)
class Running:
    """The last windows of the running streams of one group."""

    streams: int
    mos_lq_mean: float | None
    mos_lq_min: float | None
    mos_cq_mean: float | None
    loss_ratio_mean: float | None
    jitter_s_mean: float | None
    reported_means: tuple[float | None, ...]
    """As in `REPORTED_MEANS`."""


def mean(values: NDArray[np.float64]) -> float | None:
    """The mean of the values that are there; `None` of none."""
    present = values[~np.isnan(values)]
    return float(present.mean()) if len(present) else None


def lowest(values: NDArray[np.float64]) -> float | None:
    """The smallest of the values that are there; `None` of none."""
    present = values[~np.isnan(values)]
    return float(present.min()) if len(present) else None


def columns_of(rows: Sequence[NDArray[np.void]]) -> Columns:
    """The columns that are shown of groups, one after the other, of histories that are in one."""
    columns = {
        name: np.concatenate([NO_ROWS[name], *(each[name] for each in rows)])
        for name in ("group", *RUNNING_FIGURES)
    }
    in_group = columns["group"] >= 0
    return {name: column[in_group] for name, column in columns.items()}


def running_by_group(columns: Columns, groups: int) -> list[Running]:
    """Sum up the running streams, group by group."""
    order = np.argsort(columns["group"], kind="stable")
    ends = np.cumsum(np.bincount(columns["group"], minlength=groups)).tolist()
    figures = {name: columns[name][order] for name in RUNNING_FIGURES}
    return [
        running({name: column[begin:end] for name, column in figures.items()}, streams=end - begin)
        for begin, end in pairwise((0, *ends))
    ]


def running(figures: Mapping[str, NDArray[np.float64]], *, streams: int) -> Running:
    """Sum up the running streams of one group."""
    means = {name: mean(column) for name, column in figures.items()}
    return Running(
        streams=streams,
        mos_lq_mean=means["mos_lq"],
        mos_lq_min=lowest(figures["mos_lq"]),
        mos_cq_mean=means["mos_cq"],
        loss_ratio_mean=means["loss_ratio"],
        jitter_s_mean=means["jitter_s"],
        reported_means=tuple(means[name] for name in REPORTED_MEANS),
    )


def group_views(
    sums: Sequence[GroupSums],
    running: Sequence[NDArray[np.void]],
    by_pbx: NDArray[np.void] = NO_ROWS,
) -> tuple[GroupView, ...]:
    """View all groups, with the histories of running streams; of `by_pbx` PBXs tell."""
    if not sums:
        return ()
    told, counted = columns_of([by_pbx]), columns_of(running)
    together = {
        name: np.concatenate([counted[name], without_measured(name, told[name])])
        for name in counted
    }
    now, of_pbxs = (running_by_group(columns, len(sums)) for columns in (together, told))
    return tuple(map(group_view, sums, now, of_pbxs))


def without_measured(name: str, column: NDArray[Any]) -> NDArray[Any]:
    """Give a column of what PBXs tell, empty where it stands beside the name of who measured it."""
    return np.full_like(column, np.nan) if name in MEASURED else column


def heard_view(heard: Heard, told: Running) -> GroupHeard | None:
    """View what PBXs told of one group; `None` where they told nothing."""
    if heard.is_empty:
        return None
    return GroupHeard(
        window_loss_ratio=heard.loss_ratio.view(),
        window_jitter_s=heard.jitter_s.view(),
        active_loss_ratio_mean=told.loss_ratio_mean,
        active_jitter_s_mean=told.jitter_s_mean,
    )


def group_view(sums: GroupSums, now: Running, told: Running) -> GroupView:
    """View one group."""
    counters = dict(zip(COUNTERS, sums.counters.tolist(), strict=True))
    return GroupView(
        key=sums.key,
        packets=PacketCounts(
            expected=counters["expected"],
            received=counters["received"],
            lost=counters["lost_for_good"],
            duplicate=counters["duplicate"],
            reordered=counters["reordered"],
            discarded=counters["discarded"],
        ),
        bytes=counters["bytes"],
        windows=tuple(
            (result, reason, count)
            for (result, reason), count in zip(RESULT_REASONS, sums.windows.tolist(), strict=True)
        ),
        media_s_by_rating=tuple(
            (rating, media_ns / SECOND_NS)
            for rating, media_ns in zip(
                (*RATINGS, UNRATED_LABEL), sums.media_ns.tolist(), strict=True
            )
        ),
        concealed_s=counters["concealed_s"],
        severely_concealed_s=counters["severely_concealed_s"],
        streams_active=now.streams,
        active_mos_lq_mean=now.mos_lq_mean,
        active_mos_lq_min=now.mos_lq_min,
        active_mos_cq_mean=now.mos_cq_mean,
        active_loss_ratio_mean=now.loss_ratio_mean,
        active_jitter_s_mean=now.jitter_s_mean,
        window_mos_lq=sums.mos_lq.view(),
        window_mos_cq=sums.mos_cq.view(),
        window_r_factor=sums.r_factor.view(),
        window_loss_ratio=sums.by_tap.loss_ratio.view(),
        window_jitter_s=sums.by_tap.jitter_s.view(),
        delay_variation_s=Histogram(
            tuple(sums.delay_variation.tolist()), sums.delay_variation_sum_s
        ),
        loss_run_packets=Histogram(tuple(sums.loss_runs.tolist()), float(sums.loss_run_packets)),
        reports=sums.reports.view(now.reported_means),
        by_pbx=heard_view(sums.by_pbx, told),
    )
