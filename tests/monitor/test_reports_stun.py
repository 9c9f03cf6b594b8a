"""ICE checks on the ports of the media time both sides of a call, encrypted or not."""

from __future__ import annotations

import pytest

from qos_exporter.net import Endpoint
from tests.dataplane.traffic import Frame
from tests.monitor.recording import Dialogue, Listener, datagram
from tests.monitor.reported import rejected
from tests.protocols.test_stun import message

REQUEST, SUCCESS = 0x0001, 0x0101


def check(
    src: Endpoint, dst: Endpoint, at_s: float, leg_s: float, *, sent_s: tuple[float, ...] = (0.0,)
) -> list[Frame]:
    """Let one end check the other, which answers so long after the last request passed the tap."""
    transaction = round(at_s * 1000).to_bytes(6) + src.port.to_bytes(6)
    requests = [
        datagram(src, dst, message(REQUEST, transaction=transaction), at_s + each)
        for each in sent_s
    ]
    answer_s = at_s + sent_s[-1] + leg_s
    return [*requests, datagram(dst, src, message(SUCCESS, transaction=transaction), answer_s)]


def checks(dialogue: Dialogue) -> list[Frame]:
    """Let both sides check each other every five seconds."""
    return [
        frame
        for at_s in (1.0, 6.0)
        for frame in (
            *check(dialogue.caller, dialogue.callee, at_s, 0.050),
            *check(dialogue.callee, dialogue.caller, at_s + 0.5, 0.030),
        )
    ]


def legs(listener: Listener) -> dict[str, float]:
    """The last leg of each side of the only call."""
    (call,) = listener.show().calls
    assert {each.source for each in call.round_trip_legs} <= {"stun"}
    return {each.leg: each.figures.last for each in call.round_trip_legs}


@pytest.mark.parametrize("is_signalled", [True, False], ids=["with-sip", "without"])
def test_both_legs_make_the_round_trip(is_signalled: bool) -> None:  # noqa: FBT001 - a column
    """The answer of the callee times the callee's side, and the other way round."""
    dialogue = Dialogue()
    set_up = dialogue.set_up() if is_signalled else []
    listener = Listener().play(set_up, dialogue.media(), checks(dialogue))
    assert legs(listener) == pytest.approx({"callee": 0.050, "caller": 0.030})
    (call,) = listener.show().calls
    assert call.round_trip is not None
    assert call.round_trip.last == pytest.approx(0.080)


def test_a_request_that_was_sent_again_times_nothing() -> None:
    """Nobody knows which of both was answered."""
    dialogue = Dialogue()
    listener = Listener().play(
        dialogue.media(),
        check(dialogue.caller, dialogue.callee, 2.0, 0.050, sent_s=(0.0, 0.5)),
    )
    assert legs(listener) == {}


def test_a_request_that_was_captured_twice_is_one() -> None:
    """The first sighting counts."""
    dialogue = Dialogue()
    listener = Listener().play(
        dialogue.media(),
        check(dialogue.caller, dialogue.callee, 2.0, 0.050, sent_s=(0.0, 0.001)),
    )
    assert legs(listener) == pytest.approx({"callee": 0.051})


def test_checks_between_strangers() -> None:
    """STUN to a server on the internet is about no call, and what is no STUN is no error."""
    dialogue = Dialogue()
    server = Endpoint("198.51.100.3", 3478)
    indication = datagram(dialogue.caller, dialogue.callee, message(0x0011), 3.0)
    nonsense = datagram(dialogue.caller, dialogue.callee, message(REQUEST, b"abc"), 3.0)
    listener = Listener().play(
        dialogue.media(), check(dialogue.caller, server, 2.0, 0.050), [indication, nonsense]
    )
    assert legs(listener) == {}
    assert listener.show().exporter.decode_errors == ()


@pytest.mark.pitfall(59)
def test_an_answer_after_more_than_ten_seconds() -> None:
    """It is rejected and counted like any other leg."""
    dialogue = Dialogue(talk_s=20.0)
    listener = Listener().play(dialogue.media(), check(dialogue.caller, dialogue.callee, 2.0, 10.5))
    assert legs(listener) == {}
    assert rejected(listener) == {("stun", "too_long"): 1}
