"""Call flows written as text, and played as the frames that would be on the wire.

A line of a flow is one of

    0     one  A>P>B  INVITE 1          | A:4000    a request of call `one` on both sides of P
    0.5   one  A<P<B  180 INVITE 1 /b               the response, from B back to A
    20    one  B>P>A  BYE 7 b/                      a request of the callee, whose tag is `b`
    2-20  A:4000=B:5000 1                           RTP both ways, with SSRC 1 and back with 2
    2-20  A:4000>B:5000 1                           one way only

Who sent the request stands left, also in a response. Every hop takes 10 ms, and adds or takes a Via
as RFC 3261 sections 16.6 and 16.7 say; CANCEL and the ACK to a refusal go from hop to hop. `1~2` is
the second attempt under number 1. Behind the bar stands the session description, one `m=` line
after the other: an endpoint and words as `sendonly`, `t38` or `98/iLBC`. `rack=7`, `early`,
`siprec`, `src` and `srs` add the header that the word stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from qos_exporter.net import Endpoint
from tests.dataplane.traffic import Frame, ethernet, ip_datagram, rtp
from tests.oracle.packet import Packet

EPOCH_S = 1_700_000_000
SECOND_NS = 1_000_000_000
HOP_S = 0.01
PACKET_S = 0.1
"""Few packets: what they tell of quality is not asked here."""
SIP_PORT = 5060
FIRST_REFUSAL = 300
HOSTS = {
    "A": "10.0.0.1",
    "B": "10.0.0.2",
    "C": "10.0.0.3",
    "D": "10.0.0.4",
    "M": "10.0.0.6",
    "N": "203.0.113.7",
    "P": "10.0.1.1",
    "Q": "10.0.1.2",
    "R": "10.0.1.3",
    "S": "10.0.1.4",
}
"""Telephones A to D, a server of music M, a NAT N, proxies and other servers P to S."""
HEADERS = {
    "early": "Content-Disposition: early-session",
    "siprec": "Require: siprec",
    "src": "Contact: <sip:telephone@example.com>;+sip.src",
    "srs": "Contact: <sip:recorder@example.com>;+sip.srs",
}
_MESSAGE = re.compile(
    r"(?P<at>[\d.]+)\s+(?P<call>\w+)\s+(?P<chain>\w[<>\w]+)\s+(?:(?P<status>\d{3}) )?"
    r"(?P<method>[A-Z]+) (?P<cseq>\d+)(?:~(?P<attempt>\d))?"
    r"(?: (?P<from_callee>\w+)/| /(?P<to_callee>\w+))?(?P<words>(?: [\w=]+)*)"
    r"(?:\s*\|\s*(?P<media>.*))?$"
)
_MEDIA = re.compile(
    r"(?P<from>[\d.]+)-(?P<to>[\d.]+)\s+(?P<one>\S+?)(?P<way>[>=])(?P<other>\S+)\s+(?P<ssrc>\d+)"
    r"(?: pt=(?P<type>\d+))?$"
)


class Seen(NamedTuple):
    """One datagram with the hop that it was seen on; packets of media have none."""

    at_s: float
    data: bytes
    hop: frozenset[str] = frozenset()
    line: str = ""
    """What it was in the flow."""

    @property
    def is_message(self) -> bool:
        """Whether this is SIP."""
        return bool(self.hop)

    @property
    def frame(self) -> Frame:
        """What was captured, and when."""
        return Frame(self.data, round((EPOCH_S + self.at_s) * SECOND_NS))


class Wire:
    """What a flow puts on the wire."""

    def __init__(self, text: str) -> None:
        self.seen: list[Seen] = []
        self._senders: dict[tuple[str, str], str] = {}
        """Who passed a request, by call and number, on to a place."""
        self._refused: set[tuple[str, ...]] = set()
        self._sent: dict[tuple[str, int], int] = {}
        for line in filter(None, map(str.strip, text.splitlines())):
            media = _MEDIA.match(line)
            self.seen += self._packets(media) if media else self._messages(line)

    def _packets(self, row: re.Match[str]) -> Iterator[Seen]:
        yield from self._stream(row, row["one"], row["other"], int(row["ssrc"]))
        if row["way"] == "=":
            yield from self._stream(row, row["other"], row["one"], int(row["ssrc"]) + 1)

    def _stream(self, row: re.Match[str], src: str, dst: str, ssrc: int) -> Iterator[Seen]:
        """Give the packets of a stream, which goes on where it ended if it was heard before."""
        begin_s, end_s = float(row["from"]), float(row["to"])
        number = self._sent.get((src, ssrc), 100)
        for index in range(round((end_s - begin_s) / PACKET_S)):
            packet = Packet(
                arrival_ns=0,
                sequence_number=number + index,
                rtp_timestamp=round((begin_s + index * PACKET_S) * 8000),
                payload_type=int(row["type"] or 0),
            )
            at_s = begin_s + index * PACKET_S
            yield Seen(at_s, datagram(endpoint(src), endpoint(dst), rtp(packet, ssrc)))
            self._sent[src, ssrc] = number + index + 1

    def _messages(self, line: str) -> Iterator[Seen]:
        row = _MESSAGE.match(line)
        if row is None:
            raise ValueError(line)
        places = re.split("[<>]", row["chain"])
        is_response = "<" in row["chain"]
        if is_response:
            places.reverse()
        for index, (here, there) in enumerate(pairwise(places)):
            hop = (there, here) if is_response else (here, there)
            src, dst = (Endpoint(HOSTS[name], SIP_PORT) for name in (here, there))
            data = datagram(src, dst, self._message(row, hop))
            yield Seen(float(row["at"]) + index * HOP_S, data, frozenset(hop), line)

    def _message(self, row: re.Match[str], hop: tuple[str, str]) -> bytes:
        """Write the message as it is seen on a hop, which is named in the request's direction."""
        call, method, cseq = row["call"], row["method"], row["cseq"]
        body = describe(row["media"]) if row["media"] else b""
        uri = f"sip:callee-{call}@example.com"
        lines = [
            f"SIP/2.0 {row['status']} Reason" if row["status"] else f"{method} {uri} SIP/2.0",
            *self._vias(row, hop),
            *_parties(row, f"<sip:caller-{call}@example.com>;tag=a", f"<{uri}>"),
            f"Call-ID: {call}",
            f"CSeq: {cseq} {method}",
            *map(_header, row["words"].split()),
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join([*lines, "", ""]).encode() + body

    def _vias(self, row: re.Match[str], hop: tuple[str, str]) -> Iterator[str]:
        here, there = hop
        method = row["method"]
        number = "-".join((row["call"], row["cseq"], row["from_callee"] or ""))
        if not row["status"]:
            self._senders.setdefault((number, there), here)
        elif method == "INVITE" and int(row["status"]) >= FIRST_REFUSAL:
            self._refused.add((number, *hop))
        is_of_hop = method == "CANCEL" or (method == "ACK" and (number, *hop) in self._refused)
        name = "INVITE" if is_of_hop else method
        while here:
            branch = f"z9hG4bK{number}{name}{row['attempt'] or ''}{here}{there}"
            yield f"Via: SIP/2.0/UDP {HOSTS[here]};branch={branch}"
            here, there = "" if is_of_hop else self._senders.get((number, here), ""), here


def _parties(row: re.Match[str], caller: str, callee: str) -> tuple[str, str]:
    tag = row["from_callee"] or row["to_callee"]
    callee += f";tag={tag}" if tag else ""
    sender, recipient = (callee, caller) if row["from_callee"] else (caller, callee)
    return f"From: {sender}", f"To: {recipient}"


def _header(word: str) -> str:
    name, _, value = word.partition("=")
    return f"RAck: 1 {value} INVITE" if name == "rack" else HEADERS[name]


def datagram(src: Endpoint, dst: Endpoint, payload: bytes) -> bytes:
    """Wrap a datagram as it comes over Ethernet."""
    return ethernet(ip_datagram(src, dst, payload))


def endpoint(text: str) -> Endpoint:
    """Read `host:port`, where the host is a letter or an address."""
    host, _, port = text.rpartition(":")
    return Endpoint(HOSTS.get(host, host), int(port))


def describe(text: str) -> bytes:
    """Write a session description."""
    lines = ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "t=0 0"]
    for media in text.split(","):
        lines += _describe_media(*media.split())
    return "".join(f"{line}\r\n" for line in lines).encode()


def _describe_media(place: str, *words: str) -> Iterator[str]:
    host, _, port = place.rpartition(":")
    address = HOSTS.get(host, host)
    formats = dict(re.findall(r"(\d+)/(\w+)", " ".join(words))) or {"0": "PCMU"}
    if "t38" in words:
        yield f"m=image {port} udptl t38"
    else:
        yield f"m=audio {port} RTP/AVP {' '.join(formats)}"
        yield from (f"a=rtpmap:{number} {name}/8000" for number, name in formats.items())
    yield f"c=IN IP{6 if ':' in address else 4} {address}"
    yield from (f"a={word}" for word in words if word != "t38" and "/" not in word)
