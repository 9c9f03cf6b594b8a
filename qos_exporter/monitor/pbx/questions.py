"""What events do not tell of a channel, and so is asked: its Call-ID, its codec, its ports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.monitor.pbx.codecs import first_format
from qos_exporter.protocols import ami
from qos_exporter.protocols.ami.fields import MAX_PORT, number_of
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Callable

    from qos_exporter.monitor.pbx.leg import Leg
    from qos_exporter.monitor.pbx.server import PbxServer
    from qos_exporter.protocols.ami import ReportEvent

PJSIP = "PJSIP/"
CALL_ID = "CHANNEL(pjsip,call-id)"
CALL_ID_OF_CHAN_SIP = "SIPCALLID"
CODEC = "CHANNEL(audionativeformat)"
AUDIO = "CHANNEL(rtp,src,audio)"
VIDEO = "CHANNEL(rtp,src,video)"
"""Where the PBX has the media: an address and a port, or nothing."""

LOOK_EVERY_NS = 9 * SECOND_NS
"""No event tells of a codec that was changed by a re-INVITE. With a report in five seconds it is
asked for at every second one, on whichever side of ten seconds that comes."""
LOOK_AGAIN_NS = SECOND_NS
"""Where there is a sign of a change it is asked at once, but not for every report of a burst."""


def ask_about(leg: Leg, server: PbxServer) -> None:
    """Ask everything."""
    if leg.has_media:
        is_pjsip = leg.name.startswith(PJSIP)
        server.ask(ami.GetVariable(leg.name, CALL_ID if is_pjsip else CALL_ID_OF_CHAN_SIP))
        ask_about_media(leg, server)


def ask_about_media(leg: Leg, server: PbxServer) -> None:
    """Ask what is settled once the channel is answered."""
    variables = (CODEC, AUDIO, VIDEO) if leg.name.startswith(PJSIP) else (CODEC,)
    for variable in variables:
        server.ask(ami.GetVariable(leg.name, variable))


def look_again(leg: Leg, event: ReportEvent, server: PbxServer, now_ns: int) -> None:
    """Ask again what a re-INVITE may have changed since: all of it if the report is a sign of that.

    It is one if it comes from a port that is not known, or tells of another stream of the PBX. Its
    jitter is then in the ticks of nobody knows which clock.
    """
    is_about_audio = leg.is_about_audio(event)
    is_other = is_about_audio and not event.is_received and leg.hearing.note_sent(event.sent_ssrc)
    if is_other:
        leg.is_codec_certain = False
    unasked_ns = now_ns - leg.asked_ns
    if unasked_ns >= LOOK_AGAIN_NS and (is_other or leg.is_elsewhere(event)):
        leg.asked_ns = now_ns
        ask_about_media(leg, server)
    elif is_other or (leg.has_media and unasked_ns >= LOOK_EVERY_NS):
        leg.asked_ns = now_ns
        server.ask(ami.GetVariable(leg.name, CODEC))


def take_answer(leg: Leg, variable: str, value: str) -> bool:
    """Take in an answer; says whether it was the one about the Call-ID."""
    take = ABOUT_MEDIA.get(variable)
    if take is not None:
        take(leg, value)
        return False
    leg.sip_call_id = value or leg.sip_call_id
    leg.is_identified = True
    return True


def _take_codec(leg: Leg, value: str) -> None:
    leg.is_codec_certain = True
    leg.codec = first_format(value) or leg.codec


def _take_audio(leg: Leg, value: str) -> None:
    leg.audio_port = port_of(value)


def _take_video(leg: Leg, value: str) -> None:
    leg.video_port = port_of(value)


ABOUT_MEDIA: dict[str, Callable[[Leg, str], None]] = {
    CODEC: _take_codec,
    AUDIO: _take_audio,
    VIDEO: _take_video,
}


def port_of(endpoint: str) -> int:
    """Read the port of `ADDRESS:PORT`; 0 where there is none, or a number that is no port."""
    port = number_of(endpoint.rpartition(":")[2])
    return port if port is not None and port <= MAX_PORT else 0
