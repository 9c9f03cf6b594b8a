"""Report blocks and tap counts with what a test is about, and nothing else."""

from __future__ import annotations

from qos_exporter.protocols.rtcp import ReceptionReport
from qos_exporter.reports.tap import TapCount

SECOND_NS = 1_000_000_000


def block(
    highest: int, lost: int = 0, *, fraction: int = 0, jitter_ticks: int = 0
) -> ReceptionReport:
    """Make a report block of some stream: extended highest number and cumulative loss."""
    return ReceptionReport(
        ssrc=0x1234,
        fraction_lost=fraction,
        packets_lost=lost,
        extended_highest_sequence_number=highest,
        interarrival_jitter_ticks=jitter_ticks,
        last_sr=0,
        delay_since_last_sr=0,
    )


def tap(passed: int, *, missed: int = 0, behind: int = 0, missed_behind: int = 0) -> TapCount:
    """Count a tap that has seen `passed` numbers, of which it missed some.

    The report speaks of `behind` numbers fewer, and of `missed_behind` missed ones fewer.
    """
    return TapCount(
        expected_now=passed,
        lost_now=missed,
        expected=passed - behind,
        lost=missed - missed_behind,
    )


BLIND = TapCount(expected_now=0, lost_now=0, expected=None, lost=0)
"""A tap that cannot place the number that a report speaks of."""
