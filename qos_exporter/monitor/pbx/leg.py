"""A channel of a PBX, and the call that it is a leg of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.calls.party import Direction
from qos_exporter.monitor.pbx.codecs import clock_rate_of
from qos_exporter.monitor.pbx.hearing import Hearing
from qos_exporter.monitor.pbx.leg_reports import LegReports
from qos_exporter.protocols.ami.values import STATE_RING, STATE_UP

if TYPE_CHECKING:
    from qos_exporter.calls.call import Call
    from qos_exporter.monitor.pbx.cdr import CdrRecord
    from qos_exporter.monitor.pbx.stream import PbxStream
    from qos_exporter.protocols.ami import Channel, ReportEvent

SIP_CHANNELS = ("PJSIP/", "SIP/")
"""How the names of channels begin that have a SIP call of their own."""

RTP_AND_RTCP = (0, 1)
"""RTCP comes one port above RTP, or to the same."""

DIRECTIONS = {
    (True, False): Direction.CALLER_TO_CALLEE,
    (True, True): Direction.CALLEE_TO_CALLER,
    (False, False): Direction.CALLEE_TO_CALLER,
    (False, True): Direction.CALLER_TO_CALLEE,
}
"""By whether the party called the PBX, and whether the stream goes to the party."""


class Leg:
    """A channel as it is now. Its `uniqueid` stays, whatever else changes."""

    def __init__(self, channel: Channel, *, is_new: bool, now_ns: int) -> None:
        self.uniqueid = channel.uniqueid
        self.channel = channel
        self.name = channel.name
        """By which the PBX knows it now."""
        self.is_new = is_new
        """Whether it was seen from its beginning."""
        self.is_incoming = (
            channel.state == STATE_RING if is_new else channel.uniqueid == channel.linkedid
        )
        """Whether the party called the PBX, and not the other way round."""
        self.dialled = channel.exten
        self.has_media = channel.name.startswith(SIP_CHANNELS)
        """Whether it is one to show: local channels have neither SIP nor media."""
        self.since_ns = self.seen_ns = now_ns
        self.sip_call_id = ""
        self.is_identified = False
        """Whether the PBX has answered the question for its Call-ID."""
        self.codec = ""
        """As Asterisk calls it; empty while it is not known."""
        self.is_codec_certain = True
        """Whether there is no sign that the codec has changed since it was last told."""
        self.asked_ns = now_ns
        """When it was asked about its media for the last time."""
        self.audio_port = self.video_port = 0
        """Where the PBX has its RTP; 0 where there is none, or while it is not known."""
        self.call: Call | None = None
        self.owns_call = False
        """Whether the call is known from the PBX alone."""
        self.streams: dict[bool, PbxStream] = {}
        """That which goes to the party (`True`), and that which comes from it."""
        self.hearing = Hearing()
        self.record: CdrRecord | None = None
        """What is written into the call's detail record through this channel."""
        self.packets_sent = {True: 0, False: 0}
        """By direction, as in `streams`: the packets of the call so far, as their sender says."""
        self._reports = LegReports()

    @property
    def linkedid(self) -> str:
        """What the channels of a call have in common."""
        return self.channel.linkedid

    @property
    def is_up(self) -> bool:
        """Whether it was answered."""
        return self.channel.state == STATE_UP

    @property
    def clock_rate(self) -> int:
        """That of the channel's codec, 0 while it is not known for certain."""
        return clock_rate_of(self.codec) if self.is_codec_certain else 0

    @property
    def parties(self) -> tuple[str, str]:
        """Caller and callee."""
        channel = self.channel
        if self.is_incoming:
            return channel.number, self.dialled or channel.connected
        return channel.connected, channel.number

    def is_about_audio(self, report: ReportEvent) -> bool:
        """Whether a report speaks of the channel's audio: by the port of the PBX's own end.

        Where audio and video share a port nothing tells them apart, and a report may be of either.
        """
        port = (report.dst if report.is_received else report.src).port
        if self.audio_port:
            is_shared = self.audio_port == self.video_port
            return port - self.audio_port in RTP_AND_RTCP and not is_shared
        return not (self.video_port and port - self.video_port in RTP_AND_RTCP)

    def is_elsewhere(self, report: ReportEvent) -> bool:
        """Whether a report is from a port of the PBX that is not known of the channel."""
        port = (report.dst if report.is_received else report.src).port
        known = (self.audio_port, self.video_port)
        return self.audio_port > 0 and all(port - each not in RTP_AND_RTCP for each in known)

    def direction(self, *, to_party: bool) -> Direction:
        """Which way a stream of the leg goes."""
        return DIRECTIONS[self.is_incoming, to_party]

    def note(
        self, *, loss_ratio: float | None, jitter_s: float | None, round_trip_s: float | None
    ) -> None:
        """Take in what one report says."""
        self._reports.add(loss_ratio=loss_ratio, jitter_s=jitter_s, round_trip_s=round_trip_s)

    def take_reports(self) -> LegReports:
        """Give what was reported since this was last asked."""
        reports, self._reports = self._reports, LegReports()
        return reports

    def update(self, channel: Channel, now_ns: int) -> None:
        """Take in how the channel looks now."""
        self.channel = channel
        self.name = channel.name
        self.seen_ns = now_ns
