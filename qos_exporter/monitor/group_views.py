"""From the sums of groups, and the streams that are running, to what is shown of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qos_exporter.monitor.groups import COUNTERS, RESULT_REASONS, GroupSums, Heard
from qos_exporter.monitor.history import HISTORY
from qos_exporter.quality.rating import RATINGS
from qos_exporter.snapshot import GroupHeard, GroupView, Histogram, PacketCounts
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from qos_exporter.monitor.stream_views import StreamCopies

NO_ROWS = np.zeros(0, dtype=HISTORY)
UNRATED_LABEL = "unscored"


@dataclass(frozen=True, slots=True)
class Running:
    """The last windows of the running streams of one group."""

    streams: int = 0
    mos_lq_mean: float | None = None
    mos_lq_min: float | None = None
    mos_cq_mean: float | None = None
    loss_ratio_mean: float | None = None
    jitter_s_mean: float | None = None
    reported_means: tuple[float | None, ...] = (None, None, None)
    """Of the receivers' loss ratio and jitter, and of the round trip."""


def mean(values: NDArray[np.float64]) -> float | None:
    """The mean of the values that are there; `None` of none."""
    present = values[~np.isnan(values)]
    return float(present.mean()) if len(present) else None


def lowest(values: NDArray[np.float64]) -> float | None:
    """The smallest of the values that are there; `None` of none."""
    present = values[~np.isnan(values)]
    return float(present.min()) if len(present) else None


def running_rows(copies: Iterable[StreamCopies]) -> NDArray[np.void]:
    """The history rows of all running streams."""
    rows = np.concatenate([NO_ROWS, *(each.history[each.is_active] for each in copies)])
    return rows[rows["group"] >= 0]


def running_by_group(rows: NDArray[np.void], groups: int) -> list[Running]:
    """Sum up the running streams, group by group."""
    order = np.argsort(rows["group"], kind="stable")
    counts = np.bincount(rows["group"], minlength=groups)
    return [running(rows[at]) for at in np.split(order, np.cumsum(counts)[:-1])]


def running(rows: NDArray[np.void]) -> Running:
    """Sum up the running streams of one group."""
    if not len(rows):
        return Running()
    return Running(
        streams=len(rows),
        mos_lq_mean=mean(rows["mos_lq"]),
        mos_lq_min=lowest(rows["mos_lq"]),
        mos_cq_mean=mean(rows["mos_cq"]),
        loss_ratio_mean=mean(rows["loss_ratio"]),
        jitter_s_mean=mean(rows["jitter_s"]),
        reported_means=tuple(
            mean(rows[name])
            for name in ("reported_loss_ratio", "reported_jitter_s", "round_trip_s")
        ),
    )


def group_views(
    sums: Sequence[GroupSums], running: Iterable[StreamCopies], by_pbx: NDArray[np.void] = NO_ROWS
) -> tuple[GroupView, ...]:
    """View all groups, with the streams that are running; `by_pbx` are those PBXs tell of."""
    if not sums:
        return ()
    by_pbx = by_pbx[by_pbx["group"] >= 0]
    rows = np.concatenate([running_rows(running), without_measured(by_pbx)])
    now = running_by_group(rows, len(sums))
    told = running_by_group(by_pbx, len(sums))
    return tuple(map(group_view, sums, now, told))


def without_measured(rows: NDArray[np.void]) -> NDArray[np.void]:
    """Give the rows without what is shown beside the name of who measured it."""
    rows = rows.copy()
    for name in ("loss_ratio", "jitter_s"):
        rows[name] = np.nan
    return rows


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
