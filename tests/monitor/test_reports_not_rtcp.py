"""What looks like RTCP and is none, and RTCP that is broken."""

from __future__ import annotations

import pytest

from qos_exporter.net import Endpoint
from tests.monitor.recording import Dialogue, Listener, datagram
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
