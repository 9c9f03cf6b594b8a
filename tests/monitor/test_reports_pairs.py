"""Reports of both sides of a call find the streams that they are about."""

from __future__ import annotations

import pytest

from qos_exporter.net import Endpoint
from tests.monitor.recording import Dialogue, Listener
from tests.monitor.reported import reception, unmatched
from tests.monitor.reporters import Exchange, agreement

TIMES_S = (2.0, 3.0, 4.0, 5.0)
REPORTS = len(TIMES_S)
NATTED = Endpoint("192.0.2.77", 40_001), Endpoint("192.0.2.88", 41_001)


def check_both_ways(listener: Listener, dialogue: Dialogue) -> None:
    """Each stream has all reports of its receiver, and the leg towards it."""
    for stream, leg_s in ((dialogue.forth, 0.040), (dialogue.back, 0.020)):
        seen = reception(listener, stream)
        assert seen.reports == REPORTS
        assert seen.loss_ratio == 0.0
        assert seen.round_trip_leg is not None
        assert seen.round_trip_leg.last == pytest.approx(leg_s, abs=0.0001)
    assert unmatched(listener) == {}


def test_one_port_above_the_media() -> None:
    """RTCP is where RFC 3550 puts it when nobody says otherwise."""
    dialogue = Dialogue()
    listener = Listener().play(
        dialogue.set_up(), dialogue.media(), Exchange.of(dialogue).both(*TIMES_S)
    )
    check_both_ways(listener, dialogue)


def test_without_signalling() -> None:
    """Nobody needs SIP to see who reports on whom."""
    dialogue = Dialogue()
    listener = Listener().play(dialogue.media(), Exchange.of(dialogue).both(*TIMES_S))
    check_both_ways(listener, dialogue)


def test_on_the_port_of_the_media() -> None:
    """With rtcp-mux the reports run where the media run."""
    dialogue = Dialogue(attributes=("rtcp-mux",))
    reports = Exchange.of(dialogue, by=0).both(*TIMES_S)
    check_both_ways(Listener().play(dialogue.set_up(), dialogue.media(), reports), dialogue)


@pytest.mark.pitfall(63)
def test_at_another_port_and_host() -> None:
    """`a=rtcp` may put the reports anywhere; other calls with the same SSRCs do not get them."""
    dialogue = Dialogue(ssrc=1)
    other = Dialogue(call_id="call-2", port=6000, ssrc=1)
    elsewhere = Endpoint("10.0.0.3", 7777), Endpoint("10.0.0.4", 8888)
    reports = Exchange.of(dialogue).at_other_ends(*elsewhere).both(*TIMES_S)
    offered, answered = (f"rtcp:{end.port} IN IP4 {end.address}" for end in elsewhere)
    listener = Listener().play(
        agreement(dialogue, offered=(offered,), answered=(answered,)),
        other.set_up(),
        dialogue.media(),
        other.media(),
        reports,
    )
    check_both_ways(listener, dialogue)
    assert [listener.stream(each).reported for each in (other.forth, other.back)] == [None, None]


@pytest.mark.pitfall(64)
def test_from_addresses_that_nobody_named() -> None:
    """Behind NAT RTCP may come from anywhere: the SSRC says which stream it is about."""
    dialogue = Dialogue(ssrc=0x51A0_0001)
    reports = Exchange.of(dialogue).at_other_ends(*NATTED).both(*TIMES_S)
    check_both_ways(Listener().play(dialogue.set_up(), dialogue.media(), reports), dialogue)
