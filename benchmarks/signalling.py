"""SIP for synthetic streams: each call is set up before its first packet and ended after its last.

A program that takes RTP from session descriptions only, as voipmonitor does, has to be told.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SIP_PORT = 5060
SIP_DSCP_CS3 = 0x60
SPREAD_NS = 100_000_000
"""Every call sends its first message within this time, then every call its second, and so on."""
RECORD_HEADER = struct.Struct("<IIII")
MACS = bytes.fromhex("020000000002020000000001")
ETHERNET_IPV4 = MACS + b"\x08\x00"
IP_HEADER = struct.Struct(">BBHHHBBH4s4s")
UDP_HEADER = struct.Struct(">HHHH")

Message = tuple[str, str]
"""The address that it is sent from, and its text."""


@dataclass(frozen=True, slots=True)
class SignalledCall:
    """A call of G.711, with the address and port of both ends."""

    number: int
    caller: tuple[str, int]
    callee: tuple[str, int]

    def set_up(self) -> tuple[Message, ...]:
        """Ask, agree and confirm."""
        offer, answer = _sdp(*self.caller), _sdp(*self.callee)
        return (
            self._request("INVITE", 1, to_tag="", body=offer),
            self._ok("INVITE", 1, body=answer),
            self._request("ACK", 1, to_tag=";tag=b"),
        )

    def tear_down(self) -> tuple[Message, ...]:
        """Hang up; the callee agrees."""
        return self._request("BYE", 2, to_tag=";tag=b"), self._ok("BYE", 2)

    def other(self, address: str) -> str:
        """Give the end that is not at `address`."""
        return self.callee[0] if address == self.caller[0] else self.caller[0]

    def _request(self, method: str, cseq: int, *, to_tag: str, body: str = "") -> Message:
        first = f"{method} sip:callee{self.number}@{self.callee[0]} SIP/2.0"
        return self.caller[0], self._message(first, f"{cseq} {method}", self.caller, to_tag, body)

    def _ok(self, method: str, cseq: int, *, body: str = "") -> Message:
        text = self._message("SIP/2.0 200 OK", f"{cseq} {method}", self.callee, ";tag=b", body)
        return self.callee[0], text

    def _message(
        self, first: str, cseq: str, contact: tuple[str, int], to_tag: str, body: str
    ) -> str:
        branch = f"z9hG4bK{self.number}-{cseq.replace(' ', '-')}"
        lines = [
            first,
            f"Via: SIP/2.0/UDP {self.caller[0]}:{SIP_PORT};branch={branch}",
            "Max-Forwards: 70",
            f"From: <sip:caller{self.number}@{self.caller[0]}>;tag=a",
            f"To: <sip:callee{self.number}@{self.callee[0]}>{to_tag}",
            f"Call-ID: {self.number}@{self.caller[0]}",
            f"CSeq: {cseq}",
            f"Contact: <sip:{contact[0]}:{SIP_PORT}>",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join([*lines, "", body])


def set_up_records(calls: Iterable[SignalledCall], before_ns: int) -> Iterator[bytes]:
    """Give the records that set up all calls, the last of them before a time."""
    exchanges = [(call, call.set_up()) for call in calls]
    return _records(exchanges, before_ns - 3 * SPREAD_NS)


def tear_down_records(calls: Iterable[SignalledCall], after_ns: int) -> Iterator[bytes]:
    """Give the records that end all calls, the first of them after a time."""
    return _records([(call, call.tear_down()) for call in calls], after_ns + SPREAD_NS)


def _records(
    exchanges: list[tuple[SignalledCall, tuple[Message, ...]]], begin_ns: int
) -> Iterator[bytes]:
    """Give the first message of every call, then the second of every call, and so on."""
    for step, messages in enumerate(zip(*(each for _, each in exchanges), strict=True)):
        for place, (source, text) in enumerate(messages):
            destination = exchanges[place][0].other(source)
            time_ns = begin_ns + step * SPREAD_NS + place * SPREAD_NS // len(messages)
            yield sip_record(time_ns, source, destination, text)


def sip_record(time_ns: int, source: str, destination: str, text: str) -> bytes:
    """Give the record of one message in a capture file."""
    frame = ETHERNET_IPV4 + _datagram(source, destination, text.encode())
    seconds, nanoseconds = divmod(time_ns, 1_000_000_000)
    return RECORD_HEADER.pack(seconds, nanoseconds // 1000, len(frame), len(frame)) + frame


def _datagram(source: str, destination: str, payload: bytes) -> bytes:
    """Wrap a payload in UDP and IPv4. The UDP checksum is 0, which IPv4 allows."""
    udp = UDP_HEADER.pack(SIP_PORT, SIP_PORT, UDP_HEADER.size + len(payload), 0) + payload
    addresses = socket.inet_aton(source), socket.inet_aton(destination)
    fields = (0x45, SIP_DSCP_CS3, IP_HEADER.size + len(udp), 0, 0x4000, 64, socket.IPPROTO_UDP)
    total = sum(struct.unpack(">10H", IP_HEADER.pack(*fields, 0, *addresses)))
    folded = (total & 0xFFFF) + (total >> 16)
    checksum = ~((folded & 0xFFFF) + (folded >> 16)) & 0xFFFF
    return IP_HEADER.pack(*fields, checksum, *addresses) + udp


def _sdp(address: str, port: int) -> str:
    lines = [
        "v=0",
        f"o=- 1 1 IN IP4 {address}",
        "s=-",
        f"c=IN IP4 {address}",
        "t=0 0",
        f"m=audio {port} RTP/AVP 0",
        "a=rtpmap:0 PCMU/8000",
        "a=ptime:20",
    ]
    return "".join(f"{line}\r\n" for line in lines)
