"""What events do not tell of a channel, and so is asked: its Call-ID, its codec, its ports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.monitor.pbx.codecs import first_format
from qos_exporter.protocols import ami

if TYPE_CHECKING:
    from collections.abc import Callable

    from qos_exporter.monitor.pbx.leg import Leg
    from qos_exporter.monitor.pbx.server import PbxServer

PJSIP = "PJSIP/"
CALL_ID = "CHANNEL(pjsip,call-id)"
CALL_ID_OF_CHAN_SIP = "SIPCALLID"
CODEC = "CHANNEL(audionativeformat)"
AUDIO = "CHANNEL(rtp,src,audio)"
VIDEO = "CHANNEL(rtp,src,video)"
"""Where the PBX has the media: an address and a port, or nothing."""


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
    """Read the port of `ADDRESS:PORT`; 0 where there is none."""
    port = endpoint.rpartition(":")[2]
    return int(port) if port.isascii() and port.isdigit() else 0
