"""What phones say in SIP of the streams that they received and sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.reports.quality_reports import QualityReport

if TYPE_CHECKING:
    from qos_exporter.protocols.rtp_stat import RtpStat
    from qos_exporter.protocols.vq_metrics import VqMetrics


def from_vq_metrics(metrics: VqMetrics) -> QualityReport:
    """One direction of a voice quality report (RFC 6035)."""
    return QualityReport(
        loss_ratio=metrics.loss_ratio,
        discard_ratio=metrics.discard_ratio,
        jitter_s=metrics.jitter_s,
        round_trip_s=metrics.round_trip_s,
        end_system_delay_s=metrics.end_system_delay_s,
        mos_lq=metrics.mos_lq,
        mos_cq=metrics.mos_cq,
        r_factor=metrics.r_cq if metrics.r_lq is None else metrics.r_lq,
    )


def received_by(stat: RtpStat) -> QualityReport:
    """What the sender of an `X-RTP-Stat` header received itself."""
    received = stat.received
    return QualityReport(
        loss_ratio=received.loss_ratio,
        packets_lost=received.packets_lost,
        jitter_s=received.jitter_s,
        round_trip_s=stat.round_trip_s,
        mos_lq=stat.mos,
    )


def sent_by(stat: RtpStat) -> QualityReport:
    """What it was told by the far end of that which it sent."""
    sent = stat.sent
    loss_ratio = None
    if sent.packets and sent.packets_lost is not None:
        loss_ratio = min(1.0, sent.packets_lost / sent.packets)
    return QualityReport(
        loss_ratio=loss_ratio, packets_lost=sent.packets_lost, jitter_s=sent.jitter_s
    )
