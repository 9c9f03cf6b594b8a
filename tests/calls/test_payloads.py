"""What payload type numbers mean, in each direction."""

from __future__ import annotations

import pytest

from qos_exporter.calls.payloads import NO_PAYLOADS, PayloadMap
from qos_exporter.protocols.session_description import PayloadFormat
from tests.calls.scenario import A_MEDIA, A_TO_B, B_MEDIA, B_TO_A, Scenario, answered_call, sdp


def encoding(payloads: PayloadMap, number: int) -> str | None:
    """Name what a number stands for."""
    found = payloads.find(number)
    return found.encoding if found else None


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        pytest.param(0, ("PCMU", 8000, 1), id="pcmu"),
        pytest.param(8, ("PCMA", 8000, 1), id="pcma"),
        pytest.param(9, ("G722", 8000, 1), id="g722-clock-is-8000"),
        pytest.param(10, ("L16", 44100, 2), id="l16-stereo"),
        pytest.param(18, ("G729", 8000, 1), id="g729"),
        pytest.param(34, ("H263", 90000, 1), id="h263"),
        pytest.param(2, None, id="reserved"),
        pytest.param(96, None, id="dynamic"),
    ],
)
def test_static_assignments(number: int, expected: tuple[str, int, int] | None) -> None:
    """Without a description only what RFC 3551 assigns is known."""
    found = NO_PAYLOADS.find(number)

    assert (found and (found.encoding, found.clock_rate, found.channels)) == expected


@pytest.mark.pitfall(30)
def test_each_direction_by_its_receiver() -> None:
    """Both sides may use other numbers for the same codec: the receiver's description counts."""
    scene = Scenario()
    scene.play(
        (0, "A>B INVITE 1", sdp(A_MEDIA, "rtpmap:96 opus/48000/2", payloads="96")),
        (1, "A<B 200 INVITE 1 /b", sdp(B_MEDIA, "rtpmap:111 opus/48000/2", payloads="111")),
    )
    to_b, to_a = scene.stream(A_TO_B, 1, at_s=2), scene.stream(B_TO_A, 2, at_s=2)

    assert to_b.payloads.formats == (PayloadFormat(111, "OPUS", 48000, 2),)
    assert to_a.payloads.formats == (PayloadFormat(96, "OPUS", 48000, 2),)


@pytest.mark.pitfall(30)
def test_receiver_found_through_the_sender() -> None:
    """A stream to an unannounced endpoint is read by what the other party announced."""
    scene = Scenario()
    scene.play(
        (0, "A>B INVITE 1", sdp("192.168.1.5:4000", "rtpmap:96 opus/48000/2", payloads="96")),
        (1, "A<B 200 INVITE 1 /b", sdp(B_MEDIA, "rtpmap:111 opus/48000/2", payloads="111")),
    )
    to_a = scene.stream(f"{B_MEDIA}>203.0.113.7:61000", 2, at_s=2)

    assert to_a.direction == "callee_to_caller"
    assert to_a.payloads.formats == (PayloadFormat(96, "OPUS", 48000, 2),)


@pytest.mark.pitfall(30)
@pytest.mark.parametrize("number", [pytest.param(96, id="offer"), pytest.param(111, id="answer")])
@pytest.mark.parametrize(
    "ends",
    [
        pytest.param(A_TO_B, id="to-callee"),
        pytest.param(B_TO_A, id="to-caller"),
        pytest.param(f"{B_MEDIA}>203.0.113.7:61000", id="to-caller-behind-nat"),
    ],
)
def test_sender_that_uses_its_own_number(ends: str, number: int) -> None:
    """A number that the receiver did not announce is that of the sender, for the same codec."""
    scene = Scenario()
    scene.play(
        (0, "A>B INVITE 1", sdp(A_MEDIA, "rtpmap:96 opus/48000/2", payloads="96")),
        (1, "A<B 200 INVITE 1 /b", sdp(B_MEDIA, "rtpmap:111 OPUS/48000/2", payloads="111")),
    )
    stream = scene.stream(ends, 1, at_s=2, payload_type=number)

    assert stream.payloads.find(number) == PayloadFormat(number, "OPUS", 48000, 2)


@pytest.mark.pitfall(30)
def test_own_number_of_a_sender_while_something_is_proposed() -> None:
    """Until the other side answers a new offer, its numbers mean what they meant before."""
    scene = Scenario()
    offer = sdp(A_MEDIA, "rtpmap:96 opus/48000/2", payloads="96")
    answer = sdp(B_MEDIA, "rtpmap:111 opus/48000/2", payloads="111")
    scene.play((0, "A>B INVITE 1", offer), (1, "A<B 200 INVITE 1 /b", answer))
    to_a = scene.stream(B_TO_A, 2, at_s=2, until_s=30, payload_type=111)
    scene.play((30, "A>B INVITE 2 /b", offer))

    assert encoding(to_a.payloads, 111) == "OPUS"


@pytest.mark.pitfall(30)
def test_numbers_that_both_sides_use_for_different_codecs() -> None:
    """Where both explain a number the receiver is right, and what it did not accept is unknown."""
    scene = Scenario()
    offer = ("rtpmap:96 opus/48000/2", "rtpmap:97 iLBC/8000", "rtpmap:98 speex/8000")
    answer = ("rtpmap:97 opus/48000/2", "rtpmap:96 iLBC/8000")
    scene.play(
        (0, "A>B INVITE 1", sdp(A_MEDIA, *offer, payloads="96 97 98")),
        (1, "A<B 200 INVITE 1 /b", sdp(B_MEDIA, *answer, payloads="97 96")),
    )
    to_b, to_a = scene.stream(A_TO_B, 1, at_s=2), scene.stream(B_TO_A, 2, at_s=2)

    assert [encoding(to_b.payloads, each) for each in (96, 97, 98)] == ["ILBC", "OPUS", None]
    assert [encoding(to_a.payloads, each) for each in (96, 97, 98)] == ["OPUS", "ILBC", "SPEEX"]


@pytest.mark.pitfall(29)
def test_re_invite_without_rtpmap_keeps_the_mapping() -> None:
    """A number keeps its meaning when a later description lists it without explaining it."""
    scene = Scenario()
    scene.play(
        (0, "A>B INVITE 1", sdp(A_MEDIA, "rtpmap:97 iLBC/8000", "fmtp:97 mode=30", payloads="97")),
        (1, "A<B 200 INVITE 1 /b", sdp(B_MEDIA, "rtpmap:97 iLBC/8000", payloads="97")),
    )
    to_a = scene.stream(B_TO_A, 2, at_s=2)
    scene.play(
        (30, "A>B INVITE 2 /b", sdp(A_MEDIA, payloads="97 0")),
        (30.1, "A<B 200 INVITE 2 /b", sdp(B_MEDIA, payloads="97")),
    )

    assert to_a.payloads.formats == (
        PayloadFormat(97, "ILBC", 8000, 1, "mode=30"),
        PayloadFormat(0, "PCMU", 8000),
    )


@pytest.mark.pitfall(29)
def test_number_that_is_listed_no_more() -> None:
    """What was sent before a re-INVITE that drops its codec was that codec all the same."""
    scene = Scenario()
    offer, answer = sdp(A_MEDIA, "rtpmap:96 opus/48000/2", payloads="96 0"), sdp(B_MEDIA)
    scene.play((0, "A>B INVITE 1", offer), (1, "A<B 200 INVITE 1 /b", answer))
    to_a = scene.stream(B_TO_A, 2, at_s=2)
    for cseq in (2, 3):
        scene.play(
            (30, f"A>B INVITE {cseq} /b", sdp(A_MEDIA)),
            (30.1, f"A<B 200 INVITE {cseq} /b", answer),
        )

    assert encoding(to_a.payloads, 96) == "OPUS"
    scene.play(
        (40, "A>B INVITE 4 /b", sdp(A_MEDIA, "rtpmap:96 iLBC/8000", payloads="96")),
        (40.1, "A<B 200 INVITE 4 /b", answer),
    )

    assert encoding(to_a.payloads, 96) == "ILBC"


@pytest.mark.pitfall(29)
def test_answer_without_rtpmap_uses_the_offer() -> None:
    """An answer that does not explain a number means what the offer meant."""
    scene = Scenario()
    scene.play(
        (0, "A>B INVITE 1", sdp(A_MEDIA, "rtpmap:97 iLBC/8000", payloads="97")),
        (1, "A<B 200 INVITE 1 /b", sdp(B_MEDIA, payloads="97")),
    )

    assert encoding(scene.stream(A_TO_B, 1, at_s=2).payloads, 97) == "ILBC"


def test_codec_change_reaches_running_streams() -> None:
    """A re-INVITE with other formats is told to those who count."""
    scene = Scenario()
    scene.play(*answered_call())
    to_b = scene.stream(A_TO_B, 1, at_s=2.2, until_s=31)
    scene.play(
        (30, "A>B INVITE 2 /b", sdp(A_MEDIA, "rtpmap:96 G726-32/8000", payloads="96")),
        (30.1, "A<B 200 INVITE 2 /b", sdp(B_MEDIA, "rtpmap:96 G726-32/8000", payloads="96")),
    )

    assert encoding(to_b.payloads, 96) == "G726-32"
    assert scene.control.bound == [to_b, to_b]


def test_lines_that_share_a_port() -> None:
    """Where audio and video have one endpoint (BUNDLE), the number tells whose a stream is."""
    scene = Scenario()
    audio, video = "rtpmap:111 opus/48000/2", b"RTP/AVP 99\r\na=rtpmap:99 VP8/90000\r\n"
    scene.play(
        (0, "A>B INVITE 1", sdp(A_MEDIA, audio, payloads="111") + b"m=video 4000 " + video),
        (1, "A<B 200 INVITE 1 /b", sdp(B_MEDIA, audio, payloads="111") + b"m=video 5000 " + video),
    )
    heard = scene.stream(A_TO_B, 1, at_s=2, payload_type=111)
    seen = scene.stream(A_TO_B, 2, at_s=2, payload_type=99)

    assert encoding(heard.payloads, 111) == "OPUS"
    assert encoding(seen.payloads, 99) == "VP8"
    assert [heard.is_audio, seen.is_audio] == [True, False]


def test_parameters_of_a_static_type() -> None:
    """`fmtp` may come without `rtpmap` where the number is assigned."""
    scene = Scenario()
    scene.play(
        (0, "A>B INVITE 1", sdp(A_MEDIA, payloads="18")),
        (1, "A<B 200 INVITE 1 /b", sdp(B_MEDIA, "fmtp:18 annexb=no", payloads="18")),
    )
    to_b = scene.stream(A_TO_B, 1, at_s=2)

    assert to_b.payloads.formats == (PayloadFormat(18, "G729", 8000, 1, "annexb=no"),)


def test_lines_of_which_one_says_where() -> None:
    """Video of a browser comes to the candidate of its audio, though its own line has port 0."""
    candidate = "a=candidate:1 1 UDP 1 {0} {1} typ host\r\n"
    lines = (
        "v=0\r\no=- 1 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n"
        "c=IN IP4 0.0.0.0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 OPUS/48000/2\r\n"
        "a=mid:0\r\n{0}m=video {1} UDP/TLS/RTP/SAVPF 97\r\na=rtpmap:97 VP8/90000\r\na=mid:1\r\n{2}"
    )
    caller, callee = (candidate.format(*each.split(":")) for each in (A_MEDIA, B_MEDIA))
    scene = Scenario()
    scene.play(
        (0, "A>B INVITE 1", lines.format(caller, 0, "a=bundle-only\r\n").encode()),
        (1, "A<B 200 INVITE 1 /b", lines.format(callee, 9, "").encode()),
    )
    ways = ((A_TO_B, 1), (B_TO_A, 2))
    heard = [scene.stream(way, ssrc, at_s=2, payload_type=96) for way, ssrc in ways]
    seen = [scene.stream(way, 2 + ssrc, at_s=2, payload_type=97) for way, ssrc in ways]

    assert [encoding(each.payloads, 96) for each in heard] == ["OPUS", "OPUS"]
    assert [encoding(each.payloads, 97) for each in seen] == ["VP8", "VP8"]
    assert [each.is_audio for each in (*heard, *seen)] == [True, True, False, False]
