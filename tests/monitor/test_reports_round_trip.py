"""The round trip of a call by what its parties quote, and what it does to the scores."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qos_exporter.net import Endpoint
from tests.calls.scenario import HOSTS
from tests.dataplane.traffic import Frame, StreamId
from tests.monitor.recording import Dialogue, Listener, message, speech_for
from tests.monitor.reported import reception, rejected
from tests.monitor.reporters import Exchange, block, datagram_of, rr, sr

TIMES_S = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)


def asked_and_answered(dialogue: Dialogue, *, held_s: float, answer_s: float) -> list[Frame]:
    """Let the caller report at 2 s, and the callee quote that after some time."""
    caller, callee = Exchange.of(dialogue).ends
    quoting = block(dialogue.forth.ssrc, 90, quoted_s=2.0, held_s=held_s)
    return [
        datagram_of(caller, callee, 2.0, sr(dialogue.forth.ssrc, 2.0)),
        datagram_of(callee, caller, answer_s, rr(dialogue.back.ssrc, quoting)),
    ]


@pytest.mark.pitfall(51, 58)
def test_both_legs_make_the_round_trip_and_a_conversational_score() -> None:
    """With both sides of the tap known the call has a round trip, and its streams a MOS-CQ."""
    dialogue = Dialogue(talk_s=30.0)
    listener = Listener().play(
        dialogue.set_up(), dialogue.media(), Exchange.of(dialogue).both(*TIMES_S, 15.0, 25.0)
    )
    call = listener.call()
    assert call.round_trip is not None
    assert call.round_trip.last == pytest.approx(0.060, abs=0.0002)
    for stream in call.streams:
        assert stream.last_window is not None
        assert stream.last_window.round_trip_s == pytest.approx(0.060, abs=0.0002)
        assert stream.last_window.mos_cq is not None
        assert stream.mos_cq is not None


def test_the_delay_of_both_legs_enters_the_conversational_score() -> None:
    """Half of 400 ms, 20 ms of codec, and a playout buffer of 60 ms at first, then of 20 ms.

    Idd of G.107 is 12.5076 at 280 ms and 7.6868 at 240 ms; taken from 93.2062 that leaves R of
    80.6986 and 85.5194, which are MOS 4.0501 and 4.2144 on the curve of Annex B.
    """
    dialogue = Dialogue(talk_s=20.0)
    exchange = replace(Exchange.of(dialogue), leg_s=(0.250, 0.150))
    listener = Listener().play(dialogue.set_up(), dialogue.media(), exchange.both(*TIMES_S, 15.0))
    stream = listener.stream(dialogue.forth)
    assert stream.windows.good + stream.windows.degraded == 2
    assert stream.last_window is not None
    assert stream.last_window.mos_cq == pytest.approx(4.2144, abs=0.001)
    assert stream.mos_cq is not None
    assert stream.mos_cq.min == pytest.approx(4.0501, abs=0.001)
    assert stream.mos_cq.mean == pytest.approx((4.0501 + 4.2144) / 2, abs=0.001)


@pytest.mark.pitfall(58)
def test_a_relay_that_reports_in_its_own_name() -> None:
    """What it says measures the way to itself; the parties are 20 and 40 ms behind the tap."""
    dialogue = Dialogue(talk_s=12.0)
    near, far = (Endpoint(HOSTS["P"], port) for port in (30_000, 30_020))
    signalled = [
        message("A>P INVITE 1", -0.6, body=dialogue.description(dialogue.caller)),
        message("P>B INVITE 1", -0.59, body=dialogue.description(far)),
        message("P<B 200 INVITE 1 /b", -0.1, body=dialogue.description(dialogue.callee)),
        message("A<P 200 INVITE 1 /b", -0.09, body=dialogue.description(near)),
    ]
    forth, back = dialogue.forth.ssrc, dialogue.back.ssrc
    sides = [
        Exchange(StreamId(forth, one, other), StreamId(back, other, one), leg_s=leg_s)
        for one, other, leg_s in (
            (dialogue.caller, near, (0.0001, 0.020)),
            (far, dialogue.callee, (0.040, 0.0001)),
        )
    ]
    streams = [stream for side in sides for stream in (side.forth, side.back)]
    call = (
        Listener()
        .play(
            signalled,
            *(speech_for(stream, 12.0) for stream in streams),
            *(side.both(*TIMES_S) for side in sides),
        )
        .call()
    )
    assert call.round_trip is not None
    assert len(call.streams) == len(streams)
    assert call.round_trip.last == pytest.approx(0.060, abs=0.0002)
    assert call.round_trip.max == pytest.approx(0.060, abs=0.0002)
    for leg in call.round_trip_legs:
        expected_s = {"caller": 0.020, "callee": 0.040}[leg.leg]
        assert leg.figures.last == pytest.approx(expected_s, abs=0.0002)


@pytest.mark.parametrize(
    ("shown_s", "is_current"),
    [
        pytest.param(65.0, True, id="a minute after the last report"),
        pytest.param(70.0, False, id="later"),
    ],
)
def test_a_round_trip_that_nobody_confirms_grows_old(*, shown_s: float, is_current: bool) -> None:
    """A minute after the last reports (RFC 3550 section 6.2) nobody knows if it is still so."""
    dialogue = Dialogue(talk_s=shown_s)
    listener = Listener().play(
        dialogue.set_up(), dialogue.media(), Exchange.of(dialogue).both(*TIMES_S)
    )
    call = listener.call()
    assert call.round_trip is not None
    assert call.round_trip_is_current is is_current
    assert [leg.is_current for leg in call.round_trip_legs] == [is_current] * 2


def test_a_call_that_has_ended_shows_its_last_round_trip() -> None:
    """What held when it ended is shown for as long as the call is."""
    dialogue = Dialogue(talk_s=12.0)
    listener = Listener().play(dialogue.whole(), Exchange.of(dialogue).both(*TIMES_S))
    listener.pass_time(80.0)
    call = listener.call()
    assert call.round_trip_is_current
    assert all(leg.is_current for leg in call.round_trip_legs)


@pytest.mark.pitfall(51, 58)
def test_one_leg_is_no_round_trip() -> None:
    """One side alone is shown as a leg; there is no round trip and no MOS-CQ."""
    dialogue = Dialogue(talk_s=30.0)
    exchange = Exchange.of(dialogue)
    caller, callee = exchange.ends
    asked = [
        datagram_of(caller, callee, at_s - 1, sr(dialogue.forth.ssrc, at_s - 1)) for at_s in TIMES_S
    ]
    answers = [exchange.from_callee(at_s) for at_s in TIMES_S]
    listener = Listener().play(dialogue.set_up(), dialogue.media(), asked, answers)
    call = listener.call()
    assert call.round_trip is None
    assert [(each.leg, each.source) for each in call.round_trip_legs] == [("callee", "rtcp")]
    for stream in call.streams:
        assert stream.last_window is not None
        assert stream.last_window.mos_lq is not None
        assert stream.last_window.mos_cq is None


def test_a_call_that_is_not_reported_on_any_more() -> None:
    """Legs that are more than a minute old say nothing about the present."""
    dialogue = Dialogue(talk_s=100.0)
    listener = Listener().play(
        dialogue.set_up(), dialogue.media(), Exchange.of(dialogue).both(*TIMES_S)
    )
    windows = [stream.last_window for stream in listener.call().streams]
    assert [each and (each.round_trip_s, each.mos_cq) for each in windows] == 2 * [(None, None)]


@pytest.mark.pitfall(59, 98)
@pytest.mark.parametrize(
    ("held_s", "answer_s", "reason"),
    [
        pytest.param(1.2, 3.0, "not_positive", id="held-longer-than-it-took"),
        pytest.param(1.0011, 3.0, "not_positive", id="more-than-a-step-of-its-clock-too-long"),
        pytest.param(0.5, 12.6, "too_long", id="longer-than-ten-seconds"),
        pytest.param(40_000.0, 3.0, "not_positive", id="eleven-hours"),
    ],
)
def test_a_leg_that_cannot_be(held_s: float, answer_s: float, reason: str) -> None:
    """It is counted and shown nowhere."""
    dialogue = Dialogue(talk_s=15.0)
    frames = asked_and_answered(dialogue, held_s=held_s, answer_s=answer_s)
    listener = Listener().play(dialogue.set_up(), dialogue.media(), frames)
    assert rejected(listener) == {("rtcp", reason): 1}
    assert reception(listener, dialogue.forth).round_trip_leg is None
    assert listener.call().round_trip_legs == ()


@pytest.mark.pitfall(59)
@pytest.mark.parametrize(
    ("held_s", "answer_s"),
    [
        pytest.param(1.0, 3.0, id="nothing-is-left"),
        pytest.param(2228 / 65536, 2.033570, id="baresip-34-ms-of-33.57"),
        pytest.param(1.0009, 3.0, id="nearly-a-millisecond-too-long"),
    ],
)
def test_a_telephone_close_by_whose_clock_counts_milliseconds(
    held_s: float, answer_s: float
) -> None:
    """It held the report for as long as the answer took, give or take a step: the leg is none."""
    dialogue = Dialogue(talk_s=15.0)
    frames = asked_and_answered(dialogue, held_s=held_s, answer_s=answer_s)
    listener = Listener().play(dialogue.set_up(), dialogue.media(), frames)
    assert rejected(listener) == {}
    leg = reception(listener, dialogue.forth).round_trip_leg
    assert leg is not None
    assert leg.max == pytest.approx(0.0, abs=1e-6)


@pytest.mark.pitfall(56, 98)
def test_a_report_that_quotes_nothing() -> None:
    """Without a time stamp, or without a delay, there is no leg, and nothing is rejected either."""
    dialogue = Dialogue()
    caller, callee = Exchange.of(dialogue).ends
    nothing = block(dialogue.forth.ssrc, 90)
    asked, undelayed = asked_and_answered(dialogue, held_s=0.0, answer_s=3.0)
    listener = Listener().play(
        dialogue.media(), [asked, undelayed, datagram_of(callee, caller, 4.0, rr(1, nothing))]
    )
    assert reception(listener, dialogue.forth).reports == 2
    assert reception(listener, dialogue.forth).round_trip_leg is None
    assert rejected(listener) == {}


@pytest.mark.pitfall(57)
def test_a_time_stamp_that_nobody_sent() -> None:
    """What quotes a report that did not pass the tap tells nothing about the way."""
    dialogue = Dialogue()
    _, answer = asked_and_answered(dialogue, held_s=0.9, answer_s=3.0)
    listener = Listener().play(dialogue.media(), [answer])
    assert reception(listener, dialogue.forth).round_trip_leg is None
