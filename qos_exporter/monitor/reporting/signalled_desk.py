"""Reports that phones send in SIP: RFC 6035 in PUBLISH and NOTIFY, `X-RTP-Stat` at a call's end."""

from __future__ import annotations

from collections import OrderedDict
from operator import eq
from typing import TYPE_CHECKING

from qos_exporter.calls.party import DIRECTION_TOWARDS
from qos_exporter.errors import DecodeError
from qos_exporter.monitor.reporting.views import reports_of
from qos_exporter.monitor.tracked import TrackedStream
from qos_exporter.protocols.rtp_stat import HEADERS, parse_rtp_stat
from qos_exporter.protocols.vq_address import VqAddress
from qos_exporter.protocols.vq_report import MEDIA_TYPE, VqReport, parse_report
from qos_exporter.reports.from_signalling import from_vq_metrics, received_by, sent_by
from qos_exporter.reports.stream_reports import ReportSource

if TYPE_CHECKING:
    from qos_exporter.calls.call import Call
    from qos_exporter.calls.party import Direction
    from qos_exporter.calls.registry import CallRegistry
    from qos_exporter.dataplane.values import SlowFrame
    from qos_exporter.monitor.decode_errors import DecodeErrors
    from qos_exporter.monitor.reporting.counts import ReportCounts
    from qos_exporter.protocols.sip import SipMessage
    from qos_exporter.protocols.vq_metrics import VqMetrics
    from qos_exporter.reports.quality_reports import QualityReport

PUBLISHING = frozenset({"PUBLISH", "NOTIFY"})
KEPT_MESSAGES = 1024
"""So many are remembered, to tell one that is sent again or that a proxy passes on."""


class SignalledDesk:
    """Finds reports in SIP messages, before the messages themselves are understood.

    A BYE ends its call, and the streams that it reports on with it.
    """

    def __init__(self, calls: CallRegistry, *, counts: ReportCounts, errors: DecodeErrors) -> None:
        self._calls = calls
        self._counts = counts
        self._errors = errors
        self._seen: OrderedDict[int, None] = OrderedDict()

    def take(self, message: SipMessage, frame: SlowFrame) -> None:
        """Read the reports in a message, if it has any."""
        if message.method in PUBLISHING and message.is_request:
            body = message.part(MEDIA_TYPE)
            if body is not None and self._note(message.call_id, body):
                self._take_vq_report(body)
        elif message.method == "BYE":
            value = next(filter(None, map(message.header, HEADERS)), "")
            reporter = message.sender if message.is_request else message.recipient
            if value and self._note(message.call_id, reporter.tag.encode()):
                self._take_rtp_stat(value, message, frame)

    def _note(self, call_id: str, content: bytes) -> bool:
        """Remember what was sent; says whether it is new.

        It is not if it is sent again, maybe with a password, or was seen on another hop before. Of
        statistics at the end of a call the tag of who sends them is enough: where both sides hang
        up at a time, each says the same in its BYE and in its answer to the other's.
        """
        key = hash((call_id, content))
        if key in self._seen:
            return False
        self._seen[key] = None
        if len(self._seen) > KEPT_MESSAGES:
            self._seen.popitem(last=False)
        return True

    def _take_vq_report(self, body: bytes) -> None:
        try:
            report = parse_report(body)
        except DecodeError as error:
            self._errors.count("vq_report", error.reason)
            return
        local, remote = report.local_address, report.remote_address
        # Local metrics are about what the phone receives, so their stream comes from the other.
        self._add(report, report.local, sender=remote, receiver=local)
        # Remote ones are what the other told it some time ago, who may well report itself.
        self._add(report, report.remote, sender=local, receiver=remote, is_hearsay=True)

    def _add(
        self,
        report: VqReport,
        metrics: VqMetrics | None,
        *,
        sender: VqAddress | None,
        receiver: VqAddress | None,
        is_hearsay: bool = False,
    ) -> None:
        if metrics is None:
            return
        call = self._calls.find(report.call_id)
        stream = None if call is None else stream_between(call, sender=sender, receiver=receiver)
        if stream is None:
            self._counts.unmatched[ReportSource.VQ_REPORT] += 1
        else:
            quality = from_vq_metrics(metrics)
            add_quality(stream, ReportSource.VQ_REPORT, quality, is_hearsay=is_hearsay)

    def _take_rtp_stat(self, value: str, message: SipMessage, frame: SlowFrame) -> None:
        try:
            stat = parse_rtp_stat(value)
        except DecodeError as error:
            self._errors.count("rtp_stat", error.reason)
            return
        call = self._calls.find(message.call_id)
        if call is None or call.dialog is None:
            self._counts.unmatched[ReportSource.RTP_STAT] += 1
            return
        requester = call.dialog.requester(message)
        reporter = requester if message.is_request else requester.other
        received = stream_at(call, DIRECTION_TOWARDS[reporter], frame.src.address)
        if received is not None:
            add_quality(received, ReportSource.RTP_STAT, received_by(stat))
        sent = stream_at(call, DIRECTION_TOWARDS[reporter.other], frame.src.address)
        if sent is not None:
            add_quality(sent, ReportSource.RTP_STAT, sent_by(stat), is_hearsay=True)


def stream_at(call: Call, direction: Direction, address: str) -> TrackedStream | None:
    """The audio of a call in a direction with an end at this address; else the last one."""
    streams = [each for each in call.streams if each.direction is direction and each.is_audio]
    near = [each for each in streams if address in (each.src.address, each.dst.address)]
    found = (near or streams)[-1:]
    return found[0] if found and isinstance(found[0], TrackedStream) else None


def stream_between(
    call: Call, *, sender: VqAddress | None, receiver: VqAddress | None
) -> TrackedStream | None:
    """The stream of a call that a phone means; it may know neither address as we see it.

    Its SSRC says which; where several have the one, or none has, the addresses of its ends do, and
    where those are equal their ports. If all are, it is the audio.
    """
    ssrcs = () if sender is None else sender.ssrcs
    ends = [VqAddress("", None, ()) if end is None else end for end in (sender, receiver)]

    def fit(stream: TrackedStream) -> tuple[bool, int, int]:
        seen = stream.src, stream.dst
        at_address = sum(map(eq, (each.address for each in seen), (each.address for each in ends)))
        at_port = sum(map(eq, seen, (each.endpoint for each in ends)))
        return stream.ssrc in ssrcs, at_address, at_port

    streams = [each for each in call.streams if isinstance(each, TrackedStream)]
    streams.sort(key=lambda stream: not stream.is_audio)
    best = max(streams, key=fit, default=None)
    return best if best is not None and any(fit(best)) else None


def add_quality(
    stream: TrackedStream, source: ReportSource, report: QualityReport, *, is_hearsay: bool = False
) -> None:
    """Enter a report, unless it says nothing."""
    if any(report.values()):
        reports = stream.open_reports().for_quality(source)
        if is_hearsay:
            reports.add_hearsay(report)
        else:
            reports.add(report)
        if stream.final is not None:
            # The last report of a call comes when its streams are over.
            stream.final = stream.final._replace(reported=reports_of(stream))
