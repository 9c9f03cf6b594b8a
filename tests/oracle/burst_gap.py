"""Bursts and gaps of loss as RFC 3611 section 4.7.2 defines them, from a list of packets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

GMIN = 16
"""The gap threshold that section 4.7.6 recommends, in packets."""


class BurstCounts(NamedTuple):
    """Packets of a stream, by whether they were part of a burst of loss. All are counts."""

    packets: int
    lost: int
    bursts: int
    burst_packets: int
    """Packets in bursts, the lost ones among them."""
    burst_lost: int
    gaps: int


class BurstGap(NamedTuple):
    """Densities (0 to 1) and mean durations; those of bursts are 0 where there was none."""

    burst_density: float
    gap_density: float
    burst_duration_s: float
    gap_duration_s: float


def count_bursts(lost: Iterable[bool]) -> BurstCounts:
    """Count bursts in a sequence of packets, where True is one that was lost."""
    flags = list(lost)
    positions = [position for position, flag in enumerate(flags) if flag]
    clusters: list[list[int]] = []
    for position in positions:
        if clusters and position - clusters[-1][-1] <= GMIN:
            clusters[-1].append(position)
        else:
            clusters.append([position])
    bursts = [cluster for cluster in clusters if len(cluster) > 1]
    ends = [-1, *(burst[-1] for burst in bursts)]
    starts = [*(burst[0] for burst in bursts), len(flags)]
    return BurstCounts(
        packets=len(flags),
        lost=len(positions),
        bursts=len(bursts),
        burst_packets=sum(burst[-1] - burst[0] + 1 for burst in bursts),
        burst_lost=sum(map(len, bursts)),
        gaps=sum(start - end > 1 for end, start in zip(ends, starts, strict=True)),
    )


def burst_gap(counts: BurstCounts, *, packet_s: float) -> BurstGap:
    """Work out the figures for packets of `packet_s` each."""
    gap_packets = counts.packets - counts.burst_packets
    return BurstGap(
        burst_density=_per(counts.burst_lost, counts.burst_packets),
        gap_density=_per(counts.lost - counts.burst_lost, gap_packets),
        burst_duration_s=packet_s * _per(counts.burst_packets, counts.bursts),
        gap_duration_s=packet_s * _per(gap_packets, counts.gaps),
    )


def _per(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
