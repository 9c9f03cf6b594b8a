"""Two calls whose media an agent between them does not relay."""

from __future__ import annotations

import pytest

from qos_exporter.calls.claims import FEW_CLAIMS
from tests.calls.scenario import A_MEDIA, A_TO_B, B_MEDIA, B_TO_A, Scenario, sdp, seconds

P_MEDIA = {"one": "10.0.0.9:7000", "two": "10.0.0.9:7002"}


def set_up(scene: Scenario, *, relayed: bool) -> None:
    """Set up both legs, with media by way of the agent or past it."""
    to_a, to_b = (P_MEDIA["one"], P_MEDIA["two"]) if relayed else (B_MEDIA, A_MEDIA)
    scene.play((0, "A>P INVITE 1", sdp(A_MEDIA)), call_id="one")
    scene.play(
        (0.1, "P>B INVITE 1", sdp(to_b)), (2, "P<B 200 INVITE 1 /b", sdp(B_MEDIA)), call_id="two"
    )
    scene.play((2.1, "A<P 200 INVITE 1 /p", sdp(to_a)), call_id="one")


def re_invite(scene: Scenario, at_s: float) -> None:
    """Give each party the description of the other one."""
    scene.play(
        (at_s, "P>A INVITE 9 p/", sdp(B_MEDIA)),
        (at_s, "P<A 200 INVITE 9 p/", sdp(A_MEDIA)),
        call_id="one",
    )
    scene.play(
        (at_s, "P>B INVITE 2 /b", sdp(A_MEDIA)),
        (at_s, "P<B 200 INVITE 2 /b", sdp(B_MEDIA)),
        call_id="two",
    )


def hang_up(scene: Scenario, at_s: float) -> None:
    """End both legs."""
    scene.play((at_s, "A>P BYE 3 /p", None), call_id="one")
    scene.play((at_s + 0.1, "P>B BYE 3 /b", None), call_id="two")


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        pytest.param((A_TO_B, B_TO_A), [], id="both-ways"),
        pytest.param((A_TO_B,), ["one_way", "one_way"], id="one-way"),
        pytest.param((), ["no_rtp", "no_rtp"], id="none"),
    ],
)
def test_media_past_the_agent(heard: tuple[str, ...], expected: list[str]) -> None:
    """Media that belong to one leg are not missing in the other, and what is missing, in both."""
    scene = Scenario()
    set_up(scene, relayed=False)
    streams = [scene.stream(ends, 1, at_s=2.2) for ends in heard]
    for at_s in range(3, 300, 3):
        for stream in streams:
            scene.hear(stream, at_s)
        scene.tick(at_s)
    hang_up(scene, 300)

    assert scene.anomalies == expected
    assert [seconds(call.end_ns) for call in scene.calls] == [300, pytest.approx(300.1)]


def test_media_that_leave_the_agent() -> None:
    """After a re-INVITE what ran by way of the agent has not stopped, and keeps both legs."""
    scene = Scenario()
    set_up(scene, relayed=True)
    for leg, ssrc, ends in (("one", 1, A_MEDIA), ("two", 3, B_MEDIA)):
        scene.stream(f"{ends}>{P_MEDIA[leg]}", ssrc, at_s=2.2, until_s=30)
        scene.stream(f"{P_MEDIA[leg]}>{ends}", ssrc + 1, at_s=2.2, until_s=30)
    re_invite(scene, 30)
    direct = [scene.stream(ends, 1, at_s=30.1) for ends in (A_TO_B, B_TO_A)]
    for at_s in range(31, 300, 3):
        for stream in direct:
            scene.hear(stream, at_s)
        scene.tick(at_s)
    hang_up(scene, 300)

    assert scene.anomalies == []
    assert [seconds(call.end_ns) for call in scene.calls] == [300, pytest.approx(300.1)]


def test_next_call_on_the_same_ports_is_no_leg() -> None:
    """A call whose BYE was missed is over although another one has its ports."""
    scene = Scenario()
    for at_s, name in ((0, "one"), (20, "two")):
        scene.play(
            (at_s, "A>B INVITE 1", sdp(A_MEDIA)),
            (at_s + 1, "A<B 200 INVITE 1 /b", sdp(B_MEDIA)),
            call_id=name,
        )
        streams = [scene.stream(ends, at_s, at_s=at_s + 2) for ends in (A_TO_B, B_TO_A)]
        for stream in streams:
            scene.hear(stream, at_s + 10)
    for at_s in range(30, 100, 3):
        for stream in streams:
            scene.hear(stream, at_s)
        scene.tick(at_s)

    assert [(call.call_id, seconds(call.end_ns)) for call in scene.calls] == [
        ("one", 10),
        ("two", None),
    ]


def test_calls_on_one_port_pair_are_no_legs() -> None:
    """Where many calls have the same ports, what one of them hears is not heard in the others."""
    scene = Scenario()
    names = [f"call-{number}" for number in range(FEW_CLAIMS + 1)]
    for name in names:
        scene.play(
            (0, "A>B INVITE 1", sdp(A_MEDIA)),
            (1, "A<B 200 INVITE 1 /b", sdp(B_MEDIA)),
            call_id=name,
        )
    streams = [scene.stream(ends, 1, at_s=1.1) for ends in (A_TO_B, B_TO_A)]
    for at_s in range(2, 20, 3):
        for stream in streams:
            scene.hear(stream, at_s)
        scene.tick(at_s)

    assert scene.anomalies == ["no_rtp"] * FEW_CLAIMS
