"""RTCP as the parties of a dialogue send it: who reports on whom, from where, and when.

A party sends RTCP one port above its media unless a test says otherwise. What a sender report says
of time is the recording's own: a report that quotes it does so by the moment it was sent at.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from qos_exporter.net import Endpoint
from qos_exporter.protocols import rtcp
from tests.calls.scenario import sdp
from tests.dataplane.traffic import Frame, StreamId
from tests.monitor.recording import PACKETS_PER_S, Dialogue, datagram, message
from tests.protocols.rtcp_builder import encode

NTP_OF_START = 0x12345 << 32
"""What the clocks of all parties show at the start of a recording: seconds above the fraction."""
HELD_UNITS = 65_536
"""Delays in reports are in units of this part of a second."""


def ntp(at_s: float) -> int:
    """The NTP time stamp of a moment."""
    return NTP_OF_START + round(at_s * (1 << 32))


def middle(at_s: float) -> int:
    """What a receiver quotes of it."""
    return ntp(at_s) >> 16 & 0xFFFFFFFF


def control(media: Endpoint, by: int = 1) -> Endpoint:
    """The port for RTCP beside a port for media."""
    return Endpoint(media.address, media.port + by)


def datagram_of(src: Endpoint, dst: Endpoint, at_s: float, *packets: object) -> Frame:
    """Send packets in one datagram."""
    return datagram(src, dst, b"".join(map(encode, packets)), at_s)


def block(
    ssrc: int,
    highest: int = 0,
    *,
    lost: int = 0,
    fraction: int = 0,
    jitter_ticks: int = 0,
    quoted_s: float | None = None,
    held_s: float = 0.0,
) -> rtcp.ReceptionReport:
    """Report on a source; `quoted_s` is when the sender report that it quotes was sent."""
    return rtcp.ReceptionReport(
        ssrc=ssrc,
        fraction_lost=fraction,
        packets_lost=lost,
        extended_highest_sequence_number=highest,
        interarrival_jitter_ticks=jitter_ticks,
        last_sr=0 if quoted_s is None else middle(quoted_s),
        delay_since_last_sr=round(held_s * HELD_UNITS),
    )


def sr(ssrc: int, at_s: float, *blocks: rtcp.ReceptionReport) -> rtcp.SenderReport:
    """Make a sender report."""
    packets = max(0, round(at_s * PACKETS_PER_S))
    return rtcp.SenderReport(
        ssrc=ssrc,
        ntp_timestamp=ntp(at_s),
        rtp_timestamp=160 * packets,
        sender_packet_count=packets,
        sender_octet_count=160 * packets,
        reports=blocks,
    )


def rr(ssrc: int, *blocks: rtcp.ReceptionReport) -> rtcp.ReceiverReport:
    """Make a receiver report."""
    return rtcp.ReceiverReport(ssrc=ssrc, reports=blocks)


def sdes(ssrc: int, name: str) -> rtcp.SourceDescription:
    """Give the canonical name of a source."""
    return rtcp.SourceDescription((rtcp.DescribedSource(ssrc, name),))


@dataclass(frozen=True, slots=True)
class Exchange:
    """The RTCP of a dialogue as seen at the tap: each side reports on the stream that it receives.

    Each report quotes the sender report of the other side that passed a second earlier, so that
    the legs are `leg_s`: the one to the callee and the one to the caller.
    """

    forth: StreamId
    back: StreamId
    leg_s: tuple[float, float] = (0.040, 0.020)
    by: int = 1
    """How far above its media each side has its RTCP."""

    @classmethod
    def of(cls, dialogue: Dialogue, *, by: int = 1) -> Exchange:
        """Between the parties of a dialogue."""
        return cls(dialogue.forth, dialogue.back, by=by)

    def at_other_ends(self, caller: Endpoint, callee: Endpoint) -> Exchange:
        """The same, but with RTCP between these endpoints."""
        return replace(
            self,
            forth=replace(self.forth, src=caller, dst=callee),
            back=replace(self.back, src=callee, dst=caller),
            by=0,
        )

    @property
    def ends(self) -> tuple[Endpoint, Endpoint]:
        """Where caller and callee have their RTCP."""
        return control(self.forth.src, self.by), control(self.forth.dst, self.by)

    def from_caller(self, at_s: float, *, lost: int = 0, jitter_ticks: int = 0) -> Frame:
        """Report on the stream that the caller receives."""
        caller, callee = self.ends
        about = self._block(self.back, at_s, self.leg_s[1], lost=lost, ticks=jitter_ticks)
        return datagram_of(caller, callee, at_s, sr(self.forth.ssrc, at_s, about))

    def from_callee(self, at_s: float, *, lost: int = 0, jitter_ticks: int = 0) -> Frame:
        """Report on the stream that the callee receives."""
        caller, callee = self.ends
        about = self._block(self.forth, at_s, self.leg_s[0], lost=lost, ticks=jitter_ticks)
        return datagram_of(callee, caller, at_s, sr(self.back.ssrc, at_s, about))

    def both(self, *times_s: float) -> list[Frame]:
        """Let both sides report at each of these times."""
        sides = (self.from_caller, self.from_callee)
        return [report(at_s) for at_s in times_s for report in sides]

    def _block(
        self, stream: StreamId, at_s: float, leg_s: float, *, lost: int, ticks: int
    ) -> rtcp.ReceptionReport:
        # Half of the leg ago a packet had to pass the tap to have arrived when this was written.
        highest = max(0, int((at_s - leg_s / 2) * PACKETS_PER_S) - 1)
        return block(
            stream.ssrc,
            highest,
            lost=lost,
            jitter_ticks=ticks,
            quoted_s=at_s - 1.0,
            held_s=1.0 - leg_s,
        )


def agreement(
    dialogue: Dialogue,
    *,
    offered: tuple[str, ...] = (),
    answered: tuple[str, ...] = (),
    protocol: str = "RTP/AVP",
) -> list[Frame]:
    """Invite and answer with attributes of each side's own."""
    offer = sdp(str(dialogue.caller), *offered, payloads=dialogue.offer, protocol=protocol)
    answer = sdp(str(dialogue.callee), *answered, payloads=dialogue.offer, protocol=protocol)
    start_s, call_id = dialogue.start_s, dialogue.call_id
    return [
        message("A>B INVITE 1", start_s - 0.6, body=offer, call_id=call_id),
        message("A<B 200 INVITE 1 /b", start_s - 0.1, body=answer, call_id=call_id),
        message("A>B ACK 1 /b", start_s - 0.08, call_id=call_id),
    ]
