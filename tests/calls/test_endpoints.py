"""Whose endpoint is it: NAT, ICE, shared ports, and ports of calls that are over."""

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
)

NAT = "203.0.113.7"


def call_rows(caller: str, callee: str, *, at_s: float = 0, host: str = "B") -> tuple[Row, ...]:
    """The rows of a call between two media endpoints, answered at once."""
    return (
        (at_s, f"A>{host} INVITE 1", sdp(caller)),
        (at_s + 0.01, f"A<{host} 200 INVITE 1 /b", sdp(callee)),
    )


@pytest.mark.pitfall(89)
def test_phone_behind_nat() -> None:
    """A private address in the description does not matter: the far side's port tells the call."""
    scene = Scenario()
    call = scene.play(*call_rows("192.168.1.5:4000", B_MEDIA))
    to_b = scene.stream(f"{NAT}:61000>{B_MEDIA}", 1, at_s=1)
    to_a = scene.stream(f"{B_MEDIA}>{NAT}:61000", 2, at_s=1)

    assert [to_b.call, to_a.call] == [call, call]
    assert [to_b.direction, to_a.direction] == ["caller_to_callee", "callee_to_caller"]


@pytest.mark.pitfall(89)
def test_two_phones_behind_one_nat() -> None:
    """Two calls from one public address keep apart, also where their private ports are equal."""
    scene = Scenario()
    one = scene.play(*call_rows("192.168.1.5:4000", "10.0.0.2:5000"), call_id="one")
    two = scene.play(*call_rows("192.168.1.6:4000", "10.0.0.2:5002"), call_id="two")
    streams = [
        scene.stream(f"{NAT}:61002>10.0.0.2:5002", 1, at_s=1),
        scene.stream(f"{NAT}:61000>10.0.0.2:5000", 1, at_s=1),
        scene.stream(f"10.0.0.2:5000>{NAT}:61000", 2, at_s=1),
        scene.stream(f"10.0.0.2:5002>{NAT}:61002", 2, at_s=1),
    ]

    assert [each.call for each in streams] == [two, one, one, two]


@pytest.mark.pitfall(89)
@pytest.mark.parametrize("is_early", [False, True])
def test_descriptions_of_no_use(*, is_early: bool) -> None:
    """Where both descriptions name other addresses, signalling address and media port tell."""
    scene = Scenario()
    streams = []
    if is_early:
        streams = [scene.stream(ends, 1, at_s=0) for ends in (A_TO_B, B_TO_A)]
    call = scene.play(*call_rows("192.168.1.5:4000", "172.16.0.9:5000", at_s=0.1))
    streams = streams or [scene.stream(ends, 1, at_s=1) for ends in (A_TO_B, B_TO_A)]

    assert [each.call for each in streams] == [call, call]
    assert [each.direction for each in streams] == ["caller_to_callee", "callee_to_caller"]
    assert scene.calls == [call]


@pytest.mark.pitfall(89)
def test_no_guess_between_two_calls() -> None:
    """Two calls from behind one address with the same private port: no guess is made."""
    scene = Scenario()
    scene.play(*call_rows("192.168.1.5:4000", "172.16.0.9:5000"), call_id="one")
    scene.play(*call_rows("192.168.1.6:4000", "172.16.0.9:5002"), call_id="two")

    assert scene.stream(f"10.0.0.77:9000>{A_MEDIA}", 1, at_s=1).call is None


@pytest.mark.pitfall(91)
def test_no_guess_for_the_tail_of_another_call() -> None:
    """What trails an ended call is not taken for the media that another one may have."""
    scene = Scenario()
    scene.play(*answered_call(), (9, "A>B BYE 2 /b", None), call_id="one")
    scene.play(*call_rows("192.168.1.5:4000", "172.16.0.9:5900", at_s=9.1), call_id="two")

    assert scene.stream(B_TO_A, 1, at_s=9.2).call is None


@pytest.mark.pitfall(89)
def test_mapping_changes_during_the_call() -> None:
    """A NAT that moves the phone to another port leaves the stream in its call."""
    scene = Scenario()
    call = scene.play(*call_rows("192.168.1.5:4000", B_MEDIA))
    scene.stream(f"{NAT}:61000>{B_MEDIA}", 1, at_s=1, until_s=10)
    moved = scene.stream(f"{NAT}:61001>{B_MEDIA}", 1, at_s=10)
    back = scene.stream(f"{B_MEDIA}>{NAT}:61001", 2, at_s=10)

    assert [moved.call, back.call] == [call, call]


@pytest.mark.pitfall(96)
def test_switch_from_relay_to_direct_path() -> None:
    """Media that move from a relay to another candidate stay in the call."""
    scene = Scenario()
    relay, direct = "198.51.100.9:50000", "192.0.2.3:45664"
    call = scene.play(
        (
            0,
            "A>B INVITE 1",
            sdp(
                relay,
                "candidate:1 1 udp 1694498815 192.0.2.3 45664 typ srflx raddr 10.0.0.1 rport 4000",
                "candidate:2 1 udp 16777215 198.51.100.9 50000 typ relay raddr 0.0.0.0 rport 0",
            ),
        ),
        (1, "A<B 200 INVITE 1 /b", sdp(B_MEDIA)),
    )
    relayed = scene.stream(f"{B_MEDIA}>{relay}", 1, at_s=2, until_s=4)
    moved = scene.stream(f"192.0.2.77:9000>{direct}", 1, at_s=4)

    assert [relayed.call, moved.call] == [call, call]
    assert moved.direction == "callee_to_caller"


@pytest.mark.pitfall(93)
def test_endpoint_of_two_calls() -> None:
    """When one of two calls that share an endpoint ends, the other one keeps it."""
    scene = Scenario()
    scene.play(*call_rows(A_MEDIA, B_MEDIA), call_id="one")
    two = scene.play(*call_rows("10.0.0.3:4000", B_MEDIA, at_s=1), call_id="two")
    scene.play((9, "A>B BYE 2 /b", None), call_id="one")
    assert scene.control.open_endpoints == {"10.0.0.3:4000", B_MEDIA}
    stream = scene.stream(f"10.0.0.3:4000>{B_MEDIA}", 1, at_s=9.1)
    assert stream.call is two
    scene.play((12, "A>B BYE 2 /b", None), call_id="two")

    assert not scene.control.open_endpoints


def test_many_calls_on_one_pair_of_ports() -> None:
    """Calls that all name the same ports get the streams that begin after their own answers."""
    scene = Scenario()
    calls = []
    streams = []
    for number in range(10):
        at_s = number * 0.3
        calls.append(scene.play(*call_rows(A_MEDIA, B_MEDIA, at_s=at_s), call_id=f"call-{number}"))
        pair = (A_TO_B, B_TO_A) if number % 2 else (B_TO_A, A_TO_B)
        for each in scene.streams:
            scene.hear(each, at_s)
        streams.append([scene.stream(ends, number, at_s=at_s + 0.02) for ends in pair])

    assert [[each.call for each in pair] for pair in streams] == [[call] * 2 for call in calls]


def test_new_ssrc_on_shared_ports() -> None:
    """Which of several calls changed its SSRC shows when the old stream has fallen silent."""
    scene = Scenario()
    scene.play(*call_rows(A_MEDIA, B_MEDIA), call_id="one")
    first = scene.stream(A_TO_B, 1, at_s=0.02)
    two = scene.play(*call_rows(A_MEDIA, B_MEDIA, at_s=0.5), call_id="two")
    scene.hear(first, 0.5)
    second = scene.stream(A_TO_B, 2, at_s=0.52)
    assert second.call is two
    for each in (first, second):
        scene.hear(each, 20)
    changed = scene.stream(A_TO_B, 3, at_s=20.02, until_s=23)
    assert changed.call is None
    scene.hear(first, 23)
    scene.tick(23)

    assert changed.call is two
    assert len(scene.calls) == 2


@pytest.mark.pitfall(91)
@pytest.mark.parametrize(
    "end",
    [
        pytest.param(((10, "A>B BYE 2 /b", None),), id="bye"),
        pytest.param(
            ((10, "A>B INVITE 2 /b", sdp(A_MEDIA)), (10, "A>B BYE 3 /b", None)),
            id="bye-during-re-invite",
        ),
    ],
)
def test_trailing_media_after_the_end(end: tuple[Row, ...]) -> None:
    """What goes on after the end counts nowhere, and streams that begin then make no call."""
    scene = Scenario()
    call = scene.play(*answered_call())
    old = scene.stream(A_TO_B, 1, at_s=2.2, until_s=10.2)
    scene.play(*end)
    late = [scene.stream(A_TO_B, 7, at_s=10.1), scene.stream(B_TO_A, 8, at_s=10.1)]
    scene.tick(12)

    assert scene.control.muted == {old}
    assert [each.call for each in late] == [None, None]
    assert scene.calls == [call]


@pytest.mark.pitfall(91)
def test_trailing_media_to_and_from_elsewhere() -> None:
    """One end of an ended call is enough: what a relay still sends to and fro is no new call."""
    scene = Scenario()
    call = scene.play(*answered_call(), (10, "A>B BYE 2 /b", None))
    relay = "10.0.0.9:30000"
    late = [
        scene.stream(f"{A_MEDIA}>{relay}", 7, at_s=10.1),
        scene.stream(f"{relay}>{A_MEDIA}", 8, at_s=10.1),
    ]
    scene.tick(13)

    assert [each.call for each in late] == [None, None]
    assert scene.calls == [call]


@pytest.mark.pitfall(91)
def test_trailing_media_after_cancel() -> None:
    """Early media that go on after a cancelled call make no call either."""
    scene = Scenario()
    scene.play(
        (0, "A>B INVITE 1", sdp(A_MEDIA)),
        (1, "A<B 183 INVITE 1 /b", sdp(B_MEDIA)),
    )
    ringback = scene.stream(B_TO_A, 1, at_s=1.1, until_s=5.2)
    scene.play((5, "A>B CANCEL 1", None), (5.1, "A<B 487 INVITE 1 /b", None))
    late = scene.stream(A_TO_B, 2, at_s=5.2)

    assert scene.control.muted == {ringback}
    assert late.call is None
    assert len(scene.calls) == 1


@pytest.mark.pitfall(91)
def test_guard_ends() -> None:
    """Half a minute after the end, what still comes is something new."""
    scene = Scenario()
    scene.play(*answered_call())
    old = scene.stream(A_TO_B, 1, at_s=2.2, until_s=40)
    scene.play((10, "A>B BYE 2 /b", None))
    scene.tick(39)
    assert old in scene.control.muted
    scene.tick(41)
    assert old in scene.control.released
    again = [scene.stream(A_TO_B, 1, at_s=42), scene.stream(B_TO_A, 2, at_s=42)]

    assert again[0].call is not None
    assert again[0].call is again[1].call
    assert again[0].call.dialog is None


def test_port_in_use_again_at_once() -> None:
    """The next call on a port gets its streams, also under the same SSRC, but not the old tail."""
    scene = Scenario()
    scene.play(*answered_call(), call_id="one")
    old = scene.stream(A_TO_B, 1, at_s=2.2, until_s=10.1)
    scene.play((10, "A>B BYE 2 /b", None), call_id="one")
    two = scene.play(*call_rows(A_MEDIA, B_MEDIA, at_s=10.2), call_id="two")
    assert old in scene.control.muted
    scene.tick(12)

    assert old in scene.control.released
    assert scene.stream(A_TO_B, 1, at_s=12).call is two


def test_media_before_their_description() -> None:
    """A stream that ran before its call was described belongs to it from then on."""
    scene = Scenario()
    scene.play(*answered_call(), (10, "A>B BYE 2 /b", None), call_id="one")
    early = scene.stream(A_TO_B, 5, at_s=15)
    assert early.call is None
    two = scene.play(*call_rows(A_MEDIA, B_MEDIA, at_s=15.1), call_id="two")

    assert early.call is two


def test_endless_new_ssrcs() -> None:
    """A sender that changes its SSRC for ever does not make the call grow for ever."""
    scene = Scenario()
    call = scene.play(*answered_call())
    for number in range(1000):
        scene.end(scene.stream(A_TO_B, number, at_s=3))

    assert call is not None
    assert len(call.streams) == 256
    assert call.streams[-1].ssrc == 999


@pytest.mark.parametrize("streams_first", [False, True], ids=["signalled", "heard-first"])
def test_endpoints_are_kept_once(*, streams_first: bool) -> None:
    """Both streams of a call refer to the same objects as its claims, for there may be many."""
    scene = Scenario()
    media = [f"{A_MEDIA}>{B_MEDIA}", f"{B_MEDIA}>{A_MEDIA}"]
    if streams_first:
        there, back = (scene.stream(ends, ssrc, at_s=0) for ssrc, ends in enumerate(media))
        call = scene.play(*call_rows(A_MEDIA, B_MEDIA, at_s=0.1))
    else:
        call = scene.play(*call_rows(A_MEDIA, B_MEDIA))
        there, back = (scene.stream(ends, ssrc, at_s=1) for ssrc, ends in enumerate(media))

    assert call is not None
    assert call.dialog is not None
    caller, callee = (claim.endpoint for claim in call.dialog.claims)
    assert [str(caller), str(callee)] == [A_MEDIA, B_MEDIA]
    assert there.src is back.dst is caller
    assert there.dst is back.src is callee


@pytest.mark.parametrize(
    ("until_s", "is_released"),
    [
        pytest.param(10, True, id="silent"),
        pytest.param(21, False, id="still-running"),
    ],
)
def test_ports_taken_over_from_a_call_whose_bye_was_missed(
    until_s: float, *, is_released: bool
) -> None:
    """The next call between two ports may have the same SSRC, and is not the former one's media."""
    scene = Scenario()
    scene.play(*answered_call(), call_id="former")
    streams = [scene.stream(ends, 1, at_s=2.2, until_s=until_s) for ends in (A_TO_B, B_TO_A)]
    scene.play(*answered_call(at_s=19), call_id="next")

    assert (scene.control.released == streams) is is_released


def test_half_of_the_ports_taken_over() -> None:
    """A call on hold keeps its streams while one of its ports is in use for another call."""
    scene = Scenario()
    scene.play(*answered_call(), call_id="held")
    for ends in (A_TO_B, B_TO_A):
        scene.stream(ends, 1, at_s=2.2, until_s=10)
    scene.play(
        (19, "A>C INVITE 1", sdp(A_MEDIA)),
        (20, "A<C 200 INVITE 1 /c", sdp("10.0.0.3:6000")),
        call_id="next",
    )

    assert scene.control.released == []
