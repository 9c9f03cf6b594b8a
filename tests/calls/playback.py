"""Plays a capture into a call registry, with a minimal idea of what an RTP stream is."""

from __future__ import annotations

import re
from pathlib import Path

from qos_exporter.calls.events import CallEvent
from qos_exporter.calls.media import MediaStream
from qos_exporter.calls.registry import CallRegistry
from qos_exporter.errors import DecodeError
from qos_exporter.net import Endpoint
from qos_exporter.protocols.sip import parse_message
from tests.calls.datagrams import Datagram, read_datagrams
from tests.calls.recorder import RecordingControl

_OPENING = re.compile(
    rb"[\r\n\0 \t]*"
    rb"(?:SIP/2\.0[ \t]+[1-6][0-9][0-9]\b"
    rb"|[A-Za-z]{3,16}[ \t]+[^\s]{1,2048}[ \t]+SIP/2\.0[ \t]*\r?\n)",
    re.IGNORECASE,
)
_FOREVER_NS = 10**18
_RTP_VERSION = 2
_RTCP_TYPES = range(192, 224)
_Key = tuple[Endpoint, Endpoint, int]


class Playback:
    """The calls of one capture. A stream starts with its first packet of a plausible RTP header."""

    def __init__(self, path: Path) -> None:
        self.control = RecordingControl()
        self.registry = CallRegistry(self.control, linger_ns=_FOREVER_NS)
        self.events: list[CallEvent] = []
        self._streams: dict[_Key, MediaStream] = {}
        last_ns = 0
        for datagram in read_datagrams(path):
            last_ns = max(last_ns, datagram.now_ns)
            self.registry.tick(last_ns)
            self._take(datagram)
            self.events += self.registry.drain()
        self.registry.finish(last_ns)
        self.events += self.registry.drain()

    def _take(self, datagram: Datagram) -> None:
        if _OPENING.match(datagram.payload):
            self._take_message(datagram)
        elif _is_rtp(datagram.payload):
            self._take_packet(datagram)

    def _take_message(self, datagram: Datagram) -> None:
        try:
            message = parse_message(datagram.payload)
        except DecodeError:
            return
        self.registry.on_message(
            message, src=datagram.src, dst=datagram.dst, now_ns=datagram.now_ns
        )

    def _take_packet(self, datagram: Datagram) -> None:
        ssrc = int.from_bytes(datagram.payload[8:12], "big")
        key = (datagram.src, datagram.dst, ssrc)
        stream = self._streams.get(key)
        if stream is None or stream in self.control.released:
            stream = self._streams[key] = MediaStream(
                serial=len(self._streams),
                src=datagram.src,
                dst=datagram.dst,
                ssrc=ssrc,
                payload_type=datagram.payload[1] & 127,
                first_ns=datagram.now_ns,
            )
            self.control.heard_ns[stream] = datagram.now_ns
            self.registry.stream_started(stream, datagram.now_ns)
        self.control.heard_ns[stream] = datagram.now_ns


def _is_rtp(payload: bytes) -> bool:
    return len(payload) > 12 and payload[0] >> 6 == _RTP_VERSION and payload[1] not in _RTCP_TYPES
