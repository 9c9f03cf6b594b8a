"""From the bursts of loss that the kernel counts to what is shown of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qos_exporter.monitor.columns import known, tuples, where
from qos_exporter.quality.burst_gap import burst_gap_figures
from qos_exporter.snapshot import LossBursts
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from numpy.typing import NDArray


def loss_bursts(totals: NDArray[np.void]) -> list[LossBursts | None]:
    """Bursts of loss and the gaps between them, of the streams that expected any packet."""
    burst_density, gap_density, in_burst, in_gap = burst_gap_figures(
        packets=totals["expected"],
        lost=totals["lost"],
        bursts=totals["bursts"],
        burst_packets=totals["burst_packets"],
        burst_lost=totals["burst_lost"],
        # A stream begins and ends with a packet that was received: with a gap.
        gaps=totals["bursts"] + 1,
    )
    packet_s = np.where(totals["packet_ns"] > 0, totals["packet_ns"] / SECOND_NS, np.nan)
    figures = tuples(
        LossBursts,
        burst_density.tolist(),
        gap_density.tolist(),
        known(packet_s * in_burst),
        known(packet_s * in_gap),
    )
    return where(totals["expected"].tolist(), figures)
