"""Calls written as tables: one row a message, one line a stream.

A row is `(time in seconds, line, session description or None)`, and a line reads

    A>B INVITE 1        a request of the caller, CSeq 1, outside a dialog
    A<B 180 INVITE 1 /b   the response to it, from B back to A, with the callee's tag `b`
    A>B BYE 2 /b          a request of the caller inside the dialog
    B>A BYE 9 b/          a request of the callee `b`; `B<A 200 BYE 9 b/` is the response

Left of the arrow stands who sent the request, also where the response travels. P is a proxy: `A>P`,
`P>B` are the two hops of one message. Everything goes through the parser as real bytes.
"""

from __future__ import annotations

import re

from qos_exporter.calls.call import Call
from qos_exporter.calls.events import AnomalySeen, CallEvent, OutcomeKnown
from qos_exporter.calls.media import MediaStream
from qos_exporter.calls.registry import CallRegistry
from qos_exporter.net import Endpoint
from qos_exporter.protocols.sip import parse_message
from tests.calls.recorder import RecordingControl

NS_PER_S = 1_000_000_000
EPOCH_S = 1_000_000
CALL_ID = "call-1"
VIA = "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1"
OTHER_TRANSACTION = VIA + "ack"
"""Of an ACK to a 200; one to a refusal has the branch of the INVITE."""
HOSTS = {
    "A": "10.0.0.1",
    "B": "10.0.0.2",
    "C": "10.0.0.3",
    "D": "10.0.0.4",
    "P": "10.0.0.9",
    "R": "10.0.0.8",
}
_LINE = re.compile(
    r"(?P<requester>\w)(?P<way>[<>])(?P<other>\w) (?:(?P<status>\d{3}) )?(?P<method>[A-Z]+) "
    r"(?P<cseq>\d+)(?: (?P<from_callee>\w+)/| /(?P<to_callee>\w+))?$"
)

Row = tuple[float, str, bytes | None]


def sdp(
    media: str,
    *attributes: str,
    payloads: str = "0",
    kind: str = "audio",
    protocol: str = "RTP/AVP",
) -> bytes:
    """Describe one `m=` line at an `address:port`; attributes come without their `a=`."""
    address, _, port = media.rpartition(":")
    lines = [
        "v=0",
        f"o=- 1 1 IN IP4 {address}",
        "s=-",
        f"c=IN IP4 {address}",
        "t=0 0",
        f"m={kind} {port} {protocol} {payloads}",
        *(f"a={attribute}" for attribute in attributes),
    ]
    return "".join(f"{line}\r\n" for line in lines).encode()


def build_message(
    line: str, body: bytes | None = None, *, call_id: str = CALL_ID, headers: tuple[str, ...] = ()
) -> bytes:
    """Make the bytes of the message that a line stands for."""
    row = _LINE.match(line)
    if row is None:
        raise ValueError(line)
    callee_tag = row["from_callee"] or row["to_callee"] or ""
    caller, callee = "<sip:alice@example.com>;tag=a", "<sip:bob@example.com>"
    callee += f";tag={callee_tag}" if callee_tag else ""
    sender, recipient = (callee, caller) if row["from_callee"] else (caller, callee)
    first = (
        f"SIP/2.0 {row['status']} Reason"
        if row["status"]
        else f"{row['method']} sip:bob@example.com SIP/2.0"
    )
    lines = [
        first,
        *(() if any(each.startswith("Via") for each in headers) else (VIA,)),
        f"From: {sender}",
        f"To: {recipient}",
        f"Call-ID: {call_id}",
        f"CSeq: {row['cseq']} {row['method']}",
        *headers,
    ]
    if body is not None and not any(each.startswith("Content-Type") for each in headers):
        lines.append("Content-Type: application/sdp")
    lines += [f"Content-Length: {len(body or b'')}", "", ""]
    return "\r\n".join(lines).encode() + (body or b"")


def endpoint(text: str) -> Endpoint:
    """Read `address:port`."""
    address, _, port = text.rpartition(":")
    return Endpoint(address, int(port))


class Scenario:
    """A registry with its surroundings, driven by tables. Times are seconds from its start."""

    def __init__(self, *, linger_s: float = 90, limit: int | None = None) -> None:
        self.control = RecordingControl()
        self.registry = CallRegistry(self.control, linger_ns=_ns(linger_s) - _ns(0), limit=limit)
        self.events: list[CallEvent] = []
        self.streams: list[MediaStream] = []

    def play(
        self, *rows: Row, call_id: str = CALL_ID, headers: tuple[str, ...] = ()
    ) -> Call | None:
        """Play the messages of one call in order; returns the call, if it is known then."""
        for at_s, line, body in rows:
            row = _LINE.match(line)
            assert row is not None, line
            ends = [Endpoint(HOSTS[row[name]], 5060) for name in ("requester", "other")]
            src, dst = ends if row["way"] == ">" else reversed(ends)
            message = parse_message(build_message(line, body, call_id=call_id, headers=headers))
            self.tick(at_s)
            self.registry.on_message(message, src=src, dst=dst, now_ns=_ns(at_s))
        self.events += self.registry.drain()
        return self.registry.find(call_id)

    def stream(
        self,
        ends: str,
        ssrc: int,
        *,
        at_s: float,
        until_s: float | None = None,
        payload_type: int = 0,
    ) -> MediaStream:
        """Start a stream, written `10.0.0.1:4000>10.0.0.2:5000`, that is heard until `until_s`."""
        src, _, dst = ends.partition(">")
        stream = MediaStream(
            serial=len(self.streams),
            src=endpoint(src),
            dst=endpoint(dst),
            ssrc=ssrc,
            payload_type=payload_type,
            first_ns=_ns(at_s),
        )
        self.streams.append(stream)
        self.hear(stream, at_s)
        self.tick(at_s)
        self.registry.stream_started(stream, _ns(at_s))
        self.hear(stream, at_s if until_s is None else until_s)
        self.events += self.registry.drain()
        return stream

    def hear(self, stream: MediaStream, at_s: float) -> None:
        """Let the last packet of a stream be at this time."""
        self.control.heard_ns[stream] = _ns(at_s)

    def tick(self, at_s: float) -> None:
        """Let time pass."""
        self.registry.tick(_ns(at_s))
        self.events += self.registry.drain()

    def end(self, stream: MediaStream) -> None:
        """Let a stream leave the stream table."""
        self.registry.stream_ended(stream)

    @property
    def calls(self) -> list[Call]:
        """The calls to show."""
        return list(self.registry.calls)

    @property
    def outcomes(self) -> list[str]:
        """The outcomes that were reported, in order."""
        return [each.outcome.value for each in self.events if isinstance(each, OutcomeKnown)]

    @property
    def anomalies(self) -> list[str]:
        """The anomalies that were reported, in order."""
        return [each.anomaly.value for each in self.events if isinstance(each, AnomalySeen)]


def seconds(time_ns: int | None) -> float | None:
    """Convert a time of the registry to the clock of a scenario."""
    return None if time_ns is None else time_ns / NS_PER_S - EPOCH_S


def _ns(at_s: float) -> int:
    return round((EPOCH_S + at_s) * NS_PER_S)


A_MEDIA = "10.0.0.1:4000"
B_MEDIA = "10.0.0.2:5000"
A_TO_B = f"{A_MEDIA}>{B_MEDIA}"
B_TO_A = f"{B_MEDIA}>{A_MEDIA}"


def answered_call(at_s: float = 0, *, answer_s: float = 2) -> tuple[Row, ...]:
    """The rows of a call from A to B that is answered."""
    return (
        (at_s, "A>B INVITE 1", sdp(A_MEDIA)),
        (at_s + 0.1, "A<B 100 INVITE 1", None),
        (at_s + 1, "A<B 180 INVITE 1 /b", None),
        (at_s + answer_s, "A<B 200 INVITE 1 /b", sdp(B_MEDIA)),
        (at_s + answer_s + 0.1, "A>B ACK 1 /b", None),
    )
