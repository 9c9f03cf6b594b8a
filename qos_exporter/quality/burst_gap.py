"""Bursts and gaps of loss (RFC 3611 section 4.7.2): does loss come in clusters, and how long ones.

By the definition of section 4.7.2: a burst begins and ends with a loss and holds no run of Gmin or
more received packets; everything else is gap, a single loss with Gmin received packets on both
sides too. Before the first packet and after the last one enough of them are taken as received.

The counters of the RFC's appendix A.2 come near to that and differ at the edges: the first loss of
a stream always counts as a burst there, packets after the last loss are left out, and a stream
without loss is divided by zero. We do not use them.
"""

from __future__ import annotations

import numpy as np

from qos_exporter.quality.arrays import FloatArray, Values


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

    A density is the share of the packets there that were lost, 0 to 1. The arguments are counts, of
    one stream or of many: all its packets and those of them that were lost, its bursts with all
    their packets and the lost ones among them, and its gaps. What there is none of has 0.
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
