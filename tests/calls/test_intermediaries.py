"""Calls that are seen on both sides of a proxy or an agent, or copied to a recorder."""

from __future__ import annotations

import pytest

from tests.calls.scenario import (
    A_MEDIA,
    B_MEDIA,
    Scenario,
    answered_call,
    sdp,
)


@pytest.mark.pitfall(88)
def test_call_on_both_sides_of_a_proxy() -> None:
    """One Call-ID on two hops with rewritten media is one call with two streams each way."""
    scene = Scenario()
    call = scene.play(
        (0, "A>P INVITE 1", sdp(A_MEDIA)),
        (0.1, "P>B INVITE 1", sdp("10.0.0.9:30030")),
        (1, "P<B 200 INVITE 1 /b", sdp(B_MEDIA)),
        (1.1, "A<P 200 INVITE 1 /b", sdp("10.0.0.9:30046")),
    )
    to_b = [
        scene.stream(f"{A_MEDIA}>10.0.0.9:30046", 1, at_s=2),
        scene.stream(f"10.0.0.9:30030>{B_MEDIA}", 1, at_s=2),
    ]
    to_a = [
        scene.stream(f"{B_MEDIA}>10.0.0.9:30030", 2, at_s=2),
        scene.stream(f"10.0.0.9:30046>{A_MEDIA}", 2, at_s=2),
    ]

    assert scene.calls == [call]
    assert {each.call for each in (*to_b, *to_a)} == {call}
    assert {each.direction.value for each in to_b} == {"caller_to_callee"}
    assert {each.direction.value for each in to_a} == {"callee_to_caller"}
    assert scene.outcomes == ["answered"]


@pytest.mark.pitfall(88)
def test_back_to_back_agent_makes_two_calls() -> None:
    """Two Call-IDs are two calls, each with its own streams, also with the same SSRC on both."""
    scene = Scenario()
    one = scene.play(
        (0, "A>P INVITE 1", sdp(A_MEDIA)),
        (2, "A<P 200 INVITE 1 /p", sdp("10.0.0.9:30000")),
        call_id="one",
    )
    two = scene.play(
        (0.1, "P>B INVITE 1", sdp("10.0.0.9:30002")),
        (1.9, "P<B 200 INVITE 1 /b", sdp(B_MEDIA)),
        call_id="two",
    )
    inner = scene.stream(f"{A_MEDIA}>10.0.0.9:30000", 1, at_s=2.1)
    outer = scene.stream(f"10.0.0.9:30002>{B_MEDIA}", 1, at_s=2.1)

    assert [inner.call, outer.call] == [one, two]
    assert scene.outcomes == ["answered", "answered"]


@pytest.mark.pitfall(87)
@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(("Require: siprec",), id="required-extension"),
        pytest.param(
            ("Content-Type: multipart/mixed;boundary=x",),
            id="metadata",
        ),
        pytest.param(("Contact: <sip:r@10.0.0.8>;+sip.srs",), id="server"),
        pytest.param(("Contact: <sip:a@10.0.0.9>;+sip.src",), id="client"),
        pytest.param(("m: <sip:a@10.0.0.9>;+SIP.SRC",), id="in-capitals"),
    ],
)
def test_recording_session_is_no_call(headers: tuple[str, ...]) -> None:
    """The copy for a recorder adds no call, no outcome and no counted packet (RFC 7866)."""
    scene = Scenario()
    call = scene.play(*answered_call())
    body = sdp("10.0.0.9:9000", "label:1", "sendonly")
    if "multipart" in headers[0]:
        metadata = b"Content-Type: application/rs-metadata+xml\r\n\r\n<recording/>"
        part = b"Content-Type: application/sdp\r\n\r\n" + body
        body = b"--x\r\n" + part + b"\r\n--x\r\n" + metadata + b"\r\n--x--\r\n"
    scene.play((3, "P>R INVITE 1", body), call_id="recording", headers=headers)
    scene.play((3.1, "P<R 200 INVITE 1 /r", sdp("10.0.0.8:8000")), call_id="recording")
    copy = scene.stream("10.0.0.9:9000>10.0.0.8:8000", 1, at_s=3.2)

    assert scene.calls == [call]
    assert copy.call is None
    assert copy in scene.control.muted
    assert scene.outcomes == ["answered"]

    scene.play((9, "P>R BYE 2 /r", None), call_id="recording")

    assert scene.control.open_endpoints == {A_MEDIA, B_MEDIA}
    assert scene.calls == [call]
