"""Agreements under which silence is right, and what is wrong where it is not."""

from __future__ import annotations

import pytest

from tests.calls.scenario import (
    A_MEDIA,
    A_TO_B,
    B_MEDIA,
    B_TO_A,
    OTHER_TRANSACTION,
    Row,
    Scenario,
    answered_call,
    endpoint,
    sdp,
    seconds,
)


def change(at_s: float, cseq: int, offer: bytes, answer: bytes) -> tuple[Row, ...]:
    """Agree on other media."""
    return (
        (at_s, f"A>B INVITE {cseq} /b", offer),
        (at_s + 0.1, f"A<B 200 INVITE {cseq} /b", answer),
        (at_s + 0.2, f"A>B ACK {cseq} /b", None),
    )


HOLD_WITHOUT_ADDRESS = sdp(A_MEDIA).replace(b"c=IN IP4 10.0.0.1", b"c=IN IP4 0.0.0.0")


@pytest.mark.pitfall(79)
@pytest.mark.parametrize(
    ("offer", "answer"),
    [
        pytest.param(sdp(A_MEDIA, "sendonly"), sdp(B_MEDIA, "recvonly"), id="sendonly"),
        pytest.param(sdp(A_MEDIA, "inactive"), sdp(B_MEDIA, "inactive"), id="inactive"),
        pytest.param(sdp(A_MEDIA, "recvonly"), sdp(B_MEDIA, "sendonly"), id="recvonly"),
        pytest.param(HOLD_WITHOUT_ADDRESS, sdp(B_MEDIA), id="address-0"),
        pytest.param(sdp("10.0.0.1:0"), sdp("10.0.0.2:0"), id="port-0"),
    ],
)
def test_hold_is_no_anomaly(offer: bytes, answer: bytes) -> None:
    """Whatever way a call is put on hold, its silence raises nothing and ends nothing."""
    scene = Scenario()
    call = scene.play(*answered_call())
    streams = [scene.stream(ends, 1, at_s=2.2, until_s=20) for ends in (A_TO_B, B_TO_A)]
    scene.play(*change(20, 2, offer, answer))
    assert [each.on_hold for each in scene.calls] == [True]
    for at_s in range(20, 300, 10):
        scene.tick(at_s)
    scene.play(*change(300, 3, sdp(A_MEDIA), sdp(B_MEDIA)))
    for stream in streams:
        scene.hear(stream, 320)
    scene.tick(320)

    assert call is not None
    assert (call.state, call.on_hold) == ("active", False)
    assert scene.anomalies == []
    assert {stream.call for stream in streams} == {call}
    assert not scene.control.muted


@pytest.mark.pitfall(79)
@pytest.mark.parametrize(
    ("offer", "answer", "ways"),
    [
        pytest.param("sendonly", "recvonly", (A_TO_B,), id="music-one-way"),
        pytest.param("inactive", "inactive", (), id="silence"),
    ],
)
def test_hold_from_the_first_answer_on(offer: str, answer: str, ways: tuple[str, ...]) -> None:
    """A call that was never agreed to be heard both ways lacks nothing when it is not."""
    scene = Scenario()
    scene.play(
        (0, "A>B INVITE 1", sdp(A_MEDIA, offer)),
        (2, "A<B 200 INVITE 1 /b", sdp(B_MEDIA, answer)),
        (2.1, "A>B ACK 1 /b", None),
    )
    for ends in ways:
        scene.stream(ends, 1, at_s=2.2, until_s=50)
    for at_s in range(10, 50, 10):
        scene.tick(at_s)
    scene.play((50, "A>B BYE 2 /b", None))

    assert scene.outcomes == ["answered"]
    assert scene.anomalies == []


@pytest.mark.pitfall(79)
def test_media_have_time_to_begin_after_a_hold() -> None:
    """A party that is heard within five seconds of the end of a hold was not missing."""
    scene = Scenario()
    scene.play(
        (0, "A>B INVITE 1", sdp(A_MEDIA, "sendonly")),
        (2, "A<B 200 INVITE 1 /b", sdp(B_MEDIA, "recvonly")),
        (2.1, "A>B ACK 1 /b", None),
    )
    scene.stream(A_TO_B, 1, at_s=2.2, until_s=130)
    for at_s in range(3, 101):
        scene.tick(at_s)
    scene.play(*change(101, 2, sdp(A_MEDIA), sdp(B_MEDIA)))
    for at_s in range(102, 106):
        scene.tick(at_s)
    scene.stream(B_TO_A, 2, at_s=105.5, until_s=130)
    for at_s in range(106, 130):
        scene.tick(at_s)

    assert scene.anomalies == []


@pytest.mark.parametrize(
    ("end_s", "anomalies"),
    [pytest.param(3.9, [], id="too-short-to-tell"), pytest.param(4, ["no_rtp"], id="two-seconds")],
)
def test_short_call_without_media(end_s: float, anomalies: list[str]) -> None:
    """An answered call of less than two seconds is not blamed for having had no media."""
    scene = Scenario()
    scene.play(*answered_call(answer_s=2), (end_s, "A>B BYE 2 /b", None))

    assert scene.anomalies == anomalies


def test_media_have_time_to_begin_after_the_answer() -> None:
    """Media that begin four seconds after the answer are in time, whenever somebody looks."""
    scene = Scenario()
    scene.play(*answered_call(answer_s=2))
    for at_s in range(3, 7):
        scene.tick(at_s)
    for ends in (A_TO_B, B_TO_A):
        scene.stream(ends, 1, at_s=6, until_s=30)
    for at_s in range(7, 30):
        scene.tick(at_s)

    assert scene.anomalies == []


IMAGE = sdp(A_MEDIA, kind="image", protocol="udptl", payloads="t38")


@pytest.mark.pitfall(79)
@pytest.mark.parametrize(
    "offer",
    [
        pytest.param(sdp(A_MEDIA, "sendonly"), id="sendonly"),
        pytest.param(sdp(A_MEDIA, "inactive"), id="inactive"),
        pytest.param(IMAGE, id="fax"),
    ],
)
@pytest.mark.parametrize("is_acknowledged", [False, True], ids=["no-ack", "ack"])
def test_hold_whose_answer_was_missed(offer: bytes, *, is_acknowledged: bool) -> None:
    """Streams that stop after a proposal to stop are in order, whether or not its 200 was seen."""
    scene = Scenario()
    call = scene.play(*answered_call())
    for ends in (A_TO_B, B_TO_A):
        scene.stream(ends, 1, at_s=2.2, until_s=20)
    scene.play((20, "A>B INVITE 2 /b", offer))
    if is_acknowledged:
        scene.play((20.2, "A>B ACK 2 /b", None), headers=(OTHER_TRANSACTION,))
    for at_s in range(20, 300, 10):
        scene.tick(at_s)
    scene.play((300, "A>B BYE 3 /b", None))

    assert call is not None
    assert seconds(call.end_ns) == 300
    assert scene.anomalies == []


@pytest.mark.pitfall(76)
@pytest.mark.parametrize("code", [407, 488, 491])
def test_refused_hold_excuses_nothing(code: int) -> None:
    """After a proposal was refused, media that stop have stopped."""
    scene = Scenario()
    call = scene.play(*answered_call())
    for ends in (A_TO_B, B_TO_A):
        scene.stream(ends, 1, at_s=2.2, until_s=20)
    scene.play(
        (20, "A>B INVITE 2 /b", sdp(A_MEDIA, "sendonly")), (20.1, f"A<B {code} INVITE 2 /b", None)
    )
    scene.play((60, "A>B BYE 3 /b", None))

    assert call is not None
    assert not call.on_hold
    assert scene.anomalies == ["stopped"]


@pytest.mark.pitfall(79)
def test_end_of_a_hold_whose_answer_was_missed() -> None:
    """The ACK of a 200 that was missed takes the call off hold."""
    scene = Scenario()
    scene.play(
        *answered_call(),
        *change(20, 2, sdp(A_MEDIA, "sendonly"), sdp(B_MEDIA, "recvonly")),
        (60, "A>B INVITE 3 /b", sdp(A_MEDIA)),
    )
    assert [each.on_hold for each in scene.calls] == [True]
    call = scene.play((60.2, "A>B ACK 3 /b", None), headers=(OTHER_TRANSACTION,))

    assert call is not None
    assert not call.on_hold


@pytest.mark.pitfall(79)
def test_one_refused_line_is_no_hold() -> None:
    """A second audio line that the answer refuses does not put the first one on hold."""
    scene = Scenario()
    second = b"m=audio %d RTP/SAVP 0\r\n"
    call = scene.play(
        (0, "A>B INVITE 1", sdp(A_MEDIA) + second % 4002),
        (1, "A<B 200 INVITE 1 /b", sdp(B_MEDIA) + second % 0),
    )

    assert call is not None
    assert not call.on_hold


@pytest.mark.pitfall(79)
def test_early_media_one_way_and_answer_two_way() -> None:
    """What an early answer said of hold does not outlast the answer itself."""
    scene = Scenario()
    call = scene.play(
        (0, "A>B INVITE 1", sdp(A_MEDIA)),
        (1, "A<B 183 INVITE 1 /b", sdp(B_MEDIA, "sendonly")),
        (2, "A<B 200 INVITE 1 /b", sdp(B_MEDIA)),
    )

    assert call is not None
    assert not call.on_hold


@pytest.mark.pitfall(78)
def test_switch_to_fax() -> None:
    """After the switch to T.38 no audio is expected, and its port is no longer one for RTP."""
    scene = Scenario()
    call = scene.play(*answered_call())
    for ends in (A_TO_B, B_TO_A):
        scene.stream(ends, 1, at_s=2.2, until_s=20)
    image = [
        sdp(each, kind="image", protocol="udptl", payloads="t38") for each in (A_MEDIA, B_MEDIA)
    ]
    scene.play((20, "B>A INVITE 5 b/", image[1]), (20.1, "B<A 200 INVITE 5 b/", image[0]))
    for at_s in range(20, 200, 10):
        scene.tick(at_s)

    assert call is not None
    assert (call.is_fax, call.on_hold, call.state) == (True, False, "active")
    assert scene.anomalies == []
    assert not scene.control.open_endpoints


@pytest.mark.pitfall(78)
@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(change(40, 3, sdp(A_MEDIA), sdp(B_MEDIA)), id="audio-again"),
        pytest.param(((40, "A>B BYE 3 /b", None),), id="end"),
    ],
)
def test_reports_after_fax(rows: tuple[Row, ...]) -> None:
    """Where fax was, RTCP is RTCP again after it."""
    scene = Scenario()
    image = [
        sdp(each, kind="image", protocol="udptl", payloads="t38") for each in (A_MEDIA, B_MEDIA)
    ]
    scene.play(*answered_call(), *change(20, 2, *image))
    ends = endpoint(A_MEDIA), endpoint(B_MEDIA)
    assert scene.registry.reports.is_barred(*ends)
    scene.play(*rows)

    assert not scene.registry.reports.is_barred(*ends)


@pytest.mark.pitfall(78)
def test_refused_switch_to_fax() -> None:
    """A refused switch leaves the audio as it was."""
    scene = Scenario()
    image = sdp(B_MEDIA, kind="image", protocol="udptl", payloads="t38")
    call = scene.play(
        *answered_call(), (20, "B>A INVITE 5 b/", image), (20.1, "B<A 488 INVITE 5 b/", None)
    )

    assert call is not None
    assert not call.is_fax
    assert scene.control.open_endpoints == {A_MEDIA, B_MEDIA}


def with_image(media: str, port: int) -> bytes:
    """Describe audio, and T.38 on a second line."""
    return sdp(media) + b"m=image %d udptl t38\r\n" % port


@pytest.mark.pitfall(78)
@pytest.mark.parametrize(
    ("offer", "answer"),
    [
        pytest.param(with_image(A_MEDIA, 4002), with_image(B_MEDIA, 0), id="by-callee"),
        pytest.param(with_image(A_MEDIA, 0), with_image(B_MEDIA, 5002), id="by-caller"),
        pytest.param(with_image(A_MEDIA, 4002), sdp(B_MEDIA), id="left-out"),
    ],
)
def test_fax_beside_audio_that_is_refused(offer: bytes, answer: bytes) -> None:
    """An image line that one side refuses (port 0) makes no fax of a call with audio."""
    scene = Scenario()
    call = scene.play((0, "A>B INVITE 1", offer), (1, "A<B 200 INVITE 1 /b", answer))
    scene.stream(A_TO_B, 1, at_s=2.2, until_s=30)
    scene.tick(30)

    assert call is not None
    assert not call.is_fax
    assert scene.anomalies == ["one_way"]


@pytest.mark.pitfall(78)
def test_fax_on_a_line_beside_the_one_of_audio() -> None:
    """The switch may keep the line of audio, refused, and add the one of T.38."""
    scene = Scenario()
    call = scene.play(
        *answered_call(),
        *change(20, 2, with_image("10.0.0.1:0", 4002), with_image("10.0.0.2:0", 5002)),
    )
    scene.tick(60)

    assert call is not None
    assert (call.is_fax, call.on_hold, call.state) == (True, False, "active")


@pytest.mark.parametrize(
    ("until_s", "expected"),
    [
        pytest.param({}, ["no_rtp"], id="none"),
        pytest.param({A_TO_B: 60}, ["one_way"], id="one-direction"),
        pytest.param({A_TO_B: 60, B_TO_A: 60}, [], id="both"),
        pytest.param({A_TO_B: 60, B_TO_A: 20}, ["stopped"], id="one-stops"),
        pytest.param({A_TO_B: 20, B_TO_A: 20}, ["stopped"], id="both-stop-long-before-the-end"),
        pytest.param({A_TO_B: 55, B_TO_A: 58}, [], id="pauses"),
    ],
)
def test_anomalies_of_an_answered_call(until_s: dict[str, float], expected: list[str]) -> None:
    """Each kind is reported once per call, however long it lasts."""
    scene = Scenario()
    call = scene.play(*answered_call())
    streams = {scene.stream(ends, 1, at_s=2.2): end_s for ends, end_s in until_s.items()}
    for at_s in range(3, 60):
        for stream, end_s in streams.items():
            scene.hear(stream, min(at_s, end_s))
        scene.tick(at_s)
    scene.play((60, "A>B BYE 2 /b", None))

    assert scene.anomalies == expected
    assert call is not None
    assert [each.value for each in call.anomalies] == expected


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(((0, "A>B INVITE 1", sdp(A_MEDIA)),), id="setup"),
        pytest.param(
            ((0, "A>B INVITE 1", sdp(A_MEDIA)), (1, "A<B 183 INVITE 1 /b", sdp(B_MEDIA))),
            id="early-media",
        ),
        pytest.param((*answered_call(), (3, "A>B BYE 2 /b", None)), id="very-short"),
        pytest.param(((0, "A>B INVITE 7 /b", sdp(A_MEDIA)),), id="answer-not-seen"),
        pytest.param(
            ((0, "A>B INVITE 1", sdp(A_MEDIA)), (9, "A<B 486 INVITE 1 /b", None)), id="failed"
        ),
        pytest.param(
            ((0, "A>B INVITE 1", None), (1, "A<B 200 INVITE 1 /b", None)), id="no-description-seen"
        ),
    ],
)
def test_nothing_is_wrong_before_the_answer(rows: tuple[Row, ...]) -> None:
    """Calls that are not, or not long, answered have no anomalies."""
    scene = Scenario()
    scene.play(*rows)
    for at_s in range(10, 50, 5):
        scene.tick(at_s)

    assert scene.anomalies == []


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        pytest.param((), ["no_rtp"], id="no-audio"),
        pytest.param((A_TO_B,), ["one_way"], id="audio-one-way"),
        pytest.param((A_TO_B, B_TO_A), [], id="audio-both-ways"),
    ],
)
def test_video_is_no_audio(heard: tuple[str, ...], expected: list[str]) -> None:
    """What is wrong with the audio of a call shows also while its video is well."""
    scene = Scenario()
    scene.play(
        (0, "A>B INVITE 1", sdp(A_MEDIA) + b"m=video 4010 RTP/AVP 99\r\n"),
        (2, "A<B 200 INVITE 1 /b", sdp(B_MEDIA) + b"m=video 5010 RTP/AVP 99\r\n"),
    )
    video = ("10.0.0.1:4010>10.0.0.2:5010", "10.0.0.2:5010>10.0.0.1:4010")
    for ssrc, ends in enumerate((*video, *heard)):
        payload_type = 99 if ends in video else 0
        scene.stream(ends, ssrc, at_s=2.2, until_s=30, payload_type=payload_type)
    scene.play((30, "A>B BYE 2 /b", None))

    assert scene.anomalies == expected


def test_call_of_video_alone() -> None:
    """Where no audio was agreed on, the video is what is judged."""
    scene = Scenario()
    scene.play(
        (0, "A>B INVITE 1", sdp(A_MEDIA, kind="video", payloads="99")),
        (2, "A<B 200 INVITE 1 /b", sdp(B_MEDIA, kind="video", payloads="99")),
    )
    for ends in (A_TO_B, B_TO_A):
        scene.stream(ends, 1, at_s=2.2, until_s=30, payload_type=99)
    scene.play((30, "A>B BYE 2 /b", None))

    assert scene.anomalies == []


def test_missed_bye_is_no_anomaly() -> None:
    """Two directions that stop together and stay silent were a hang-up that we did not see."""
    scene = Scenario()
    scene.play(*answered_call())
    for ends in (A_TO_B, B_TO_A):
        scene.stream(ends, 1, at_s=2.2, until_s=30)
    for at_s in range(10, 120, 5):
        scene.tick(at_s)

    assert scene.anomalies == []
    assert scene.calls[0].is_ended
