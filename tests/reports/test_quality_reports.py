"""Figures that a far end worked out itself."""

from __future__ import annotations

import pytest

from qos_exporter.reports.quality_reports import QualityReport, QualityReports
from qos_exporter.reports.stream_reports import ReportSource, StreamReports


def test_each_figure_is_kept_by_its_name() -> None:
    """Last, mean, highest and lowest of what was said; nothing of what was not."""
    reports = QualityReports()
    reports.add(QualityReport(mos_lq=4.2, jitter_s=0.004))
    reports.add(QualityReport(mos_lq=3.8))

    mos = reports.figures("mos_lq")
    assert mos is not None
    assert (mos.last, mos.min, mos.max) == (3.8, 3.8, 4.2)
    assert mos.mean == pytest.approx(4.0)
    assert reports.figures("mos_cq") is None
    assert reports.count == 2


def test_a_lost_figure_of_zero_is_a_figure() -> None:
    """No loss is something else than nothing said about loss."""
    reports = QualityReports()
    reports.add(QualityReport(loss_ratio=0.0))

    figures = reports.figures("loss_ratio")
    assert figures is not None
    assert figures.last == 0.0


def test_kinds_of_reports_are_kept_apart() -> None:
    """What a phone says in RTCP-XR and in SIP are two accounts of one stream."""
    reports = StreamReports()
    reports.for_quality(ReportSource.RTCP_XR).add(QualityReport(mos_lq=4.0))
    reports.for_quality(ReportSource.VQ_REPORT).add(QualityReport(mos_lq=3.0))

    assert reports.for_quality(ReportSource.RTCP_XR).last.mos_lq == 4.0
    assert reports.for_quality(ReportSource.VQ_REPORT).last.mos_lq == 3.0
    assert reports.for_rtcp() is reports.for_rtcp()
