"""How calls begin, are answered and end."""

from __future__ import annotations

import pytest

from qos_exporter.calls.call import CallState, Outcome
from qos_exporter.calls.events import CallEnded, PostDialDelay
from tests.calls.scenario import (
    A_MEDIA,
    A_TO_B,
    B_MEDIA,
    B_TO_A,
    NS_PER_S,
    OTHER_TRANSACTION,
    Row,
    Scenario,
    answered_call,
    sdp,
    seconds,
)

OFFER = sdp(A_MEDIA)
ANSWER = sdp(B_MEDIA)


def test_answered_call_with_its_times() -> None:
    """A call knows who called whom, and when it started, was answered and ended."""
    scene = Scenario()
    call = scene.play(*answered_call(), (62, "A>B BYE 2 /b", None))

    assert call is not None
    assert (call.caller, call.callee) == ("alice", "bob")
    assert (call.state, call.outcome) == (CallState.ENDED, Outcome.ANSWERED)
    assert [seconds(each) for each in (call.start_ns, call.answer_ns, call.end_ns)] == [0, 2, 62]
    assert scene.outcomes == ["answered"]
    assert [type(each) for each in scene.events].count(CallEnded) == 1


@pytest.mark.parametrize(
    ("rows", "state", "outcome"),
    [
        pytest.param(
            ((0, "A>B INVITE 1", OFFER), (1, "A<B 486 INVITE 1 /b", None)),
            "ended",
            "failed",
            id="busy",
        ),
        pytest.param(
            ((0, "A>B INVITE 1", OFFER), (1, "A<B 302 INVITE 1 /b", None)),
            "setup",
            None,
            id="redirected",
        ),
        pytest.param(
            ((0, "A>B INVITE 1", OFFER), (1, "A<B 603 INVITE 1 /b", None)),
            "ended",
            "failed",
            id="declined",
        ),
        pytest.param(
            (
                (0, "A>B INVITE 1", OFFER),
                (1, "A<B 180 INVITE 1 /b", None),
                (5, "A>B CANCEL 1", None),
                (5, "A<B 200 CANCEL 1 /b", None),
                (5.1, "A<B 487 INVITE 1 /b", None),
                (5.2, "A>B ACK 1 /b", None),
            ),
            "ended",
            "cancelled",
            id="cancelled",
        ),
        pytest.param(
            ((0, "A>B INVITE 1", OFFER), (5, "A>B CANCEL 1", None), (8, "A<B 408 INVITE 1", None)),
            "ended",
            "cancelled",
            id="cancelled-and-timed-out",
        ),
        pytest.param(
            ((0, "A>B INVITE 1", OFFER), (8, "A<B 487 INVITE 1 /b", None)),
            "ended",
            "cancelled",
            id="cancelled-out-of-sight",
        ),
        pytest.param(((0, "A>B INVITE 1", OFFER),), "setup", None, id="no-answer-yet"),
        pytest.param(
            ((0, "A>B INVITE 1", OFFER), (1, "A<B 183 INVITE 1 /b", ANSWER)),
            "setup",
            None,
            id="early-media",
        ),
        pytest.param(answered_call(), "active", "answered", id="answered"),
        pytest.param(
            (*answered_call(), (9, "B>A BYE 77 b/", None)),
            "ended",
            "answered",
            id="callee-hangs-up",
        ),
    ],
)
def test_outcome(rows: tuple[Row, ...], state: str, outcome: str | None) -> None:
    """The final response to the first INVITE decides how a call came out."""
    scene = Scenario()
    call = scene.play(*rows)

    assert call is not None
    assert (call.state, call.outcome) == (state, outcome)
    assert scene.outcomes == ([outcome] if outcome else [])


def test_cancel_loses_against_an_answer_under_way() -> None:
    """A 200 that crosses the CANCEL makes the call answered (RFC 3261 section 9.1)."""
    scene = Scenario()
    call = scene.play(
        (0, "A>B INVITE 1", OFFER),
        (3, "A>B CANCEL 1", None),
        (3.01, "A<B 200 INVITE 1 /b", ANSWER),
    )
    scene.tick(10)

    assert call is not None
    assert call.outcome == "answered"


def test_cancel_without_final_response() -> None:
    """A cancelled call whose final response is not seen ends when it was cancelled."""
    scene = Scenario()
    call = scene.play((0, "A>B INVITE 1", OFFER), (3, "A>B CANCEL 1", None))
    scene.tick(15)

    assert call is not None
    assert (call.outcome, seconds(call.end_ns)) == ("cancelled", 3)
    assert not scene.control.open_endpoints


RINGING = (1, "A<B 180 INVITE 1 /b", None)


@pytest.mark.parametrize(
    ("rows", "times", "outcome"),
    [
        pytest.param(
            (RINGING, (2, "A<B 200 INVITE 1 /b", ANSWER), (60, "A<B 200 BYE 2 /b", None)),
            [1, 2, 60],
            "answered",
            id="answered",
        ),
        pytest.param(
            (RINGING, (4, "A<B 486 INVITE 1 /b", None)), [1, None, 4], "failed", id="busy"
        ),
        pytest.param(
            (RINGING, (4, "A<B 487 INVITE 1 /b", None)), [1, None, 4], "cancelled", id="given-up"
        ),
        pytest.param(
            ((2, "A<B 200 INVITE 8 /b", ANSWER), (60, "A<B 200 BYE 9 /b", None)),
            [2, 2, 60],
            "partial",
            id="maybe-of-a-re-invite",
        ),
    ],
)
def test_only_one_side_is_captured(
    rows: tuple[Row, ...], times: list[float | None], outcome: str
) -> None:
    """Where only what the callee sends passes the tap, its responses tell how a call came out."""
    scene = Scenario()
    call = scene.play(*rows)

    assert call is not None
    assert [seconds(each) for each in (call.start_ns, call.answer_ns, call.end_ns)] == times
    assert scene.outcomes == [outcome]


EARLY = ((0, "A>B INVITE 1", OFFER), RINGING)


@pytest.mark.parametrize(
    ("rows", "outcome", "end_s"),
    [
        pytest.param(
            ((5, "A>B BYE 2 /b", None), (5.1, "A<B 487 INVITE 1 /b", None)),
            "cancelled",
            5.1,
            id="refused-then",
        ),
        pytest.param(((5, "A>B BYE 2 /b", None),), "cancelled", 5, id="nothing-seen-then"),
        pytest.param(
            ((5, "A>B BYE 2 /b", None), (7, "A<B 200 INVITE 1 /c", ANSWER)),
            "answered",
            None,
            id="another-fork-answers",
        ),
        pytest.param(((5, "B>A BYE 2 b/", None),), "partial", 5, id="callee-may-not"),
    ],
)
def test_bye_before_the_answer(rows: tuple[Row, ...], outcome: str, end_s: float | None) -> None:
    """A caller may give up a ringing dialog with BYE, a callee may not (RFC 3261 section 15)."""
    scene = Scenario()
    call = scene.play(*EARLY, *rows)
    scene.tick(20)

    assert call is not None
    assert scene.outcomes == [outcome]
    assert seconds(call.end_ns) == (None if end_s is None else pytest.approx(end_s))


def test_answer_that_only_its_ack_shows() -> None:
    """An ACK outside the transaction of the INVITE acknowledges a 200 (section 13.2.2.4)."""
    scene = Scenario()
    call = scene.play((0, "A>B INVITE 1", OFFER), (1, "A<B 100 INVITE 1", None))
    scene.play((4, "A>B ACK 1 /b", None), headers=(OTHER_TRANSACTION,))
    scene.play((30, "B>A BYE 9 b/", None))

    assert call is not None
    assert [seconds(each) for each in (call.answer_ns, call.end_ns)] == [4, 30]
    assert scene.outcomes == ["answered"]
    assert not any(isinstance(each, PostDialDelay) for each in scene.events)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param((), id="branch-of-the-invite"),
        pytest.param(("Via: SIP/2.0/UDP 10.0.0.1:5060;branch=2",), id="branch-of-rfc-2543"),
        pytest.param(("Via: SIP/2.0/UDP 10.0.0.1:5060",), id="no-branch"),
    ],
)
def test_ack_that_shows_no_answer(headers: tuple[str, ...]) -> None:
    """The ACK to a refusal is in the transaction of its INVITE (section 17.1.1.3)."""
    scene = Scenario()
    call = scene.play((0, "A>B INVITE 1", OFFER))
    scene.play((4, "A>B ACK 1 /b", None), headers=headers)

    assert call is not None
    assert (call.state, call.outcome) == ("setup", None)


@pytest.mark.parametrize(
    ("rows", "delay_s"),
    [
        pytest.param(answered_call(), 1, id="ringing"),
        pytest.param(
            ((0, "A>B INVITE 1", OFFER), (2.5, "A<B 183 INVITE 1 /b", ANSWER)), 2.5, id="progress"
        ),
        pytest.param(
            ((0, "A>B INVITE 1", OFFER), (0.5, "A<B 200 INVITE 1 /b", ANSWER)), 0.5, id="answer"
        ),
        pytest.param(
            (
                (0, "A>B INVITE 1", OFFER),
                (0.5, "A>B INVITE 1", OFFER),
                (1.5, "A<B 180 INVITE 1 /b", None),
                (1.6, "A<B 180 INVITE 1 /b", None),
            ),
            1.5,
            id="from-the-first-transmission",
        ),
        pytest.param(
            (
                (0, "A>B INVITE 1", OFFER),
                (0.1, "A<B 407 INVITE 1 /x", None),
                (0.2, "A>B INVITE 2", OFFER),
                (3, "A<B 180 INVITE 2 /b", None),
            ),
            3,
            id="challenge-included",
        ),
    ],
)
def test_post_dial_delay(rows: tuple[Row, ...], delay_s: float) -> None:
    """It runs from the first INVITE to the first 180, 183 or 200, and is reported once."""
    scene = Scenario()
    scene.play(*rows)
    delays = [each.delay_ns for each in scene.events if isinstance(each, PostDialDelay)]

    assert delays == [delay_s * NS_PER_S]


@pytest.mark.pitfall(118)
@pytest.mark.parametrize(
    ("row", "state"),
    [
        pytest.param((0, "A>B BYE 7 /b", None), "ended", id="bye"),
        pytest.param((0, "A>B INVITE 7 /b", OFFER), "active", id="re-invite"),
        pytest.param((0, "A>B ACK 1 /b", None), "active", id="ack"),
        pytest.param((0, "A<B 200 INVITE 1 /b", ANSWER), "active", id="answer"),
        pytest.param((0, "A>B UPDATE 3 /b", OFFER), "setup", id="update"),
    ],
)
def test_capture_begins_inside_a_call(row: Row, state: str) -> None:
    """A call whose beginning was missed is partial, and is neither an error nor a failure."""
    scene = Scenario()
    call = scene.play(row)

    assert call is not None
    assert call.state == state

    scene.play((30, "A>B BYE 8 /b", None))

    assert scene.outcomes == ["partial"]
    assert call.is_ended


@pytest.mark.pitfall(118)
def test_call_that_falls_silent_after_its_beginning_was_missed() -> None:
    """A call that was under way when the capture began has not failed because nobody ended it."""
    scene = Scenario()
    call = scene.play((0, "A>B INVITE 5 /b", OFFER), (1, "A<B 200 INVITE 5 /b", ANSWER))
    scene.stream(A_TO_B, 1, at_s=2)
    scene.tick(80)

    assert call is not None
    assert call.is_ended
    assert scene.outcomes == ["partial"]


@pytest.mark.pitfall(118)
@pytest.mark.parametrize(
    "line", ["A<B 200 BYE 2 /b", "A>B REGISTER 1", "A>B OPTIONS 1", "A<B 200 REGISTER 1 /x"]
)
def test_messages_that_show_no_call(line: str) -> None:
    """Messages of other purposes begin no call, nor does the last one of a call."""
    scene = Scenario()

    assert scene.play((0, line, None)) is None
    assert scene.calls == []


@pytest.mark.pitfall(90)
@pytest.mark.parametrize(
    "early",
    [
        pytest.param((0, "A<B 180 INVITE 1 /b", None), id="ringing"),
        pytest.param((0, "A<B 183 INVITE 1 /b", ANSWER), id="progress"),
        pytest.param((0, "A<B 200 INVITE 1 /b", ANSWER), id="answer"),
    ],
)
def test_response_before_its_request(early: Row) -> None:
    """A mirror that swaps messages makes no difference to the call."""
    scene = Scenario()
    scene.play(
        early,
        (0.001, "A>B INVITE 1", OFFER),
        (2, "A<B 200 INVITE 1 /b", ANSWER),
        (9, "A>B BYE 2 /b", None),
    )
    to_b, to_a = scene.calls[0], scene.outcomes

    assert to_b.outcome == "answered"
    assert to_a == ["answered"]


@pytest.mark.pitfall(90)
def test_answer_that_is_seen_only_before_its_request() -> None:
    """Where the mirror swaps INVITE and 200 the call has begun, and goes on as answered."""
    scene = Scenario()
    call = scene.play(
        (0, "A<B 200 INVITE 1 /b", ANSWER),
        (0.001, "A>B INVITE 1", OFFER),
        (0.1, "A>B ACK 1 /b", None),
    )

    assert call is not None
    assert (call.state, seconds(call.start_ns), seconds(call.answer_ns)) == ("active", 0, 0)
    assert scene.outcomes == ["answered"]


@pytest.mark.pitfall(97)
def test_refusal_that_goes_to_another_address_of_the_caller() -> None:
    """A final response ends the call wherever it is sent, unless that is a proxy's far side."""
    scene = Scenario()
    call = scene.play((0, "A>B INVITE 1", OFFER), (1, "D<B 486 INVITE 1 /b", None))

    assert call is not None
    assert call.outcome == "failed"


@pytest.mark.pitfall(97)
def test_requests_and_responses_from_other_addresses() -> None:
    """Direction comes from tags: a response from elsewhere and a reverse INVITE turn nothing."""
    scene = Scenario()
    scene.play(
        (0, "A>B INVITE 1", OFFER),
        (1, "A<C 200 INVITE 1 /b", ANSWER),
        (1.1, "A>C ACK 1 /b", None),
    )
    to_b = scene.stream(A_TO_B, 1, at_s=1.2, until_s=60)
    scene.play(
        (20, "C>A INVITE 55 b/", sdp("10.0.0.2:5002")),
        (20.1, "C<A 200 INVITE 55 b/", OFFER),
    )
    to_a = scene.stream(B_TO_A, 2, at_s=20.2)
    moved = scene.stream("10.0.0.1:4000>10.0.0.2:5002", 1, at_s=20.3)

    assert [to_b.direction, moved.direction] == ["caller_to_callee"] * 2
    assert to_a.direction == "callee_to_caller"
    assert len(scene.calls) == 1


def test_finish_settles_partial_calls() -> None:
    """At the end of a capture a call that goes on stays open, and its outcome is what is known."""
    scene = Scenario()
    scene.play(*answered_call(), call_id="whole")
    scene.play((3, "A>B INVITE 7 /b", OFFER), call_id="from-the-middle")
    scene.play((3, "A>B INVITE 1", OFFER), call_id="not-answered")
    scene.registry.finish(scene.registry.find("whole").start_ns)  # type: ignore[union-attr]  # it is there

    assert [(each.state, each.outcome) for each in scene.calls] == [
        ("active", "answered"),
        ("active", "partial"),
        ("setup", None),
    ]
