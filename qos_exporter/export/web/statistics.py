"""All calls in a few numbers, for people and scripts that have no Prometheus at hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from qos_exporter.export.records.figures import Fields, Json
from qos_exporter.quality.rating import RESULTS
from qos_exporter.snapshot import GroupView, Histogram, PacketCounts, Snapshot

Pick = Callable[[GroupView], Histogram]


def statistics(snapshot: Snapshot) -> Fields:
    """Give the totals since the start of the exporter, and how many calls there are now.

    Means of MOS weigh every scored window alike. Scores on different scales cannot be averaged, so
    the plain `mos_lq` and `mos_cq` are null once there were several; `scales` has each of them.
    """
    totals, groups = snapshot.totals, snapshot.groups
    packets = _packets(groups)
    return {
        "taken_s": snapshot.taken_s,
        "calls_total": totals.seen,
        "calls_active": totals.active,
        "calls_with_issues": totals.with_issues,
        "calls_with_issues_ratio": _ratio(totals.with_issues, totals.seen),
        "outcomes": dict(totals.by_outcome),
        "ratings": dict(totals.by_rating),
        "anomalies": dict(totals.anomalies),
        "streams_active": sum(group.streams_active for group in groups),
        **{f"packets_{fate}": count for fate, count in packets.items()},
        "loss_ratio": _ratio(packets["lost"], packets["expected"]),
        "discard_ratio": _ratio(packets["discarded"], packets["expected"]),
        **_scores(groups),
        "windows": _windows(groups),
    }


def _scores(groups: tuple[GroupView, ...]) -> Fields:
    scales = sorted({group.key.scale for group in groups if sum(group.window_mos_lq.counts)})
    by_scale = {scale: _means(g for g in groups if g.key.scale == scale) for scale in scales}
    only = by_scale[scales[0]] if len(scales) == 1 else {"mos_lq": None, "mos_cq": None}
    return {**only, "scales": by_scale}


def _means(groups: Iterable[GroupView]) -> dict[str, Json]:
    of_scale = tuple(groups)
    return {
        "mos_lq": _mean(of_scale, lambda group: group.window_mos_lq),
        "mos_cq": _mean(of_scale, lambda group: group.window_mos_cq),
    }


def _mean(groups: Iterable[GroupView], pick: Pick) -> Json:
    """Give the mean over the windows of all groups, null without any."""
    histograms = [pick(group) for group in groups]
    count = sum(sum(histogram.counts) for histogram in histograms)
    return {"mean": sum(h.sum for h in histograms) / count} if count else None


def _packets(groups: Iterable[GroupView]) -> dict[str, int]:
    fates = PacketCounts._fields
    counts = [group.packets for group in groups]
    return {fate: sum(getattr(packets, fate) for packets in counts) for fate in fates}


def _windows(groups: Iterable[GroupView]) -> Json:
    found = Counter[str]()
    for group in groups:
        for result, _, count in group.windows:
            found[result] += count
    return {result: found[result] for result in RESULTS}


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
