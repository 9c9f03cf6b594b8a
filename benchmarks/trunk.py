"""The signalling of a trunk: calls that are offered, ring, are answered and end, each by itself.

The messages have the headers, and the descriptions the formats, of a PBX and a session border
controller of today; there are no media.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.generate import file_header
from benchmarks.signalling import sip_record

PBX, CARRIER, CARRIER_MEDIA = "10.0.0.1", "192.0.2.10", "192.0.2.11"
START_NS = 1_700_000_000_000_000_000
CALL_GAP_NS = 5_000_000
TALK_S = 5.0
MESSAGES_PER_CALL = 7
PORTS = 20_000
ALLOW = "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK, UPDATE, INFO, REFER, NOTIFY, MESSAGE"
CONTACT = f"Contact: <sip:{CARRIER}:5060;transport=udp>"


@dataclass(frozen=True, slots=True)
class TrunkCall:
    """One call from the PBX to the carrier."""

    number: int

    def messages(self) -> Iterator[tuple[float, str, str]]:
        """Give the seven messages: seconds since the first, sender, text."""
        offer = _description(PBX, 10_000 + 2 * (self.number % PORTS), self.number)
        answer = _description(CARRIER_MEDIA, 20_000 + 2 * (self.number % PORTS), self.number)
        asked = (ALLOW, "Supported: replaces, timer", "Date: Tue, 01 Jan 2030 00:00:00 GMT")
        yield 0.0, PBX, self._request("INVITE", 102, more=asked, body=offer)
        yield 0.01, CARRIER, self._response("100 Trying", "102 INVITE", tagged=False)
        yield 0.3, CARRIER, self._response("180 Ringing", "102 INVITE", more=(CONTACT,))
        taken = (CONTACT, ALLOW)
        yield 2.0, CARRIER, self._response("200 OK", "102 INVITE", more=taken, body=answer)
        yield 2.02, PBX, self._request("ACK", 102)
        yield 2.0 + TALK_S, PBX, self._request("BYE", 103)
        yield 2.02 + TALK_S, CARRIER, self._response("200 OK", "103 BYE")

    def _request(
        self, method: str, cseq: int, *, more: tuple[str, ...] = (), body: str = ""
    ) -> str:
        first = f"{method} {self._callee} SIP/2.0"
        sender = ("Max-Forwards: 70", f"Contact: <sip:pbx@{PBX}:5060>", "User-Agent: PBX 18.9")
        headers = self._headers(f"{cseq} {method}", tagged=method != "INVITE")
        return _message(first, *headers, *sender, *more, body=body)

    def _response(
        self,
        status: str,
        cseq: str,
        *,
        tagged: bool = True,
        more: tuple[str, ...] = (),
        body: str = "",
    ) -> str:
        headers = self._headers(cseq, tagged=tagged)
        return _message(f"SIP/2.0 {status}", *headers, "Server: SBC/7.2", *more, body=body)

    @property
    def _callee(self) -> str:
        return f"sip:+49892{self.number % 99_999:06d}@{CARRIER}"

    def _headers(self, cseq: str, *, tagged: bool) -> tuple[str, ...]:
        number, tag = self.number, f";tag=gK{self.number:08x}" if tagged else ""
        branch = f"z9hG4bKPj{number:08x}-{cseq.replace(' ', '-')}"
        return (
            f"Via: SIP/2.0/UDP {PBX}:5060;rport=5060;branch={branch}",
            f'From: "Caller {number}" <sip:+4930{number:07d}@{PBX}>;tag=as{number:08x}',
            f"To: <{self._callee}>{tag}",
            f"Call-ID: {number:08x}-7f3e-4d5c-9c2b-1a2b3c4d5e6f@{PBX}",
            f"CSeq: {cseq}",
        )


def write_trunk(path: Path, calls: int) -> int:
    """Write the messages of so many calls, in the order of time; gives their number."""
    messages = [
        (number * CALL_GAP_NS + round(after_s * 1e9), sender, text)
        for number in range(calls)
        for after_s, sender, text in TrunkCall(number).messages()
    ]
    messages.sort(key=lambda each: each[0])
    with path.open("wb") as file:
        file.write(file_header(65_535))
        for after_ns, sender, text in messages:
            receiver = CARRIER if sender == PBX else PBX
            file.write(sip_record(START_NS + after_ns, sender, receiver, text))
    return len(messages)


def _message(*lines: str, body: str) -> str:
    described = ("Content-Type: application/sdp",) if body else ()
    return "\r\n".join([*lines, *described, f"Content-Length: {len(body)}", "", body])


def _description(address: str, port: int, number: int) -> str:
    lines = (
        "v=0",
        f"o=- {number} {number} IN IP4 {address}",
        "s=call",
        f"c=IN IP4 {address}",
        "t=0 0",
        f"m=audio {port} RTP/AVP 8 0 101",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-16",
        "a=ptime:20",
        "a=maxptime:150",
        "a=sendrecv",
    )
    return "".join(f"{line}\r\n" for line in lines)
