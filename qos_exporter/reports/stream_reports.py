"""Everything that was reported about one stream."""

from __future__ import annotations

from enum import StrEnum

from qos_exporter.reports.quality_reports import QualityReports
from qos_exporter.reports.rtcp_reports import RtcpReports


class ReportSource(StrEnum):
    """Where reported figures come from; the measured ones are `rtp`."""

    RTCP = "rtcp"
    RTCP_XR = "rtcp_xr"
    VQ_REPORT = "vq_report"
    RTP_STAT = "rtp_stat"
    AMI = "ami"
    """A PBX at one end of the stream told what it heard, or what it was told."""


class StreamReports:
    """The reports about one stream, by their kind."""

    __slots__ = ("cname", "quality", "rtcp")

    def __init__(self) -> None:
        self.rtcp: RtcpReports | None = None
        self.quality: dict[ReportSource, QualityReports] = {}
        self.cname: str | None = None
        """The canonical name that the stream's own sender gave (RFC 3550 section 6.5.1)."""

    def for_rtcp(self) -> RtcpReports:
        """The receiver reports, begun if this is the first."""
        if self.rtcp is None:
            self.rtcp = RtcpReports()
        return self.rtcp

    def for_quality(self, source: ReportSource) -> QualityReports:
        """The reports of another kind, begun if this is the first."""
        reports = self.quality.get(source)
        if reports is None:
            reports = self.quality[source] = QualityReports()
        return reports
