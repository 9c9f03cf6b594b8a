"""What an extended report (RFC 3611) says of streams, by the SSRC that it is about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from qos_exporter.protocols.rtcp import StatisticsSummary, VoipMetrics
from qos_exporter.reports.quality_reports import QualityReport

if TYPE_CHECKING:
    from qos_exporter.protocols.rtcp import XrBlock

SEQUENCE_NUMBERS = 1 << 16
MS_PER_S = 1000


def quality_by_ssrc(blocks: Iterable[XrBlock]) -> dict[int, QualityReport]:
    """One report per stream, from all blocks of one datagram.

    Of several VoIP metrics blocks about a stream the first one with a score counts: some phones
    send one per decoder and leave those of idle ones empty. A statistics summary only says what
    no VoIP metrics block says; its jitter is another quantity than that of RFC 3550.
    """
    found: dict[int, QualityReport] = {}
    summaries: dict[int, QualityReport] = {}
    for block in blocks:
        if isinstance(block, VoipMetrics):
            if not is_usable(found.get(block.ssrc)):
                found[block.ssrc] = from_voip_metrics(block)
        elif isinstance(block, StatisticsSummary):
            summaries.setdefault(block.ssrc, from_summary(block))
    return {**summaries, **found}


def is_usable(report: QualityReport | None) -> bool:
    """Whether a report has a score; any other figure reads as zero in an empty block."""
    return report is not None and not (
        report.mos_lq is None and report.mos_cq is None and report.r_factor is None
    )


def from_voip_metrics(block: VoipMetrics) -> QualityReport:
    """The figures of a VoIP metrics block (section 4.7)."""
    return QualityReport(
        loss_ratio=block.loss_rate,
        discard_ratio=block.discard_rate,
        round_trip_s=in_seconds(block.round_trip_delay_ms),
        end_system_delay_s=in_seconds(block.end_system_delay_ms),
        mos_lq=block.mos_lq,
        mos_cq=block.mos_cq,
        r_factor=block.r_factor,
    )


def from_summary(block: StatisticsSummary) -> QualityReport:
    """The losses of a statistics summary block (section 4.6), over its range of numbers."""
    expected = (block.end_seq - block.begin_seq) % SEQUENCE_NUMBERS
    lost = block.packets_lost
    if lost is None or not 0 <= lost <= expected or not expected:
        return QualityReport()
    return QualityReport(loss_ratio=lost / expected, packets_lost=lost)


def in_seconds(milliseconds: int | None) -> float | None:
    """Milliseconds as seconds; unknown stays unknown."""
    return None if milliseconds is None else milliseconds / MS_PER_S
