"""Worst first: the order in which people look at streams."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence

from qos_exporter.snapshot import StreamView


def badness(stream: StreamView) -> tuple[bool, float, float]:
    """Give a key that sorts streams worst first.

    Scored streams come by their mean MOS-LQ; those without a score follow, by what they lost.
    """
    lost_ratio = stream.loss_ratio + stream.discard_ratio
    if stream.mos_lq is None:
        return (True, -lost_ratio, stream.first_s)
    return (False, stream.mos_lq.mean, -lost_ratio)


def worst(streams: Iterable[StreamView], top: int | None) -> list[StreamView]:
    """Give the `top` worst streams, or all, worst first."""
    return sorted(streams, key=badness) if top is None else heapq.nsmallest(top, streams, badness)


def chosen(streams: Sequence[StreamView], top: int | None) -> Sequence[StreamView]:
    """Give all streams as they are, or the `top` worst, worst first."""
    return streams if top is None else worst(streams, top)
