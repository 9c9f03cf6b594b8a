"""A stream at a PBX, as one of its ends tells of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.calls.media import MediaStream
from qos_exporter.calls.payloads import NO_PAYLOADS
from qos_exporter.monitor.pbx.codecs import PAYLOAD_TYPE
from qos_exporter.monitor.reporting.unseen_views import media_end
from qos_exporter.reports.rtcp_reports import RtcpReports
from qos_exporter.reports.tap import TapCount

if TYPE_CHECKING:
    from qos_exporter.protocols.ami import ReportEvent
    from qos_exporter.protocols.rtcp import ReceptionReport
    from qos_exporter.snapshot import StreamView


class PbxStream(MediaStream):
    """A stream between a PBX and a party, of which no packet is seen; its receiver tells of it."""

    __slots__ = ("covered_ns", "final", "last_ns", "path", "profile", "reports", "server", "slot")

    def __init__(self, serial: int, event: ReportEvent, *, server: str, now_ns: int) -> None:
        super().__init__(
            serial=serial,
            # Who reports is who receives the stream.
            src=media_end(event.dst),
            dst=media_end(event.src),
            ssrc=0 if event.block is None else event.block.ssrc,
            payload_type=PAYLOAD_TYPE,
            first_ns=now_ns,
        )
        self.server = server
        self.payloads = NO_PAYLOADS
        self.reports = RtcpReports()
        self.last_ns = now_ns
        """When it was reported on for the last time."""
        self.covered_ns = 0
        """How much time of the open window the reports speak of."""
        self.slot = 0
        self.path = 0
        """Its number in `Paths`."""
        self.profile = 0
        """Its number in `Profiles`."""
        self.final: StreamView | None = None
        """What is left to show after the stream has ended."""

    def take(
        self, block: ReceptionReport, *, packets_sent: int, clock_rate: int, now_ns: int
    ) -> None:
        """Take in a report; `packets_sent` is what the sender of the stream has said of itself."""
        if block.ssrc != self.ssrc:
            self.ssrc = block.ssrc
            self.reports.rebase()
        before = self.reports.reception.loss
        tap = TapCount(expected_now=packets_sent, lost_now=0, expected=None, lost=0)
        self.reports.take(block, tap, clock_rate=clock_rate, now_ns=now_ns, from_start=False)
        if self.reports.reception.loss != before:
            self.covered_ns += now_ns - self.last_ns
        self.last_ns = now_ns
