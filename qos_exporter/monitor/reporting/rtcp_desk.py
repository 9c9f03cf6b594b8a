"""RTCP as it passes: taken apart, and handed to the streams that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qos_exporter.errors import DecodeError
from qos_exporter.monitor.reporting.repeats import Repeats
from qos_exporter.monitor.reporting.trips import Quotation
from qos_exporter.protocols.rtcp import (
    Dlrr,
    ExtendedReport,
    Goodbye,
    ReceiverReferenceTime,
    ReceiverReport,
    SenderReport,
    SourceDescription,
    parse_compound,
)
from qos_exporter.reports.call_round_trip import TripSource
from qos_exporter.reports.from_rtcp_xr import quality_by_ssrc
from qos_exporter.reports.stream_reports import ReportSource
from qos_exporter.tuples import new_tuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qos_exporter.calls.media import MediaStream
    from qos_exporter.calls.registry import CallRegistry
    from qos_exporter.dataplane.values import SlowFrame
    from qos_exporter.monitor.decode_errors import DecodeErrors
    from qos_exporter.monitor.reporting.counts import ReportCounts
    from qos_exporter.monitor.reporting.farewells import Farewells
    from qos_exporter.monitor.reporting.targets import Targets
    from qos_exporter.monitor.reporting.trips import Trips
    from qos_exporter.monitor.reporting.unseen import UnseenStreams
    from qos_exporter.monitor.tracked import TrackedStream
    from qos_exporter.protocols.rtcp import Compound, ReceptionReport, XrBlock
    from qos_exporter.reports.figures import RunningFigures

ENCRYPTED = "encrypted"
SEQUENCE_MASK = 0xFFFF

RTCP = TripSource.RTCP
"""Named here because every report asks, and a member of an enumeration is not found at once."""


class RtcpDesk:
    """Reads RTCP datagrams. They come in the order of the wire, after the packets before them."""

    def __init__(
        self,
        calls: CallRegistry,
        targets: Targets,
        trips: Trips,
        *,
        farewells: Farewells,
        unseen: UnseenStreams,
        counts: ReportCounts,
        errors: DecodeErrors,
    ) -> None:
        self._calls = calls
        self._targets = targets
        self._trips = trips
        self._farewells = farewells
        self._unseen = unseen
        self._counts = counts
        self._errors = errors
        self._repeats = Repeats()
        self._takers: dict[type, Callable[[Any, SlowFrame], None]] = {
            SenderReport: self._take_sender_report,
            ReceiverReport: self._take_reports,
            ExtendedReport: self._take_times,
            SourceDescription: self._take_names,
            Goodbye: self._take_farewells,
        }

    def take(self, frame: SlowFrame) -> None:
        """Read one datagram."""
        if self._calls.reports.is_barred(frame.src, frame.dst) or self._repeats.note(frame):
            return
        compound = self._read(frame)
        if compound is None:
            return
        self._calls.reports.hear(frame.src, frame.dst, frame.at_ns)
        blocks: list[XrBlock] = []
        counts = self._counts.packets
        for packet in compound.packets:
            counts[packet.kind] += 1
            take = self._takers.get(type(packet))
            if take is not None:
                take(packet, frame)
            if isinstance(packet, ExtendedReport):
                # Those of all packets are read at once.
                blocks += packet.blocks
        if blocks:
            self._take_quality(blocks, frame)

    def _read(self, frame: SlowFrame) -> Compound | None:
        """Read a datagram and count what is wrong with it.

        Of what does not even begin well, much is no RTCP: one DNS query in a hundred looks like it.
        """
        try:
            compound = parse_compound(frame.data)
            if compound.faults and self._calls.reports.is_encrypted(frame.src, frame.dst):
                compound = parse_compound(frame.data, srtp_negotiated=True)
        except DecodeError as error:
            if error.reason == ENCRYPTED:
                self._counts.encrypted += 1
                self._calls.reports.hear(frame.src, frame.dst, frame.at_ns)
            elif self._calls.reports.is_awaited(frame.src, frame.dst):
                self._errors.count("rtcp", error.reason)
            return None
        for fault in compound.faults:
            self._errors.count("rtcp", fault)
        return compound

    def _take_sender_report(self, packet: SenderReport, frame: SlowFrame) -> None:
        self._trips.note(RTCP, packet.ssrc, packet.ntp_middle, frame)
        self._take_reports(packet, frame)

    def _take_reports(self, packet: SenderReport | ReceiverReport, frame: SlowFrame) -> None:
        for block in packet.reports:
            ssrc = block.ssrc
            if ssrc == packet.ssrc:
                # Some devices report on what they send themselves; nobody received that.
                continue
            stream = self._targets.find(ssrc, sender=frame.dst, receiver=frame.src)
            if stream is None:
                self._counts.unmatched[ReportSource.RTCP] += 1
                self._take_unseen(block, frame)
            else:
                self._take_report(block, stream, frame)

    def _take_report(self, block: ReceptionReport, stream: TrackedStream, frame: SlowFrame) -> None:
        now_ns = frame.at_ns
        if stream.call is not None:
            stream.call.reported_ns = now_ns
        rtcp = stream.open_reports().for_rtcp()
        source = self._targets.source_of(stream)
        receiver = source.receiver_of(stream).address
        if rtcp.is_repeated(block, now_ns) or not rtcp.listen_to(
            frame.src.address, receiver, block
        ):
            return
        progress = source.kernel.progress(
            stream.slot, block.extended_highest_sequence_number & SEQUENCE_MASK
        )
        rtcp.take(
            block,
            progress,
            clock_rate=progress.clock_rate,
            now_ns=now_ns,
            from_start=stream.is_whole,
        )
        self._take_leg(block, stream, frame, rtcp.round_trip_leg)

    def _take_leg(
        self,
        block: ReceptionReport,
        stream: MediaStream,
        frame: SlowFrame,
        figures: RunningFigures,
    ) -> None:
        quoted = new_tuple(Quotation, (block.ssrc, block.last_sr, block.delay_since_last_sr))
        leg_ns = self._trips.leg_ns(RTCP, quoted, frame)
        if leg_ns is not None:
            self._trips.take(stream, leg_ns, source=RTCP, at_ns=frame.at_ns, figures=figures)

    def _take_unseen(self, block: ReceptionReport, frame: SlowFrame) -> None:
        """Keep a report about a stream whose media were never seen; of one that is over it is late.

        It went from who receives this report to who sent it.
        """
        if self._targets.has_seen(block.ssrc):
            return
        stream = self._unseen.at(
            block.ssrc, sender=frame.dst, receiver=frame.src, now_ns=frame.at_ns
        )
        if stream.call is None:
            stream.call, stream.direction = self._calls.reports.place_of(frame.dst, frame.src)
        has_sent = self._trips.has_sent(block.ssrc, frame)
        stream.take(block, frame.at_ns, has_sent=has_sent)
        if stream.is_proven:
            self._take_leg(block, stream, frame, stream.reports.for_rtcp().round_trip_leg)

    def _take_times(self, packet: ExtendedReport, frame: SlowFrame) -> None:
        """Note reference times, and time those that are quoted (RFC 3611 sections 4.4 and 4.5)."""
        for block in packet.blocks:
            if isinstance(block, ReceiverReferenceTime):
                self._trips.note(TripSource.RTCP_XR, packet.ssrc, block.ntp_middle, frame)
            elif isinstance(block, Dlrr):
                for each in block.sub_blocks:
                    quoted = Quotation(each.ssrc, each.last_rr, each.delay_since_last_rr)
                    self._take_quotation(quoted, frame)

    def _take_quotation(self, quoted: Quotation, frame: SlowFrame) -> None:
        """Time what is quoted; of one who sends no media no stream tells the call and its side."""
        leg_ns = self._trips.leg_ns(TripSource.RTCP_XR, quoted, frame)
        stream = self._received(quoted.ssrc, frame)
        if leg_ns is None or stream is None:
            return
        figures = stream.open_reports().for_quality(ReportSource.RTCP_XR).round_trip_leg
        self._trips.take(
            stream, leg_ns, source=TripSource.RTCP_XR, at_ns=frame.at_ns, figures=figures
        )

    def _take_quality(self, blocks: Sequence[XrBlock], frame: SlowFrame) -> None:
        for ssrc, report in quality_by_ssrc(blocks).items():
            stream = self._received(ssrc, frame)
            if stream is not None:
                stream.open_reports().for_quality(ReportSource.RTCP_XR).add(report)
                continue
            self._counts.unmatched[ReportSource.RTCP_XR] += 1
            unseen = self._unseen.find(ssrc, sender=frame.dst, receiver=frame.src)
            if unseen is not None:
                unseen.reports.for_quality(ReportSource.RTCP_XR).add(report)

    def _take_names(self, packet: SourceDescription, frame: SlowFrame) -> None:
        for described in packet.sources:
            if not described.cname:
                continue
            stream = self._sent(described.ssrc, frame)
            if stream is not None:
                # It is the same every time; what is shown need not be made anew then.
                if stream.reports is None or stream.reports.cname != described.cname:
                    stream.open_reports().cname = described.cname
                continue
            unseen = self._unseen.find(described.ssrc, sender=frame.src, receiver=frame.dst)
            if unseen is not None:
                unseen.reports.cname = described.cname

    def _take_farewells(self, packet: Goodbye, frame: SlowFrame) -> None:
        """Let the streams end whose sender says that it stops (RFC 3550 section 6.6)."""
        for ssrc in packet.ssrcs:
            stream = self._sent(ssrc, frame)
            if stream is not None:
                self._farewells.say(stream, frame.at_ns)

    def _received(self, ssrc: int, frame: SlowFrame) -> TrackedStream | None:
        """The stream that whoever sent this frame reports on: it went the other way."""
        return self._targets.find(ssrc, sender=frame.dst, receiver=frame.src)

    def _sent(self, ssrc: int, frame: SlowFrame) -> TrackedStream | None:
        """The stream that whoever sent this frame sends itself."""
        return self._targets.find(ssrc, sender=frame.src, receiver=frame.dst)
