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


class SentUnheard:
    """What a sender has sent since its receiver's highest number has moved last.

    Both speak at times of their own. What was sent before the standstill, and is told of behind its
    beginning, was heard: only what is sent between two of the sender's words behind it is not.
    """

    __slots__ = ("_base", "_highest", "_sent_before")

    def __init__(self) -> None:
        self._highest = -1
        self._sent_before = 0
        self._base: int | None = None

    def count(self, highest: int, packets_sent: int) -> int:
        """Take in the numbers of one report, and give the packets."""
        if highest != self._highest:
            self._highest, self._sent_before, self._base = highest, packets_sent, None
        elif self._base is None and packets_sent != self._sent_before:
            self._base = packets_sent
        return 0 if self._base is None else max(0, packets_sent - self._base)


class PbxStream(MediaStream):
    """A stream between a PBX and a party, of which no packet is seen; its receiver tells of it."""

    __slots__ = (
        "_unheard",
        "covered_ns",
        "final",
        "has_changed_codec",
        "last_ns",
        "path",
        "profile",
        "reports",
        "server",
        "slot",
    )

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
        self.has_changed_codec = False
        """Whether the open window has more than one."""
        self.reports = RtcpReports()
        self._unheard = SentUnheard()
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

    @property
    def is_heard(self) -> bool:
        """No packet of it is seen."""
        return False

    def take(
        self, block: ReceptionReport, *, packets_sent: int, clock_rate: int, now_ns: int
    ) -> None:
        """Take in a report; `packets_sent` is what the sender of the stream has said of itself."""
        if block.ssrc != self.ssrc:
            self.ssrc = block.ssrc
            self.reports.rebase()
        before = self.reports.reception.loss
        passed = self._unheard.count(block.extended_highest_sequence_number, packets_sent)
        tap = TapCount(expected_now=passed, lost_now=0, expected=None, lost=0)
        self.reports.take(block, tap, clock_rate=clock_rate, now_ns=now_ns, from_start=False)
        if self.reports.reception.loss != before:
            self.covered_ns += now_ns - self.last_ns
        self.last_ns = now_ns
