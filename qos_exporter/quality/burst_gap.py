"""Bursts and gaps of loss (RFC 3611 section 4.7.2): does loss come in clusters, and how long ones.

By the definition of section 4.7.2: a burst begins and ends with a loss and holds no run of Gmin or
more received packets; everything else is gap, a single loss with Gmin received packets on both
sides too. Before the first packet and after the last one enough of them are taken as received.

The counters of the RFC's appendix A.2 come near to that and differ at the edges: the first loss of
a stream always counts as a burst there, packets after the last loss are left out, and a stream
without loss is divided by zero. We do not use them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from qos_exporter.quality.arrays import FloatArray, Values

GMIN = 16
"""The gap threshold that RFC 3611 section 4.7.6 recommends, in packets."""


class BurstCounts(NamedTuple):
    """Packets of a stream, by whether they were part of a burst of loss. All are counts."""

    packets: int
    lost: int
    bursts: int
    burst_packets: int
    """Packets in bursts, the lost ones among them."""
    burst_lost: int
    gaps: int

    @classmethod
    def of_stream(
        cls, *, packets: int, lost: int, bursts: int, burst_packets: int, burst_lost: int
    ) -> BurstCounts:
        """From the columns of a stream, which begins and ends with a packet that was received.

        So there is a gap before, between and after the bursts.
        """
        return cls(packets, lost, bursts, burst_packets, burst_lost, gaps=bursts + 1)


@dataclass(frozen=True, slots=True)
class BurstGap:
    """The figures of RFC 3611 section 4.7.2. Those of bursts are 0 where there was none."""

    burst_density: float
    """Share of the packets in bursts that were lost, 0 to 1."""
    gap_density: float
    """Share of the packets in gaps that were lost, 0 to 1/(Gmin + 1)."""
    burst_duration_s: float
    """Mean duration of a burst, its first and last packet included."""
    gap_duration_s: float
    """Mean duration of a gap."""


def burst_gap(counts: BurstCounts, *, packet_s: float) -> BurstGap | None:
    """Give the figures for packets of `packet_s` each, or None where no packet was expected."""
    if not counts.packets:
        return None
    burst_density, gap_density, in_burst, in_gap = map(float, burst_gap_figures(**counts._asdict()))
    return BurstGap(burst_density, gap_density, packet_s * in_burst, packet_s * in_gap)


def burst_gap_figures(
    *,
    packets: Values,
    lost: Values,
    bursts: Values,
    burst_packets: Values,
    burst_lost: Values,
    gaps: Values,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Give burst density, gap density, and the mean packets in a burst and in a gap.

    The arguments are those of `BurstCounts`: of one stream, or of many.
    """
    gap_packets = np.asarray(packets, dtype=np.float64) - burst_packets
    gap_lost = np.asarray(lost, dtype=np.float64) - burst_lost
    return (
        _per(burst_lost, burst_packets),
        _per(gap_lost, gap_packets),
        _per(burst_packets, bursts),
        _per(gap_packets, gaps),
    )


def _per(part: Values, whole: Values) -> FloatArray:
    whole = np.asarray(whole, dtype=np.float64)
    return np.divide(part, whole, out=np.zeros(np.shape(whole)), where=whole > 0)


def count_bursts(lost: Iterable[bool], *, gmin: int = GMIN) -> BurstCounts:
    """Count bursts in a sequence of packets, where True is one that was lost or discarded.

    The plain reference for `BurstCounter`: it looks at the whole sequence.
    """
    flags = list(lost)
    positions = [position for position, flag in enumerate(flags) if flag]
    clusters: list[list[int]] = []
    for position in positions:
        if clusters and position - clusters[-1][-1] <= gmin:
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


class BurstCounter:
    """Counts bursts packet by packet. A received packet costs one addition; only a loss costs more.

    This is the form that the packet path uses.
    """

    __slots__ = (
        "_burst_lost",
        "_burst_packets",
        "_bursts",
        "_cluster_first",
        "_cluster_last",
        "_cluster_lost",
        "_edge",
        "_gaps",
        "_gmin",
        "_lost",
        "_packets",
    )

    def __init__(self, *, gmin: int = GMIN) -> None:
        self._gmin = gmin
        self._packets = 0
        self._lost = 0
        self._bursts = 0
        self._burst_packets = 0
        self._burst_lost = 0
        self._gaps = 0
        self._edge = 0
        """The position after the last burst."""
        self._cluster_first = 0
        self._cluster_last = 0
        self._cluster_lost = 0
        """Losses that lie near each other: a burst as soon as there are two."""

    def receive(self, count: int = 1) -> None:
        """Note packets that came in time."""
        self._packets += count

    def lose(self, count: int = 1) -> None:
        """Note packets in a row that did not."""
        position = self._packets
        if not self._cluster_lost or position - self._cluster_last > self._gmin:
            self._close_cluster()
            self._cluster_first = position
        self._cluster_lost += count
        self._cluster_last = position + count - 1
        self._packets += count
        self._lost += count

    def _close_cluster(self) -> None:
        if self._cluster_lost > 1:
            self._bursts += 1
            self._burst_packets += self._cluster_last - self._cluster_first + 1
            self._burst_lost += self._cluster_lost
            self._gaps += self._cluster_first > self._edge
            self._edge = self._cluster_last + 1
        self._cluster_lost = 0

    def counts(self) -> BurstCounts:
        """Tell the counts as if the stream ended here; reading changes nothing."""
        is_open = self._cluster_lost > 1
        span = self._cluster_last - self._cluster_first + 1 if is_open else 0
        edge = self._cluster_last + 1 if is_open else self._edge
        return BurstCounts(
            packets=self._packets,
            lost=self._lost,
            bursts=self._bursts + is_open,
            burst_packets=self._burst_packets + span,
            burst_lost=self._burst_lost + (self._cluster_lost if is_open else 0),
            gaps=self._gaps
            + (is_open and self._cluster_first > self._edge)
            + (self._packets > edge),
        )
