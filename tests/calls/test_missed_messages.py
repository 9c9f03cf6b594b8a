"""Messages that the capture missed, or that it shows in another order than they were sent in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.calls.scenario import (
    A_MEDIA,
    A_TO_B,
    B_MEDIA,
    B_TO_A,
    OTHER_TRANSACTION,
    Scenario,
    answered_call,
    sdp,
    seconds,
)

NEAR = ("Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKa",)
FAR = {name: (f"Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK{name}", *NEAR) for name in "BC"}
"""Of an INVITE and its responses on the caller's side of a proxy, and towards each callee."""


def hear_until(scene: Scenario, until_s: int) -> None:
    """Let all streams go on, and time pass."""
    for at_s in range(0, until_s, 3):
        for stream in scene.streams:
            scene.hear(stream, max(at_s, seconds(stream.first_ns) or 0))
        scene.tick(at_s)


def direct_media_without_an_answer(scene: Scenario) -> None:
    """Connect A and B by an agent (RFC 3725 flow I); the 200 of A, with its offer, is missed."""
    scene.play((0, "P>A INVITE 1", None), (0.3, "P<A 180 INVITE 1 /a", None), call_id="one")
    scene.play(
        (2, "P>B INVITE 1", sdp(A_MEDIA)), (4, "P<B 200 INVITE 1 /b", sdp(B_MEDIA)), call_id="two"
    )
    scene.play((4.1, "P>A ACK 1 /a", sdp(B_MEDIA)), call_id="one", headers=(OTHER_TRANSACTION,))
    scene.stream(A_TO_B, 1, at_s=4.2)
    scene.stream(B_TO_A, 2, at_s=4.2)


def second_call_without_an_offer(scene: Scenario) -> None:
    """Let B hold A and call C from the same port (RFC 5359 section 2.2); its INVITE is missed."""
    scene.play(
        *answered_call(),
        (3, "B>A INVITE 7 b/", sdp(B_MEDIA, "sendonly")),
        (3.1, "B<A 200 INVITE 7 b/", sdp(A_MEDIA, "recvonly")),
        call_id="one",
    )
    scene.play(
        (4, "B<C 180 INVITE 1 /c", None),
        (5, "B<C 200 INVITE 1 /c", sdp("10.0.0.3:6000")),
        call_id="two",
    )
    scene.stream(f"{B_MEDIA}>10.0.0.3:6000", 3, at_s=5.2)
    scene.stream(f"10.0.0.3:6000>{B_MEDIA}", 4, at_s=5.2)


@pytest.mark.parametrize("begin", [direct_media_without_an_answer, second_call_without_an_offer])
def test_description_that_was_missed(begin: Callable[[Scenario], None]) -> None:
    """Where one side did not say what it awaits, nothing can be told to be missing."""
    scene = Scenario()
    begin(scene)
    hear_until(scene, 60)

    assert [call.answer_ns is not None for call in scene.calls] == [True, True]
    assert scene.anomalies == []


@pytest.mark.pitfall(121)
@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(("near", "far", "trying"), id="in-order"),
        pytest.param(("far", "near", "trying"), id="far-side-first"),
        pytest.param(("trying", "far"), id="near-side-missed"),
        pytest.param(("near", "trying"), id="far-side-missed"),
    ],
)
def test_refusal_on_the_far_side_of_a_proxy(seen: tuple[str, ...]) -> None:
    """Whichever INVITE is seen first or missed, what the proxy hears is no news for the caller."""
    scene = Scenario()
    rows = {
        "near": ((0, "A>P INVITE 1", sdp(A_MEDIA)), NEAR),
        "far": ((0, "P>B INVITE 1", sdp(A_MEDIA)), FAR["B"]),
        "trying": ((0, "A<P 100 INVITE 1", None), NEAR),
    }
    for name in seen:
        row, headers = rows[name]
        scene.play(row, headers=headers)
    scene.play((0.2, "P<B 503 INVITE 1 /b", None), headers=FAR["B"])
    scene.play((0.3, "P>B ACK 1 /b", None), headers=FAR["B"][:1])
    assert scene.outcomes == []

    scene.play((0.4, "P>C INVITE 1", sdp(A_MEDIA)), headers=FAR["C"])
    scene.play((2, "P<C 200 INVITE 1 /c", sdp("10.0.0.3:6000")), headers=FAR["C"])
    scene.play((2.1, "A<P 200 INVITE 1 /c", sdp("10.0.0.3:6000")), headers=NEAR)

    assert scene.outcomes == ["answered"]
    assert [seconds(call.answer_ns) for call in scene.calls] == [2]
    assert scene.control.open_endpoints == {A_MEDIA, "10.0.0.3:6000"}


@pytest.mark.pitfall(121)
def test_refusal_that_the_caller_hears_of() -> None:
    """The last refusal is passed on, and ends the call although the far side was seen first."""
    scene = Scenario()
    scene.play((0, "P>B INVITE 1", sdp(A_MEDIA)), headers=FAR["B"])
    scene.play((0, "A>P INVITE 1", sdp(A_MEDIA)), headers=NEAR)
    scene.play((0.2, "P<B 503 INVITE 1 /b", None), headers=FAR["B"])
    scene.play((0.3, "P>B ACK 1 /b", None), headers=FAR["B"][:1])
    scene.play((0.4, "A<P 503 INVITE 1 /b", None), headers=NEAR)

    assert scene.outcomes == ["failed"]
    assert [seconds(call.end_ns) for call in scene.calls] == [pytest.approx(0.4)]


@pytest.mark.pitfall(90)
@pytest.mark.parametrize("is_late", [False, True])
def test_refusal_seen_before_its_request(*, is_late: bool) -> None:
    """A hold that is refused leaves no trace, also where its INVITE comes after the refusal."""
    scene = Scenario()
    invite = (10.0, "A>B INVITE 2 /b", sdp("10.0.0.1:4100", "sendonly"))
    refusal = (10.0, "A<B 488 INVITE 2 /b", None)
    rows = (refusal, invite) if is_late else (invite, refusal)
    call = scene.play(*answered_call(), *rows, (10.1, "A>B ACK 2 /b", None))

    assert call is not None
    assert not call.on_hold
    assert scene.control.open_endpoints == {A_MEDIA, B_MEDIA}


@pytest.mark.pitfall(80)
def test_acknowledged_refusal_of_a_branch_whose_invite_was_missed() -> None:
    """The ACK to a refusal does not prove an answer, though nobody saw what was refused."""
    scene = Scenario()
    scene.play((0, "A>P INVITE 1", sdp(A_MEDIA)), headers=NEAR)
    scene.play((0.1, "P>B INVITE 1", sdp(A_MEDIA)), headers=FAR["B"])
    scene.play((1, "P<C 486 INVITE 1 /c", None), headers=FAR["C"])
    scene.play((1.1, "P>C ACK 1 /c", None), headers=FAR["C"][:1])

    assert [call.state.value for call in scene.calls] == ["setup"]


@pytest.mark.pitfall(88)
@pytest.mark.parametrize(
    ("invite", "ack", "headers", "state"),
    [
        pytest.param("A>P", "P>B", FAR["B"][:1], "setup", id="to-a-refusal-on-the-far-side"),
        pytest.param("A>P", "P>B", FAR["B"], "active", id="to-an-answer-on-the-far-side"),
        pytest.param("A>P", "A>P", NEAR, "active", id="to-an-answer"),
        pytest.param("P>B", "P>B", FAR["B"][:1], "setup", id="to-a-refusal-there-alone"),
        pytest.param("P>B", "P>B", FAR["B"], "active", id="to-an-answer-there-alone"),
    ],
)
def test_what_an_ack_proves(invite: str, ack: str, headers: tuple[str, ...], state: str) -> None:
    """Where the response was missed, only the ACK that the caller itself sent means an answer."""
    scene = Scenario()
    first = NEAR if invite == "A>P" else FAR["B"]
    scene.play((0, f"{invite} INVITE 1", sdp(A_MEDIA)), headers=first)
    other = tuple(each.replace("bK", "bKack") for each in headers)
    scene.play((2, f"{ack} ACK 1 /b", None), headers=other)

    assert [call.state.value for call in scene.calls] == [state]


@pytest.mark.pitfall(92)
@pytest.mark.parametrize("code", [302, 401, 407])
def test_another_attempt_under_the_same_number(code: int) -> None:
    """A proxy that tries again itself keeps the number, and the call its media (section 16.7)."""
    scene = Scenario()
    again = (FAR["C"][0].replace("bKC", "bKagain"), *NEAR)
    scene.play((0, "P>B INVITE 1", sdp(A_MEDIA)), headers=FAR["B"])
    scene.play((0.1, f"P<B {code} INVITE 1 /x", None), headers=FAR["B"])
    scene.play((0.1, "P>B ACK 1 /x", None), headers=FAR["B"][:1])
    assert not scene.control.open_endpoints
    scene.play((0.2, "P>B INVITE 1", sdp(A_MEDIA)), headers=FAR["B"])
    assert not scene.control.open_endpoints, "a repetition is no attempt"

    scene.play((0.2, "P>B INVITE 1", sdp(A_MEDIA)), headers=again)
    scene.play((0.6, f"P<B {code} INVITE 1 /x", None), headers=FAR["B"])
    scene.play((0.6, "P>B ACK 1 /x", None), headers=FAR["B"][:1])
    assert scene.control.open_endpoints == {A_MEDIA}, "a repetition refuses nothing"

    scene.play((2, "P<B 200 INVITE 1 /b", sdp(B_MEDIA)), headers=again)

    assert scene.outcomes == ["answered"]
    assert scene.control.open_endpoints == {A_MEDIA, B_MEDIA}
