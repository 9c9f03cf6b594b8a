"""What reports of a PBX say, and where it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from qos_exporter.calls.payloads import NO_PAYLOADS
from qos_exporter.monitor.pbx.codecs import payloads_of
from qos_exporter.reports.call_round_trip import TripSource
from qos_exporter.reports.quality_reports import QualityReport
from qos_exporter.reports.round_trip import rejection_of
from qos_exporter.reports.rtcp_reports import JITTER_MAX_S
from qos_exporter.reports.stream_reports import ReportSource
from qos_exporter.snapshot import Exemplar
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from qos_exporter.calls.call import Call
    from qos_exporter.monitor.pbx.leg import Leg
    from qos_exporter.monitor.pbx.parts import PbxParts
    from qos_exporter.monitor.pbx.server import PbxServer
    from qos_exporter.monitor.pbx.stream import PbxStream
    from qos_exporter.monitor.tracked import TrackedStream
    from qos_exporter.protocols.ami import ReportEvent
    from qos_exporter.protocols.rtcp import ReceptionReport


class BelievedReport(NamedTuple):
    """What one report says of a stream, as far as it can be believed."""

    event: ReportEvent
    block: ReceptionReport
    round_trip_s: float | None
    jitter_s: float | None
    loss_ratio: float | None
    """Since the report before."""


class Figures:
    """Enters what reports say: at a stream that is seen on the wire, else at one of the leg's."""

    def __init__(self, parts: PbxParts) -> None:
        self._parts = parts

    def take(self, event: ReportEvent, leg: Leg, server: PbxServer, now_ns: int) -> None:
        """Take in a report; the leg has its call."""
        if event.packets_sent is not None:
            leg.packets_sent[not event.is_received] = event.packets_sent
        if event.is_received and event.block is not None and leg.hearing.is_over(event.block):
            return
        round_trip_s = self._round_trip_of(event, server)
        stream = None
        if event.block is not None:
            loss_ratio = self._loss_of(event, event.block, leg)
            jitter_s = self._jitter_of(event, leg, server)
            report = BelievedReport(event, event.block, round_trip_s, jitter_s, loss_ratio)
            leg.note(
                loss_ratio=loss_ratio,
                jitter_s=report.jitter_s,
                round_trip_s=round_trip_s,
            )
            stream = self._take_seen(report, leg, now_ns) or self._take_unseen(
                report, leg, server, now_ns
            )
        if round_trip_s is not None:
            self._take_trip(leg, stream, round_trip_s, now_ns)

    def adopt(self, leg: Leg, now_ns: int) -> None:
        """Let the streams of a leg be those of its call, which may have been found after them.

        Those of a call that it has left for another end with that.
        """
        for to_party, stream in list(leg.streams.items()):
            if stream.call is None and leg.call is not None:
                self._join(stream, leg.call)
            elif stream.call is not leg.call:
                self._parts.stop(leg, to_party=to_party, now_ns=now_ns)

    def _round_trip_of(self, event: ReportEvent, server: PbxServer) -> float | None:
        """Give the round trip that can be believed; what cannot be is counted.

        Asterisk shows an older one where a report quotes nothing, and 65535.99 where a clock ran
        backwards by a fraction.
        """
        round_trip_s = event.round_trip_s
        if not event.is_received or (event.block is None and round_trip_s is None):
            return None
        if round_trip_s is None or rejection_of(round(round_trip_s * SECOND_NS)) is not None:
            server.rejected["rtt"] += 1
            return None
        return round_trip_s

    @staticmethod
    def _loss_of(event: ReportEvent, block: ReceptionReport, leg: Leg) -> float | None:
        """Give the share that was lost since the report before, unless the call was on hold then.

        What comes next is then compared with nothing before.
        """
        if not (event.is_received and leg.hearing.take(block)):
            return block.fraction_lost_ratio
        stream = leg.streams.get(True)
        if stream is not None:
            stream.reports.rebase()
        return None

    @staticmethod
    def _jitter_of(event: ReportEvent, leg: Leg, server: PbxServer) -> float | None:
        """Give the jitter in seconds: it is in ticks of the clock of the channel's codec."""
        if event.block is None or "jitter" in event.rejected or not leg.clock_rate:
            return None
        jitter_s = event.block.interarrival_jitter_ticks / leg.clock_rate
        if jitter_s > JITTER_MAX_S:
            server.rejected["jitter"] += 1
            return None
        return jitter_s

    def _take_seen(self, report: BelievedReport, leg: Leg, now_ns: int) -> TrackedStream | None:
        """Enter the figures at the stream that is seen on the wire; `None` where none is."""
        event, block = report.event, report.block
        seen = self._seen(event, block, leg)
        if seen is None:
            return None
        self._parts.stop(leg, to_party=event.is_received, now_ns=now_ns)
        seen.open_reports().for_quality(ReportSource.AMI).add(
            QualityReport(
                loss_ratio=report.loss_ratio,
                packets_lost=max(0, block.packets_lost),
                jitter_s=report.jitter_s,
                round_trip_s=report.round_trip_s,
            )
        )
        if seen.call is not None:
            self._parts.placing.join(leg, seen.call)
        return seen

    def _seen(self, event: ReportEvent, block: ReceptionReport, leg: Leg) -> TrackedStream | None:
        """Find the stream on the wire: by its ends, or in the call of the leg by its SSRC alone.

        In a native bridge the streams of both legs have one SSRC, and only one of them may be seen.
        """
        targets, ends = self._parts.targets, {"sender": event.dst, "receiver": event.src}
        seen = targets.between(block.ssrc, **ends)
        if seen is None and leg.call is not None:
            known = targets.search(block.ssrc, **ends)
            seen = known if known is not None and known.call is leg.call else None
        return seen

    def _take_unseen(
        self, report: BelievedReport, leg: Leg, server: PbxServer, now_ns: int
    ) -> PbxStream:
        """Enter the figures at the leg's own stream."""
        event = report.event
        stream = self._stream_of(event, leg, server, now_ns)
        stream.take(
            report.block,
            packets_sent=leg.packets_sent[event.is_received],
            clock_rate=0 if report.jitter_s is None else leg.clock_rate,
            now_ns=now_ns,
        )
        if stream.reports.reception.is_deaf:
            # Who hears nothing has no fraction lost to report: Asterisk shows 0 then.
            leg.note(loss_ratio=1.0, jitter_s=None, round_trip_s=None)
        return stream

    def _stream_of(self, event: ReportEvent, leg: Leg, server: PbxServer, now_ns: int) -> PbxStream:
        stream = leg.streams.get(event.is_received)
        if stream is None or stream.call not in (None, leg.call):
            self._parts.stop(leg, to_party=event.is_received, now_ns=now_ns)
            stream = self._parts.streams.begin(event, server=server.name, now_ns=now_ns)
            leg.streams[event.is_received] = stream
            stream.direction = leg.direction(to_party=event.is_received)
            self._parts.take_path(stream)
        if stream.call is None and leg.call is not None:
            self._join(stream, leg.call)
        payloads = payloads_of(leg.codec)
        if stream.payloads != payloads:
            stream.has_changed_codec = stream.payloads != NO_PAYLOADS
            stream.payloads = payloads
            stream.profile = self._parts.profiles.number_of(payloads)
        return stream

    def _join(self, stream: PbxStream, call: Call) -> None:
        stream.call = call
        call.add_stream(stream)
        self._parts.admission.note_media(call)
        self._parts.book.note_media(call)

    def _take_trip(
        self,
        leg: Leg,
        stream: PbxStream | TrackedStream | None,
        round_trip_s: float,
        now_ns: int,
    ) -> None:
        """Enter a round trip between the PBX and the party: that of the leg's whole SIP call."""
        if leg.call is None:
            return
        self._parts.trips.take_whole(leg.call, round(round_trip_s * SECOND_NS), now_ns)
        number = self._parts.group_of(stream)
        if number is not None:
            told_s = (now_ns - self._parts.clock.ahead_ns) / SECOND_NS
            exemplar = Exemplar(leg.call.call_id, round_trip_s, told_s)
            sums = self._parts.groups.sums[number].reports
            sums.add_round_trip(TripSource.AMI, exemplar)
