"""Offers and answers over the life of a call, and what they do to its streams."""

from __future__ import annotations

import pytest

from tests.calls.scenario import (
    A_MEDIA,
    A_TO_B,
    B_MEDIA,
    B_TO_A,
    Row,
    Scenario,
    answered_call,
    sdp,
    seconds,
)

NEW_A = "10.0.0.1:4444"
NEW_A_MEDIA = sdp(NEW_A)


def test_both_streams_get_call_and_direction() -> None:
    """A stream to the callee's endpoint flows from caller to callee, and the other way round."""
    scene = Scenario()
    call = scene.play(*answered_call())
    to_b = scene.stream(A_TO_B, 1, at_s=2.2)
    to_a = scene.stream(B_TO_A, 2, at_s=2.2)

    assert call is not None
    assert call.streams == (to_b, to_a)
    assert [to_b.direction, to_a.direction] == ["caller_to_callee", "callee_to_caller"]
    assert scene.control.bound == [to_b, to_a]


def test_streams_that_were_there_before_the_signalling() -> None:
    """Streams that began first are adopted; the call that they had made up disappears."""
    scene = Scenario()
    streams = [scene.stream(A_TO_B, 1, at_s=0), scene.stream(B_TO_A, 2, at_s=0)]
    assert len(scene.calls) == 1
    call = scene.play((1, "A>B INVITE 7 /b", sdp(A_MEDIA)))

    assert scene.calls == [call]
    assert {each.call for each in streams} == {call}
    assert [each.direction for each in streams] == ["caller_to_callee", "callee_to_caller"]
    assert scene.outcomes == []
    assert call is not None
    assert seconds(call.start_ns) == 0


def test_streams_of_a_call_whose_invite_comes_late() -> None:
    """A call whose INVITE is seen began with that, whatever ran on its ports before."""
    scene = Scenario()
    for ends in (A_TO_B, B_TO_A):
        scene.stream(ends, 1, at_s=0)
    call = scene.play(*answered_call(at_s=5))

    assert scene.calls == [call]
    assert call is not None
    assert seconds(call.start_ns) == 5


@pytest.mark.pitfall(75)
def test_old_port_counts_until_the_media_move() -> None:
    """A re-INVITE with a new port leaves running streams alone; later ones join the same call."""
    scene = Scenario()
    call = scene.play(*answered_call())
    old = scene.stream(B_TO_A, 1, at_s=2.2, until_s=31)
    scene.play((30, "A>B INVITE 2 /b", NEW_A_MEDIA), (30.1, "A<B 200 INVITE 2 /b", sdp(B_MEDIA)))
    new = scene.stream(f"{B_MEDIA}>{NEW_A}", 1, at_s=31)

    assert old.call is call
    assert old not in scene.control.muted
    assert (new.call, new.direction) == (call, "callee_to_caller")


@pytest.mark.pitfall(75)
def test_old_port_goes_to_the_next_call() -> None:
    """A port that a call has left belongs to the call that names it now."""
    scene = Scenario()
    scene.play(
        *answered_call(),
        (30, "A>B INVITE 2 /b", NEW_A_MEDIA),
        (30.1, "A<B 200 INVITE 2 /b", sdp(B_MEDIA)),
    )
    other = scene.play(
        (60, "A>C INVITE 1", sdp(A_MEDIA)),
        (61, "A<C 200 INVITE 1 /c", sdp("10.0.0.3:6000")),
        call_id="other",
    )
    stream = scene.stream(f"10.0.0.3:6000>{A_MEDIA}", 9, at_s=62)

    assert stream.call is other


@pytest.mark.pitfall(76)
@pytest.mark.parametrize("code", [488, 491, 500])
def test_refused_re_invite_is_rolled_back(code: int) -> None:
    """What a refused request proposed is gone; what was agreed on before holds."""
    scene = Scenario()
    call = scene.play(
        *answered_call(),
        (30, "A>B INVITE 2 /b", sdp(NEW_A, "sendonly", payloads="8")),
        (30.1, f"A<B {code} INVITE 2 /b", None),
        (30.2, "A>B ACK 2 /b", None),
    )

    assert call is not None
    assert call.state == "active"
    assert scene.control.open_endpoints == {A_MEDIA, B_MEDIA}
    assert not call.on_hold


@pytest.mark.pitfall(76)
def test_crossing_re_invites() -> None:
    """When both sides propose at once both are refused, and neither proposal stays (491)."""
    scene = Scenario()
    scene.play(
        *answered_call(),
        (30, "A>B INVITE 2 /b", NEW_A_MEDIA),
        (30, "B>A INVITE 2 b/", sdp("10.0.0.2:5555")),
        (30.1, "A<B 491 INVITE 2 /b", None),
        (30.1, "B<A 491 INVITE 2 b/", None),
    )

    assert scene.control.open_endpoints == {A_MEDIA, B_MEDIA}


@pytest.mark.pitfall(77)
@pytest.mark.parametrize(
    "late",
    [
        pytest.param((40, "A<B 200 INVITE 1 /b", sdp(B_MEDIA, payloads="18")), id="200"),
        pytest.param((40, "A>B INVITE 1", sdp(A_MEDIA, payloads="18")), id="invite"),
        pytest.param((40, "A<B 183 INVITE 1 /b", sdp("10.0.0.2:7")), id="183"),
    ],
)
def test_late_repetition_brings_nothing_back(late: Row) -> None:
    """A repeated message of an old exchange changes nothing in the one that holds."""
    scene = Scenario()
    call = scene.play(
        *answered_call(),
        (30, "A>B INVITE 2 /b", sdp(A_MEDIA, payloads="8")),
        (30.1, "A<B 200 INVITE 2 /b", sdp(B_MEDIA, payloads="8")),
    )
    to_b = scene.stream(A_TO_B, 1, at_s=31)
    before = (scene.control.open_endpoints, to_b.payloads)
    scene.play(late)

    assert call is not None
    assert (scene.control.open_endpoints, to_b.payloads) == before
    assert [each.payload_type for each in to_b.payloads.formats] == [8]
    assert scene.outcomes == ["answered"]


@pytest.mark.pitfall(81)
@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(
            (
                (0, "A>B INVITE 1", None),
                (1, "A<B 180 INVITE 1 /b", None),
                (2, "A<B 200 INVITE 1 /b", sdp(B_MEDIA)),
                (2.1, "A>B ACK 1 /b", sdp(A_MEDIA)),
            ),
            id="offer-in-200-answer-in-ack",
        ),
        pytest.param(
            (
                (0, "A>B INVITE 1", None),
                (1, "A<B 183 INVITE 1 /b", sdp(B_MEDIA)),
                (1.1, "A>B PRACK 2 /b", sdp(A_MEDIA)),
                (1.2, "A<B 200 PRACK 2 /b", None),
                (2, "A<B 200 INVITE 1 /b", None),
            ),
            id="offer-in-183-answer-in-prack",
        ),
        pytest.param(
            (
                (0, "A>B INVITE 1", sdp("10.0.0.1:7000")),
                (1, "A<B 183 INVITE 1 /b", sdp("10.0.0.2:7000")),
                (1.1, "A>B PRACK 2 /b", sdp(A_MEDIA)),
                (1.2, "A<B 200 PRACK 2 /b", sdp(B_MEDIA)),
                (2, "A<B 200 INVITE 1 /b", None),
            ),
            id="new-offer-in-prack",
        ),
        pytest.param(
            (
                (0, "A>B INVITE 1", sdp("10.0.0.1:7000")),
                (1, "A<B 183 INVITE 1 /b", sdp("10.0.0.2:7000")),
                (1.1, "A>B UPDATE 2 /b", sdp(A_MEDIA)),
                (1.2, "A<B 200 UPDATE 2 /b", sdp(B_MEDIA)),
                (2, "A<B 200 INVITE 1 /b", sdp("10.0.0.2:7000")),
            ),
            id="update-before-the-answer",
        ),
    ],
)
def test_descriptions_in_other_messages(rows: tuple[Row, ...]) -> None:
    """Offer and answer may travel in 200 and ACK, 183 and PRACK, UPDATE and its response."""
    scene = Scenario()
    call = scene.play(*rows, headers=("RAck: 1 1 INVITE",))
    to_b, to_a = scene.stream(A_TO_B, 1, at_s=3), scene.stream(B_TO_A, 2, at_s=3)

    assert call is not None
    assert call.outcome == "answered"
    assert [to_b.call, to_a.call] == [call, call]
    assert [to_b.direction, to_a.direction] == ["caller_to_callee", "callee_to_caller"]
    # One of them alone would be enough to find both streams.
    assert {A_MEDIA, B_MEDIA} <= scene.control.open_endpoints


@pytest.mark.pitfall(118)
@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(
            (
                (0, "A>B PRACK 2 /b", None),
                (0.1, "A<B 200 PRACK 2 /b", None),
                (1, "A<B 200 INVITE 1 /b", sdp(B_MEDIA)),
                (1.1, "A>B ACK 1 /b", None),
            ),
            id="answer-in-200",
        ),
        pytest.param(
            (
                (0, "A>B PRACK 2 /b", None),
                (0.1, "A<B 200 PRACK 2 /b", None),
                (1, "A<B 200 INVITE 1 /b", None),
                (1.1, "A>B ACK 1 /b", sdp(A_MEDIA)),
            ),
            id="answer-in-ack",
        ),
        pytest.param(
            (
                (0, "A>B PRACK 2 /b", None),
                (0.1, "A<B 200 PRACK 2 /b", None),
                (1.1, "A>B ACK 1 /b", sdp(A_MEDIA)),
            ),
            id="answer-in-ack-alone",
        ),
    ],
)
def test_capture_begins_after_the_invite(rows: tuple[Row, ...]) -> None:
    """What an INVITE agreed on counts also where only later requests were seen before."""
    scene = Scenario()
    call = scene.play(*rows)
    to_b, to_a = scene.stream(A_TO_B, 1, at_s=3), scene.stream(B_TO_A, 2, at_s=3)

    assert call is not None
    assert call.state == "active"
    assert [to_b.call, to_a.call] == [call, call]
    assert [to_b.direction, to_a.direction] == ["caller_to_callee", "callee_to_caller"]


@pytest.mark.pitfall(77)
def test_late_repetition_of_an_exchange_that_was_missed() -> None:
    """The 200 of an INVITE that was not seen does not replace the re-INVITE that was."""
    scene = Scenario()
    scene.play(
        (0, "A>B INVITE 2 /b", NEW_A_MEDIA),
        (0.1, "A<B 200 INVITE 2 /b", sdp("10.0.0.2:5555")),
        (0.2, "A<B 200 INVITE 1 /b", sdp(B_MEDIA)),
    )

    assert scene.control.open_endpoints == {NEW_A, "10.0.0.2:5555"}


@pytest.mark.pitfall(77)
def test_repetition_of_an_exchange_that_is_forgotten() -> None:
    """After very many re-INVITEs a repetition of the first answer still changes nothing."""
    scene = Scenario()
    scene.play(*answered_call())
    for cseq in range(2, 30):
        at_s = 10 + cseq
        scene.play(
            (at_s, f"A>B INVITE {cseq} /b", sdp(A_MEDIA)),
            (at_s, f"A<B 200 INVITE {cseq} /b", sdp("10.0.0.2:5555")),
        )
    before = scene.control.open_endpoints
    scene.play((50, "A<B 200 INVITE 1 /b", sdp(B_MEDIA)), (50, "A>B ACK 3 /b", sdp(NEW_A)))

    assert scene.control.open_endpoints == before


@pytest.mark.pitfall(77)
def test_late_exchange_before_all_that_are_kept() -> None:
    """A request that was numbered before the very many that are kept comes too late to count."""
    scene = Scenario()
    for cseq in range(10, 18):
        scene.play(
            (cseq, f"A>B INVITE {cseq} /b", sdp(A_MEDIA)),
            (cseq, f"A<B 200 INVITE {cseq} /b", sdp(B_MEDIA)),
        )
    scene.play((20, "A>B UPDATE 5 /b", NEW_A_MEDIA), (20, "A<B 200 UPDATE 5 /b", None))

    assert scene.control.open_endpoints == {A_MEDIA, B_MEDIA}


@pytest.mark.pitfall(81)
def test_refused_update() -> None:
    """An UPDATE that is refused changes nothing."""
    scene = Scenario()
    scene.play(
        *answered_call(), (9, "A>B UPDATE 2 /b", NEW_A_MEDIA), (9.1, "A<B 488 UPDATE 2 /b", None)
    )

    assert scene.control.open_endpoints == {A_MEDIA, B_MEDIA}
