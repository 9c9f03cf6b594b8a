"""Reports that come early, twice, late, or while NAT moves a stream."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qos_exporter.net import Endpoint
from tests.monitor.recording import Dialogue, Listener, moved, speech_for, talk
from tests.monitor.reported import reception, reported
from tests.monitor.reporters import Exchange, block, control, datagram_of, rr


@pytest.mark.pitfall(66)
def test_reports_before_the_media() -> None:
    """A sender report that passed before its stream began is quoted like any other."""
    dialogue = Dialogue()
    exchange = Exchange.of(dialogue)
    listener = Listener().play(
        dialogue.set_up(), exchange.both(-0.05), dialogue.media(), exchange.both(0.95, 2.0)
    )
    for stream, leg_s in ((dialogue.forth, 0.040), (dialogue.back, 0.020)):
        leg = reception(listener, stream).round_trip_leg
        assert leg is not None
        assert leg.max == pytest.approx(leg_s, abs=0.0001)


@pytest.mark.pitfall(73)
def test_a_mirrored_report_counts_once() -> None:
    """The same report on both ports of a switch is one report, with one round trip."""
    dialogue = Dialogue()
    reports = Exchange.of(dialogue).both(2.0, 3.0, 4.0)
    listener = Listener().play(dialogue.media(), reports, moved(reports, 0.001))
    seen = reception(listener, dialogue.forth)
    assert seen.reports == 3
    assert seen.round_trip_leg is not None
    assert seen.round_trip_leg.mean == pytest.approx(0.040, abs=0.0001)


@pytest.mark.pitfall(73)
def test_reports_less_than_a_second_apart() -> None:
    """Two different reports count both, however close; losses are differences of their counters."""
    dialogue = Dialogue(ssrc=0x2000)
    exchange = Exchange.of(dialogue)
    listener = Listener().play(
        dialogue.set_up(),
        dialogue.media(),
        exchange.both(2.0),
        [exchange.from_callee(3.0, lost=4), exchange.from_callee(3.4, lost=4)],
        [exchange.from_callee(4.0, lost=5)],
    )
    seen = reception(listener, dialogue.forth)
    assert (seen.reports, seen.packets_lost) == (4, 5)


def test_a_stream_that_nat_moves_keeps_its_reports() -> None:
    """Reports before and after the move, from the old and the new address, are of one stream."""
    dialogue = Dialogue()
    exchange = Exchange.of(dialogue)
    elsewhere = replace(dialogue.forth, dst=Endpoint("10.0.0.77", 6600))
    after = replace(exchange, forth=elsewhere, back=replace(dialogue.back, src=elsewhere.dst))
    listener = Listener().play(
        talk(dialogue.forth, range(300)),
        talk(elsewhere, range(300, 600)),
        [exchange.from_callee(2.0), exchange.from_callee(5.0, lost=2)],
        [after.from_callee(8.0, lost=2), after.from_callee(11.0, lost=7)],
    )
    (stream,) = listener.show().streams
    assert stream.packets.received == 600
    seen = reception(listener, dialogue.forth)
    assert (seen.reports, seen.packets_lost) == (4, 7)
    assert reported(listener, dialogue.forth).downstream_loss_ratio == pytest.approx(
        7 / 450, rel=0.02
    )


def test_a_report_after_the_end_changes_nothing() -> None:
    """What a call showed last stays, also when a straggler comes."""
    dialogue = Dialogue(talk_s=12.0)
    exchange = Exchange.of(dialogue)
    listener = Listener().play(dialogue.whole(), exchange.both(4.0, 8.0))
    listener.pass_time(21.0)
    before = listener.call()
    late = block(dialogue.forth.ssrc, 599, lost=400)
    caller, callee = exchange.ends
    listener.play([datagram_of(callee, caller, 21.5, rr(1, late))])
    assert listener.call() == before


def test_a_second_call_between_the_same_ends() -> None:
    """Reports of the next call go to its streams, though SSRCs and ports are the same."""
    first = Dialogue(talk_s=12.0)
    second = Dialogue(call_id="call-2", start_s=40.0, talk_s=12.0)
    about = block(first.forth.ssrc, 100)
    ends = control(first.callee), control(first.caller)
    listener = Listener().play(
        first.whole(),
        second.whole(),
        [datagram_of(*ends, at_s, rr(1, about)) for at_s in (3.0, 43.0, 45.0)],
    )
    counts = [
        None
        if stream.reported is None or stream.reported.rtcp is None
        else stream.reported.rtcp.reports
        for call_id in ("call-1", "call-2")
        for stream in listener.call(call_id).streams
    ]
    assert counts == [1, None, 2, None]


def test_what_was_lost_before_a_long_pause_is_not_lost_after_it() -> None:
    """By then the sender goes on as another stream, and its receiver counts on: 42 in all."""
    dialogue = Dialogue(talk_s=100.0)
    ends = control(dialogue.callee), control(dialogue.caller)
    said = ((5.0, 240, 20), (9.9, 490, 40), (95.0, 4740, 40), (99.0, 4940, 42))
    listener = Listener().play(
        dialogue.set_up(),
        speech_for(dialogue.back, dialogue.talk_s),
        talk(dialogue.forth, [*range(500), *range(4500, 5000)]),
        [
            datagram_of(*ends, at_s, rr(1, block(dialogue.forth.ssrc, highest, lost=lost)))
            for at_s, highest, lost in said
        ],
    )
    lost = [
        stream.reported.rtcp.packets_lost
        for stream in listener.call().streams
        if stream.reported is not None and stream.reported.rtcp is not None
    ]
    assert lost == [40, 2]
