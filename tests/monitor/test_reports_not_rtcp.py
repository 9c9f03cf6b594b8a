"""What looks like RTCP and is none, and RTCP that is broken."""

from __future__ import annotations

import pytest

from qos_exporter.net import Endpoint
from tests.calls.scenario import sdp
from tests.dataplane.traffic import Frame
from tests.monitor.recording import Dialogue, Listener, datagram, message
from tests.monitor.reported import reception
from tests.monitor.reporters import Exchange, block, rr
from tests.protocols.rtcp_builder import encode

RESOLVER = Endpoint("10.0.0.53", 53)
CLIENT = Endpoint("10.0.0.1", 33_333)
QUERY = bytes.fromhex("80c80100000100000000000003777777076578616d706c6503636f6d0000010001")
"""DNS for www.example.com whose random number, 0x80C8, reads as version 2 and a sender report."""


def errors(listener: Listener) -> dict[str, int]:
    """Decode errors of RTCP by reason."""
    rows = listener.show().exporter.decode_errors
    return {reason: count for protocol, reason, count in rows if protocol == "rtcp"}


def test_a_query_that_looks_like_a_report_is_no_error() -> None:
    """Where nobody awaits reports, what cannot be read is no report."""
    dialogue = Dialogue()
    listener = Listener().play(dialogue.set_up(), [datagram(CLIENT, RESOLVER, QUERY, 1.0)])
    assert errors(listener) == {}
    assert not any(count for _, count in listener.show().reports.rtcp_packets)


def test_the_same_bytes_where_reports_are_awaited_are_an_error() -> None:
    """On a port that SDP named for RTCP somebody sends broken reports."""
    dialogue = Dialogue()
    caller, callee = Exchange.of(dialogue).ends
    listener = Listener().play(dialogue.set_up(), [datagram(callee, caller, QUERY, 1.0)])
    assert sum(errors(listener).values()) == 1


def udptl(number: int, data: bytes) -> bytes:
    """A datagram of T.38 with no redundancy (ITU-T T.38 section 9.1): number, length, data."""
    return number.to_bytes(2, "big") + bytes([len(data)]) + data + b"\0\0"


def audio(end: Endpoint) -> bytes:
    """Describe audio at an endpoint."""
    return sdp(str(end))


def fax(end: Endpoint) -> bytes:
    """Describe fax at an endpoint."""
    return sdp(str(end), kind="image", protocol="udptl", payloads="t38")


def switch(caller: bytes, callee: bytes, at_s: float) -> list[Frame]:
    """Let the callee go on with other media."""
    cseq = round(at_s)
    return [
        message(f"B>A INVITE {cseq} b/", at_s, body=callee),
        message(f"B<A 200 INVITE {cseq} b/", at_s + 0.01, body=caller),
    ]


@pytest.mark.pitfall(78)
@pytest.mark.parametrize("port", [5000, 5001, 6000], ids=["of-audio", "of-reports", "other"])
def test_fax_is_no_report(port: int) -> None:
    """Where UDPTL was agreed on, its number may look like RTCP, and it is none."""
    dialogue = Dialogue(talk_s=60.0)
    caller, callee = (Endpoint(end.address, port) for end in (dialogue.caller, dialogue.callee))
    pages = [
        datagram(callee, caller, udptl(number, bytes([0, number & 7, *range(length)])), at_s)
        for number in range(0x81C0, 0x81E0)
        for length, at_s in ((5, 21.0 + number / 1e4), (60, 22.0 + number / 1e4))
    ]
    to_caller, from_callee = Exchange.of(dialogue).ends
    report = encode(rr(1, block(dialogue.forth.ssrc, 90)))
    listener = Listener().play(
        dialogue.set_up(),
        dialogue.media(),
        [datagram(from_callee, to_caller, report, 10.0)],
        switch(fax(caller), fax(callee), 20.0),
        pages,
        switch(audio(dialogue.caller), audio(dialogue.callee), 40.0),
        [datagram(from_callee, to_caller, report, 50.0)],
    )
    assert errors(listener) == {}
    counted = {kind: count for kind, count in listener.show().reports.rtcp_packets if count}
    assert counted == {"rr": 2}


@pytest.mark.pitfall(61)
def test_a_broken_packet_loses_only_itself() -> None:
    """The report before the cut counts, and the fault is counted by its name."""
    dialogue = Dialogue()
    caller, callee = Exchange.of(dialogue).ends
    whole = encode(rr(1, block(dialogue.forth.ssrc, 90)))
    listener = Listener().play(
        dialogue.set_up(), dialogue.media(), [datagram(callee, caller, whole + whole[:20], 2.0)]
    )
    assert reception(listener, dialogue.forth).reports == 1
    assert errors(listener) == {"truncated": 1}
