"""Signalling that cannot be read is counted by reason, and costs nothing else."""

from __future__ import annotations

import pytest

from qos_exporter.net import Endpoint
from tests.dataplane.traffic import Frame
from tests.monitor.recording import Dialogue, Listener, datagram, message

A, B = Endpoint("10.0.0.1", 5060), Endpoint("10.0.0.2", 5060)


def sip(payload: bytes, at_s: float = 0.0) -> Frame:
    return datagram(A, B, payload, at_s)


def errors(listener: Listener) -> dict[tuple[str, str], int]:
    return {
        (protocol, reason): count
        for protocol, reason, count in listener.show().exporter.decode_errors
    }


def test_nothing_wrong_counts_nothing() -> None:
    """A clean call has no decode errors."""
    assert errors(Listener().play(Dialogue().whole())) == {}


def test_undecodable_messages_count_by_reason() -> None:
    """What begins like SIP and is not counts under `sip`, each reason for itself."""
    listener = Listener().play(
        [
            sip(b"INVITE sip:bob@example.com SIP/2.0\r\nVia: x\r\n\r\n", 0.0),
            sip(b"INVITE sip:bob@example.com SIP/2.0\r\nVia: x\r\n\r\n", 0.1),
            sip(b"this is no message at all", 0.2),
        ]
    )
    counted = errors(listener)
    assert {protocol for protocol, _ in counted} == {"sip"}
    assert sorted(counted.values()) == [1, 2]
    assert all(reason.isidentifier() and reason.islower() for _, reason in counted)
    assert listener.show().calls == ()


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b"\r\n\r\n", id="double CRLF of RFC 5626"),
        pytest.param(b"\r\n", id="its answer"),
        pytest.param(b"\0\0\0\0", id="zeros"),
        pytest.param(b" ", id="a blank"),
        pytest.param(b"\t\r\n", id="a tab"),
    ],
)
def test_keepalives_are_no_errors(payload: bytes) -> None:
    """What telephones send to keep a NAT open is neither a message nor a mistake."""
    assert errors(Listener().play([sip(payload)])) == {}


def test_descriptions_that_cannot_be_read() -> None:
    """A call whose session description is broken is still a call; the mistake counts as `sdp`."""
    listener = Listener().play([message("A>B INVITE 1", 0.0, body=b"nonsense\r\n")])
    counted = errors(listener)
    assert counted == {("sdp", "not_sdp"): 1}
    assert listener.call().state == "setup"


def test_signalling_on_another_port() -> None:
    """A datagram that starts like SIP is read wherever it is sent."""
    frames = Dialogue().set_up()
    elsewhere = [
        datagram(
            Endpoint("10.0.0.1", 15060),
            Endpoint("10.0.0.2", 25060),
            frame.data[42:],
            float(position),
        )
        for position, frame in enumerate(frames)
    ]
    assert Listener().play(elsewhere).call().state == "active"


def test_fragments_are_counted_as_undecoded() -> None:
    """What only the slow path could read is counted by the kernel, and does no harm here."""
    frame = Dialogue().set_up()[0]
    fragment = bytearray(frame.data)
    fragment[20] = 0x20  # more fragments follow
    listener = Listener().play([Frame(bytes(fragment), frame.timestamp_ns)])
    undecoded = dict(listener.show().exporter.undecoded)
    assert undecoded["ip_fragment"] == 1
    assert errors(listener) == {}


def test_messages_take_effect_between_their_neighbours() -> None:
    """A description holds for the packet right behind it, also inside one batch of frames."""
    dialogue = Dialogue(start_s=0.6)
    frames = [
        message("A>B INVITE 1", 0.0, body=dialogue.description(dialogue.caller)),
        message("A<B 183 INVITE 1 /b", 0.1, body=dialogue.description(dialogue.callee)),
        *dialogue.media()[:1],
    ]
    (stream,) = Listener().play(frames).call().streams
    assert stream.packets.received == 1
    assert stream.direction == "caller_to_callee"
