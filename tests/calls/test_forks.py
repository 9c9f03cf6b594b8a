"""Calls that ring several callees: whose media stay, and when the call is over."""

from __future__ import annotations

import pytest

from tests.calls.scenario import (
    A_MEDIA,
    A_TO_B,
    B_MEDIA,
    B_TO_A,
    Row,
    Scenario,
    sdp,
)


@pytest.mark.pitfall(80)
def test_only_the_answered_branch_stays() -> None:
    """Every branch of a forked call may send early media; the one that answers keeps its own."""
    scene = Scenario()
    call = scene.play(
        (0, "A>P INVITE 1", sdp(A_MEDIA)),
        (1, "A<P 183 INVITE 1 /b", sdp(B_MEDIA)),
        (1, "A<P 183 INVITE 1 /c", sdp("10.0.0.3:6000")),
    )
    ringback = scene.stream(f"10.0.0.3:6000>{A_MEDIA}", 3, at_s=1.5, until_s=4)
    assert ringback.call is call
    scene.play((4, "A<P 200 INVITE 1 /b", sdp(B_MEDIA)))
    speech = scene.stream(B_TO_A, 2, at_s=4.1)

    assert scene.control.open_endpoints == {A_MEDIA, B_MEDIA}
    assert ringback in scene.control.muted
    assert speech.call is call
    assert speech not in scene.control.muted


@pytest.mark.pitfall(80)
def test_update_of_a_branch_that_does_not_answer() -> None:
    """What was agreed on with one branch while it rang says nothing of the one that answers."""
    scene = Scenario()
    call = scene.play(
        (0, "A>P INVITE 1", sdp("192.168.1.5:4000")),
        (1, "A<P 183 INVITE 1 /b", sdp(B_MEDIA)),
        (1, "A<P 183 INVITE 1 /c", sdp("10.0.0.3:6000")),
        (2, "A>P UPDATE 2 /b", sdp("192.168.1.5:4000")),
        (2.1, "A<P 200 UPDATE 2 /b", sdp(B_MEDIA, "sendonly")),
        (3, "A>P UPDATE 3 /c", sdp("192.168.1.5:4000")),
        (3.1, "A<P 200 UPDATE 3 /c", sdp("10.0.0.3:6000")),
        (4, "A<P 200 INVITE 1 /b", None),
    )
    behind_nat = scene.stream("10.0.0.7:9000>10.0.0.1:4000", 1, at_s=5)

    assert call is not None
    assert call.on_hold
    assert behind_nat.call is call
    assert scene.control.open_endpoints == {"192.168.1.5:4000", B_MEDIA}


@pytest.mark.pitfall(80)
def test_answer_with_another_tag_and_no_description() -> None:
    """Where the answer does not say where its media are, they are where early media were."""
    scene = Scenario()
    call = scene.play(
        (0, "A>B INVITE 1", sdp(A_MEDIA)), (1, "A<B 183 INVITE 1 /early", sdp(B_MEDIA))
    )
    early = scene.stream(B_TO_A, 1, at_s=1.5, until_s=30)
    scene.play(
        (4, "A<B 200 INVITE 1 /b", None),
        (20, "A>B INVITE 2 /b", sdp(A_MEDIA, payloads="8")),
    )
    speech = scene.stream(A_TO_B, 2, at_s=20.1)

    assert [early.call, speech.call] == [call, call]
    assert not scene.control.muted
    scene.play((20.2, "A<B 200 INVITE 2 /b", sdp("10.0.0.2:5002")))

    assert scene.control.open_endpoints == {A_MEDIA, "10.0.0.2:5002"}


@pytest.mark.pitfall(80)
def test_two_branches_answer() -> None:
    """The caller drops one of two answers with a BYE, and the call goes on with the other."""
    scene = Scenario()
    call = scene.play(
        (0, "A>P INVITE 1", sdp(A_MEDIA)),
        (2, "A<P 200 INVITE 1 /b", sdp(B_MEDIA)),
        (2.1, "A<P 200 INVITE 1 /c", sdp("10.0.0.3:6000")),
        (2.2, "A>P BYE 2 /c", None),
    )
    assert call is not None
    assert call.state == "active"
    assert scene.control.open_endpoints == {A_MEDIA, B_MEDIA}
    scene.play((30, "A>P BYE 3 /b", None))

    assert call.state == "ended"
    assert scene.outcomes == ["answered"]


@pytest.mark.pitfall(80)
@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(
            (
                (2.1, "A<P 200 INVITE 1 /c", sdp("10.0.0.3:6000")),
                (2.2, "A>P BYE 2 /c", None),
                (2.7, "A>P BYE 2 /c", None),
            ),
            id="repeated",
        ),
        pytest.param(
            (
                (2.1, "A<P 200 INVITE 1 /c", sdp("10.0.0.3:6000")),
                (2.2, "A>P BYE 2 /c", None),
                (2.3, "P>C BYE 2 /c", None),
            ),
            id="on-both-sides-of-a-proxy",
        ),
        pytest.param(
            (
                (2.1, "A<P 200 INVITE 1 /c", sdp("10.0.0.3:6000")),
                (2.2, "A>P BYE 2 /c", None),
                (2.6, "A<P 200 INVITE 1 /c", None),
            ),
            id="whose-answer-is-repeated",
        ),
        pytest.param(((2.2, "A>P BYE 2 /c", None),), id="of-a-branch-that-did-not-answer"),
        pytest.param(
            ((2.2, "A>P BYE 2 /x", None), (2.3, "A<P 481 BYE 2 /x", None)), id="of-no-branch"
        ),
    ],
)
def test_bye_of_another_branch(rows: tuple[Row, ...]) -> None:
    """A BYE ends the branch that it names, however often it is seen, and not one beside it."""
    scene = Scenario()
    call = scene.play(
        (0, "A>P INVITE 1", sdp(A_MEDIA)),
        (1, "A<P 180 INVITE 1 /c", None),
        (2, "A<P 200 INVITE 1 /b", sdp(B_MEDIA)),
        *rows,
    )
    assert call is not None
    assert call.state == "active"
    assert scene.control.open_endpoints == {A_MEDIA, B_MEDIA}
    scene.play((30, "A>P BYE 3 /b", None))

    assert call.state == "ended"


@pytest.mark.pitfall(80)
def test_branches_that_lose_do_not_fail_the_call() -> None:
    """A proxy that sees one branch busy tries on; that 486 never reaches the caller."""
    scene = Scenario()
    call = scene.play(
        (0, "A>P INVITE 1", sdp(A_MEDIA)),
        (0.1, "P>B INVITE 1", sdp(A_MEDIA)),
        (0.1, "P>C INVITE 1", sdp(A_MEDIA)),
        (1, "P<B 183 INVITE 1 /b", sdp(B_MEDIA)),
        (2, "P<B 486 INVITE 1 /b", None),
        (2.1, "P>C CANCEL 1", None),
        (3, "P<C 200 INVITE 1 /c", sdp("10.0.0.3:6000")),
        (3.1, "A<P 200 INVITE 1 /c", sdp("10.0.0.3:6000")),
        (3.2, "P<B 487 INVITE 1 /b", None),
    )

    assert call is not None
    assert (call.state, call.outcome) == ("active", "answered")
    assert scene.control.open_endpoints == {A_MEDIA, "10.0.0.3:6000"}
