"""Calls that are tried more than once: with credentials, elsewhere, or at several telephones."""

from __future__ import annotations

import pytest

from tests.calls.scenario import (
    A_MEDIA,
    B_MEDIA,
    Row,
    Scenario,
    sdp,
    seconds,
)

OFFER = sdp(A_MEDIA)
ANSWER = sdp(B_MEDIA)


@pytest.mark.pitfall(80)
@pytest.mark.parametrize(
    ("rows", "outcome", "end_s"),
    [
        pytest.param(((2, "P<B 486 INVITE 1 /b", None),), None, None, id="one-is-busy"),
        pytest.param(
            ((2, "P<B 486 INVITE 1 /b", None), (3, "P<C 600 INVITE 1 /c", None)),
            "failed",
            3,
            id="both-are-busy",
        ),
        pytest.param(
            ((2, "P>B CANCEL 1", None), (2.1, "P<B 487 INVITE 1 /b", None)),
            None,
            None,
            id="one-is-given-up",
        ),
        pytest.param(
            (
                (2, "P>B CANCEL 1", None),
                (2.1, "P>D INVITE 1", OFFER),
                (2.2, "P<B 487 INVITE 1 /b", None),
                (2.3, "P>C CANCEL 1", None),
                (2.4, "P<C 487 INVITE 1 /c", None),
                (3, "P<D 180 INVITE 1 /d", None),
            ),
            None,
            None,
            id="both-are-given-up-for-another",
        ),
        pytest.param(
            (
                (2, "P>B CANCEL 1", None),
                (2, "P>C CANCEL 1", None),
                (2.1, "P<B 487 INVITE 1 /b", None),
            ),
            "cancelled",
            2.1,
            id="both-are-cancelled",
        ),
        pytest.param(
            (
                (2, "P<B 486 INVITE 1 /b", None),
                (9, "P<C 200 INVITE 1 /c", ANSWER),
                (9.1, "P<B 486 INVITE 1 /b", None),
            ),
            "answered",
            None,
            id="other-one-answers",
        ),
    ],
)
def test_far_side_of_a_proxy_that_forks(
    rows: tuple[Row, ...], outcome: str | None, end_s: float | None
) -> None:
    """Where only that side is seen, the call goes on as long as one destination rings."""
    scene = Scenario()
    call = scene.play(
        (0, "P>B INVITE 1", OFFER),
        (0, "P>C INVITE 1", OFFER),
        (1, "P<B 180 INVITE 1 /b", None),
        (1, "P<C 180 INVITE 1 /c", None),
        *rows,
    )
    scene.tick(20)

    assert call is not None
    assert (call.outcome, seconds(call.end_ns)) == (
        outcome,
        None if end_s is None else pytest.approx(end_s),
    )


@pytest.mark.parametrize(
    ("first_s", "outcome"),
    [
        pytest.param(0.05, None, id="at-once"),
        pytest.param(4, "failed", id="after-the-other-was-silent"),
    ],
)
def test_refusal_before_the_other_destination_is_heard(first_s: float, outcome: str | None) -> None:
    """A destination that has said nothing keeps the call for the second in which it should."""
    scene = Scenario()
    call = scene.play(
        (0, "A>B INVITE 1", OFFER),
        (0, "A>C INVITE 1", OFFER),
        (first_s, "A<C 486 INVITE 1 /c", None),
    )

    assert call is not None
    assert call.outcome == outcome


@pytest.mark.pitfall(92)
@pytest.mark.parametrize("code", [401, 407])
def test_challenge_is_no_failure(code: int) -> None:
    """A demand for credentials leaves the call in setup and its first description forgotten."""
    scene = Scenario()
    call = scene.play(
        (0, "A>B INVITE 1", sdp("10.0.0.1:9998")),
        (0.1, f"A<B {code} INVITE 1 /x", None),
        (0.2, "A>B ACK 1 /x", None),
    )

    assert call is not None
    assert (call.state, call.outcome) == ("setup", None)
    assert not scene.control.open_endpoints

    scene.play(
        (40, "A>B INVITE 2", OFFER),
        (41, "A<B 200 INVITE 2 /b", ANSWER),
    )

    assert scene.calls == [call]
    assert scene.outcomes == ["answered"]
    assert scene.control.open_endpoints == {A_MEDIA, B_MEDIA}


@pytest.mark.pitfall(92)
@pytest.mark.parametrize(
    ("rows", "outcome"),
    [
        pytest.param(((5, "D<B 486 INVITE 2 /b", None),), "failed", id="refused"),
        pytest.param(
            ((5, "D>B CANCEL 2", None), (5.1, "D<B 487 INVITE 2 /b", None)),
            "cancelled",
            id="cancelled",
        ),
    ],
)
def test_credentials_from_another_port(rows: tuple[Row, ...], outcome: str) -> None:
    """The second INVITE of a caller may come from elsewhere: that does not make it a proxy's."""
    scene = Scenario()
    call = scene.play(
        (0, "A>B INVITE 1", OFFER),
        (0.1, "A<B 407 INVITE 1 /x", None),
        (0.2, "D>B INVITE 2", OFFER),
        (1, "D<B 180 INVITE 2 /b", None),
        *rows,
    )

    assert call is not None
    assert call.is_ended
    assert scene.outcomes == [outcome]


@pytest.mark.pitfall(92)
def test_proxy_with_credentials() -> None:
    """A proxy that answers a challenge itself, with a higher number, leaves the caller alone."""
    scene = Scenario()
    call = scene.play(
        (0, "A>P INVITE 1", OFFER),
        (0.1, "P>B INVITE 1", OFFER),
        (0.2, "P<B 407 INVITE 1 /x", None),
        (0.3, "P>B INVITE 2", OFFER),
        (5, "P<B 486 INVITE 2 /b", None),
    )
    assert call is not None
    assert call.state == "setup"
    scene.play((5.1, "A<P 486 INVITE 1 /b", None))

    assert call.is_ended
    assert scene.outcomes == ["failed"]


@pytest.mark.parametrize("code", [300, 301, 302, 305, 380])
def test_redirection_is_no_failure(code: int) -> None:
    """A call that is sent elsewhere is one call, whose first destination never answers."""
    scene = Scenario()
    call = scene.play(
        (0, "A>B INVITE 1", OFFER),
        (0.1, f"A<B {code} INVITE 1 /x", None),
        (0.2, "A>B ACK 1 /x", None),
        (0.3, "A>C INVITE 2", OFFER),
        (2, "A<C 200 INVITE 2 /b", ANSWER),
    )

    assert call is not None
    assert (scene.calls, seconds(call.start_ns)) == ([call], 0)
    assert scene.outcomes == ["answered"]
    assert scene.control.open_endpoints == {A_MEDIA, B_MEDIA}


@pytest.mark.parametrize("code", [407, 302])
@pytest.mark.parametrize(
    ("final", "outcome"),
    [
        pytest.param("A<B 200 INVITE 2 /b", "answered", id="answered"),
        pytest.param("A<B 486 INVITE 2 /b", "failed", id="busy"),
    ],
)
def test_capture_begins_at_a_challenge(code: int, final: str, outcome: str) -> None:
    """The ACK to a challenge or redirection does not show a call that is under way."""
    scene = Scenario()
    scene.play(
        (0, f"A<B {code} INVITE 1 /x", None),
        (0.1, "A>B ACK 1 /x", None),
        (0.2, "A>B INVITE 2", OFFER),
        (3, final, None),
    )

    assert scene.outcomes == [outcome]


@pytest.mark.pitfall(92)
@pytest.mark.parametrize("code", [401, 302])
def test_challenge_that_nobody_answers(code: int) -> None:
    """Where no second INVITE follows, the call failed after all."""
    scene = Scenario()
    scene.play((0, "A>B INVITE 1", OFFER), (0.1, f"A<B {code} INVITE 1 /x", None))
    scene.tick(70)

    assert scene.outcomes == ["failed"]
