"""How long a call is waited for, and remembered once it is over."""

from __future__ import annotations

import gc

import pytest

from qos_exporter.calls.call import Call
from qos_exporter.calls.deadlines import FEW
from tests.calls.scenario import (
    A_MEDIA,
    A_TO_B,
    B_MEDIA,
    Row,
    Scenario,
    answered_call,
    sdp,
    seconds,
)

OFFER = sdp(A_MEDIA)
ANSWER = sdp(B_MEDIA)


@pytest.mark.pitfall(90)
def test_missed_bye() -> None:
    """A call of which nothing is heard for a minute is over since its last sign of life."""
    scene = Scenario()
    call = scene.play(*answered_call())
    stream = scene.stream(A_TO_B, 1, at_s=2.2, until_s=100)
    scene.tick(150)
    assert call is not None
    assert call.state == "active"
    scene.tick(175)

    assert (call.state, seconds(call.end_ns)) == ("ended", 100)
    assert stream in scene.control.released
    assert not scene.control.open_endpoints


def test_call_that_fell_silent_is_forgotten() -> None:
    """It shows for the linger time after it was found to be over, like any other."""
    scene = Scenario(linger_s=90)
    scene.play(*answered_call())
    scene.stream(A_TO_B, 1, at_s=2.2, until_s=100)
    scene.tick(175)
    assert len(scene.calls) == 1
    scene.tick(266)

    assert scene.calls == []


def test_media_that_pass_elsewhere() -> None:
    """Where only the signalling is seen, a call lasts until its BYE and is one call."""
    scene = Scenario()
    scene.play(*answered_call())
    for at_s in range(3, 900, 5):
        scene.tick(at_s)
    call = scene.play((900, "A>B BYE 2 /b", None))

    assert call is not None
    assert (call.state, seconds(call.start_ns), seconds(call.end_ns)) == ("ended", 0, 900)
    assert scene.outcomes == ["answered"]
    assert scene.anomalies == ["no_rtp"]


def test_missed_bye_where_media_pass_elsewhere() -> None:
    """A call of which only the signalling is seen is over after half an hour without any."""
    scene = Scenario()
    call = scene.play(*answered_call())
    scene.tick(1790)
    assert call is not None
    assert call.state == "active"
    scene.tick(1815)

    assert call.is_ended
    assert seconds(call.end_ns) == pytest.approx(2.1)


def test_missed_bye_of_a_one_way_call() -> None:
    """What is wrong with the media is told also where nothing else was captured meanwhile."""
    scene = Scenario()
    scene.play(*answered_call())
    scene.stream(A_TO_B, 1, at_s=2.2, until_s=4)
    scene.tick(200)

    assert scene.anomalies == ["one_way"]


def test_ringing_may_be_silent_for_longer() -> None:
    """A telephone may ring for three minutes without a packet (timer C)."""
    scene = Scenario()
    call = scene.play((0, "A>B INVITE 1", OFFER), (1, "A<B 180 INVITE 1 /b", None))
    scene.tick(170)
    assert call is not None
    assert call.state == "setup"
    scene.tick(190)

    assert scene.outcomes == ["failed"]


@pytest.mark.pitfall(94)
def test_re_invite_after_the_silence() -> None:
    """A call that was given up too early goes on as the same call when it speaks again."""
    scene = Scenario()
    call = scene.play(*answered_call())
    scene.stream(A_TO_B, 1, at_s=2.2)
    scene.tick(80)
    assert call is not None
    assert call.state == "ended"
    assert not scene.control.open_endpoints

    scene.play((85, "A>B INVITE 5 /b", OFFER), (86, "A<B 200 INVITE 5 /b", ANSWER))

    assert scene.calls == [call]
    assert (call.state, call.end_ns) == ("active", None)
    assert scene.outcomes == ["answered"]
    assert scene.control.open_endpoints == {A_MEDIA, B_MEDIA}


def test_silent_call_is_not_reopened_by_a_new_attempt() -> None:
    """An INVITE outside the dialog after the silence is a new call, not the old one."""
    scene = Scenario()
    old = scene.play((0, "A>B INVITE 1", OFFER))
    scene.tick(70)
    new = scene.play((75, "A>B INVITE 2", OFFER))

    assert new is not None
    assert new is not old
    assert (new.state, scene.calls) == ("setup", [new])


@pytest.mark.pitfall(94)
def test_re_invite_just_before_the_silence_is_complete() -> None:
    """A message in time keeps a call whose media have stopped, for a minute from then on."""
    scene = Scenario()
    call = scene.play(*answered_call())
    scene.stream(A_TO_B, 1, at_s=2.2)
    scene.play((60, "A>B INVITE 5 /b", OFFER))
    scene.tick(100)
    assert call is not None
    assert call.state == "active"
    scene.tick(125)

    assert (call.state, seconds(call.end_ns)) == ("ended", 60)


@pytest.mark.pitfall(77)
def test_repeated_messages_of_an_ended_call() -> None:
    """For 32 s all that comes with the Call-ID of an ended call is an echo of it."""
    scene = Scenario()
    call = scene.play(
        *answered_call(),
        (10, "A>B BYE 2 /b", None),
        (10.1, "A<B 200 BYE 2 /b", None),
        (10.2, "A>B BYE 2 /b", None),
        (12, "A>B INVITE 1", OFFER),
        (12.1, "A<B 200 INVITE 1 /b", ANSWER),
        (41, "A>B INVITE 1", OFFER),
    )

    assert scene.calls == [call]
    assert scene.outcomes == ["answered"]
    assert not scene.control.open_endpoints


def test_call_id_used_again_after_a_while() -> None:
    """After 32 s an INVITE with an old Call-ID is a new call, which takes the old one's place."""
    scene = Scenario()
    old = scene.play(*answered_call(), (10, "A>B BYE 2 /b", None))
    new = scene.play(*answered_call(43))

    assert new is not old
    assert scene.calls == [new]
    assert scene.outcomes == ["answered", "answered"]


def test_higher_cseq_is_no_repetition() -> None:
    """A failed call that is tried again at once with the next number is a new one."""
    scene = Scenario()
    scene.play(
        (0, "A>B INVITE 1", OFFER),
        (1, "A<B 420 INVITE 1 /x", None),
        (1.1, "A>B INVITE 2", OFFER),
        (2, "A<B 200 INVITE 2 /b", ANSWER),
    )

    assert scene.outcomes == ["failed", "answered"]
    assert len(scene.calls) == 1


def test_next_destination_is_no_repetition() -> None:
    """Behind a proxy a refusal ends the call, and its attempt elsewhere is the next one."""
    scene = Scenario()
    call = scene.play(
        (0, "P>B INVITE 1", OFFER),
        (0.5, "P<B 503 INVITE 1 /x", None),
        (0.6, "P>B INVITE 1", OFFER),
        (0.7, "P>C INVITE 1", OFFER),
        (2, "P<C 200 INVITE 1 /b", ANSWER),
    )
    stream = scene.stream(A_TO_B, 1, at_s=2.2)

    assert scene.outcomes == ["failed", "answered"]
    assert stream.call is call


def test_lingering_calls_disappear() -> None:
    """An ended call is shown for the linger time and then is gone."""
    scene = Scenario(linger_s=90)
    scene.play(*answered_call(), (10, "A>B BYE 2 /b", None))
    scene.tick(99)
    assert len(scene.calls) == 1
    scene.tick(101)

    assert scene.calls == []
    assert scene.registry.find("call-1") is None


def test_calls_linger_for_as_long_as_was_set_when_they_ended() -> None:
    """A new linger time holds for the calls that end from then on."""
    scene = Scenario(linger_s=90)
    scene.play(*answered_call(), (10, "A>B BYE 2 /b", None))
    scene.registry.wait_for(silence_timeout_ns=60 * 10**9, linger_ns=0)
    scene.tick(99)
    assert len(scene.calls) == 1
    scene.play(*answered_call(100), (110, "A>B BYE 2 /b", None))
    scene.tick(110.1)
    assert scene.calls == []


def test_call_that_ends_twice_lingers_from_its_second_end_on() -> None:
    """What was given up for silence and then ended by a BYE is shown, and known, after that."""
    scene = Scenario(linger_s=90)
    call = scene.play(*answered_call())
    scene.stream(A_TO_B, 1, at_s=2.2)
    scene.tick(80)
    scene.play(
        (100, "A>B INVITE 5 /b", OFFER),
        (100.1, "A<B 200 INVITE 5 /b", ANSWER),
        (150, "A>B BYE 6 /b", None),
    )
    scene.tick(239)
    assert scene.calls == [call]
    scene.play((239.1, "A>B BYE 6 /b", None))
    assert scene.outcomes == ["answered"]
    scene.tick(241)

    assert scene.calls == []
    assert scene.registry.find("call-1") is None


def test_restart_forgets_the_recording() -> None:
    """The same messages in the next round of a replay are new calls, each shown once."""
    scene = Scenario()
    first = scene.play(*answered_call())
    stream = scene.stream(A_TO_B, 1, at_s=2.2, until_s=10)
    scene.registry.restart(scene.control.last_packet_ns(stream))
    second = scene.play(*answered_call(11))

    assert first is not None
    assert first.is_ended
    assert second is not first
    assert scene.calls == [second]
    assert stream in scene.control.released


def test_limit_of_calls() -> None:
    """Beyond the limit the oldest call has to go, and its going is counted."""
    scene = Scenario(limit=2)
    for number in range(4):
        scene.play(*answered_call(number), call_id=f"call-{number}")

    assert [each.call_id for each in scene.calls] == ["call-2", "call-3"]
    assert scene.registry.evictions == 2


@pytest.mark.parametrize(
    "end",
    [
        pytest.param((), id="ringing"),
        pytest.param(((0.1, "A<B 486 INVITE 1 /b", None),), id="refused"),
        pytest.param(((0.1, "A<B 200 INVITE 1 /b", ANSWER),), id="answered"),
    ],
)
def test_flood_of_calls(end: tuple[Row, ...]) -> None:
    """However many calls there are in a moment, memory holds only few of the past ones."""
    scene = Scenario(limit=10)
    for number in range(3 * FEW):
        scene.play((0, "A>B INVITE 1", OFFER), *end, call_id=f"flood-{number}")
    gc.collect()
    held = [each for each in gc.get_objects() if isinstance(each, Call)]
    assert sum(each.call_id.startswith("flood-") for each in held) <= FEW + 10

    scene.tick(30)
    scene.tick(1900)
    scene.tick(2000)
    assert scene.calls == []
    assert len(scene.outcomes) == 3 * FEW


def test_limit_counts_what_is_not_shown() -> None:
    """Recordings are bounded like other calls, although nobody sees them."""
    scene = Scenario(limit=2)
    for number in range(4):
        rows = answered_call(number)
        scene.play(*rows, call_id=f"copy-{number}", headers=("Require: siprec",))

    assert scene.calls == []
    assert scene.registry.evictions == 2
    assert scene.registry.find("copy-1") is None
