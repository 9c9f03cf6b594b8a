"""Voice quality reports in SIP (RFC 6035) go to the streams of the call that they name."""

from __future__ import annotations

import pytest

from qos_exporter.net import Endpoint
from qos_exporter.snapshot import CallView
from tests.calls.scenario import HOSTS
from tests.dataplane.traffic import Frame, StreamId
from tests.monitor.recording import Dialogue, Listener, datagram, message, speech_for
from tests.monitor.reported import quality, unmatched

COLLECTOR = Endpoint("10.0.0.40", 5060)
PHONE = Endpoint(HOSTS["A"], 5060)
VQ = "application/vq-rtcpxr"


def metrics(name: str, *, loss: float, mos: float) -> str:
    """One section of a report."""
    lines = (
        f"{name}:",
        f"PacketLoss:NLR={loss} JDR=0.5",
        "Delay:RTD=120 ESD=40",
        f"QualityEst:MOSLQ={mos} MOSCQ={mos}",
    )
    return "".join(f"{line}\r\n" for line in lines)


def body(dialogue: Dialogue, *sections: str, kind: str = "VQSessionReport: CallTerm") -> bytes:
    """A report of the caller's phone."""
    here, there = dialogue.forth, dialogue.back
    head = (
        f"{kind}\r\nCallID: {dialogue.call_id}\r\n"
        f"LocalAddr:IP={here.src.address} PORT={here.src.port} SSRC=0x{here.ssrc:x}\r\n"
        f"RemoteAddr:IP={there.src.address} PORT={there.src.port} SSRC=0x{there.ssrc:x}\r\n"
    )
    return (head + "".join(sections)).encode()


def of_the_other(content: bytes) -> bytes:
    """Let a report be one of the callee's phone."""
    swapped = content.replace(b"LocalAddr", b"Addr").replace(b"RemoteAddr", b"LocalAddr")
    return swapped.replace(b"\r\nAddr", b"\r\nRemoteAddr")


def report(
    content: bytes,
    at_s: float,
    *,
    method: str = "PUBLISH",
    cseq: int = 1,
    media_type: str = VQ,
    src: Endpoint = PHONE,
) -> Frame:
    """Send a report to a collector, in a dialogue of its own."""
    lines = (
        f"{method} sip:collector@example.com SIP/2.0",
        "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKpub",
        "From: <sip:alice@example.com>;tag=p",
        "To: <sip:collector@example.com>",
        "Call-ID: publication-1",
        f"CSeq: {cseq} {method}",
        f"Content-Type: {media_type}",
        f"Content-Length: {len(content)}",
        "",
        "",
    )
    return datagram(src, COLLECTOR, "\r\n".join(lines).encode() + content, at_s)


BOTH = (metrics("LocalMetrics", loss=5.0, mos=3.1), metrics("RemoteMetrics", loss=1.0, mos=4.2))


def check_directions(listener: Listener, dialogue: Dialogue, reports: int = 1) -> None:
    """Local metrics are about what the caller received, remote ones about what it sent."""
    received = quality(listener, dialogue.back, "vq_report")
    sent = quality(listener, dialogue.forth, "vq_report")
    assert (received.reports, sent.reports) == (reports, reports)
    assert [received.loss_ratio, sent.loss_ratio] == pytest.approx([0.05, 0.01])
    scores = received.mos_lq, sent.mos_lq
    assert [score and score.last for score in scores] == [3.1, 4.2]
    assert received.end_system_delay_s == pytest.approx(0.040)


@pytest.mark.pitfall(74)
@pytest.mark.parametrize("method", ["PUBLISH", "NOTIFY"])
@pytest.mark.parametrize("media_type", [VQ, "Application/VQ-RTCPXR ; charset=utf-8"])
def test_both_directions(method: str, media_type: str) -> None:
    """The sections of one report are about two streams."""
    dialogue = Dialogue()
    frame = report(body(dialogue, *BOTH), 6.0, method=method, media_type=media_type)
    listener = Listener().play(dialogue.set_up(), dialogue.media(), [frame])
    check_directions(listener, dialogue)


def test_a_report_that_is_sent_again_counts_once() -> None:
    """Neither a retransmission, nor the same with a password, nor the next hop is another one."""
    dialogue = Dialogue()
    content = body(dialogue, *BOTH)
    frames = [
        report(content, 6.0),
        report(content, 6.5),
        report(content, 6.6, cseq=2),
        report(content, 6.7, cseq=2, src=Endpoint("10.0.0.9", 5060)),
    ]
    listener = Listener().play(dialogue.set_up(), dialogue.media(), frames)
    check_directions(listener, dialogue)


def test_interval_reports() -> None:
    """Reports in the course of a call count each, and the last word is the one at its end."""
    dialogue = Dialogue()
    early = (
        metrics("LocalMetrics", loss=20.0, mos=1.5),
        metrics("RemoteMetrics", loss=9.0, mos=2.0),
    )
    frames = [
        report(body(dialogue, *early, kind="VQIntervalReport"), 4.0),
        report(body(dialogue, *BOTH), 8.0, cseq=2),
    ]
    listener = Listener().play(dialogue.set_up(), dialogue.media(), frames)
    check_directions(listener, dialogue, reports=2)
    worst = quality(listener, dialogue.back, "vq_report").mos_lq
    assert worst is not None
    assert worst.min == 1.5


def losses_of(call: CallView) -> list[float | None]:
    """The losses that were reported of an ended call's streams."""
    return [
        each.loss_ratio
        for stream in call.streams
        for each in (() if stream.reported is None else stream.reported.quality)
    ]


@pytest.mark.parametrize(
    "wait_s", [0.3, 8.0, 40.0], ids=["at-once", "a-window-later", "much-later"]
)
def test_after_the_end_of_the_call(wait_s: float) -> None:
    """The report at the end comes when the streams are over; the call that is shown gets it."""
    dialogue = Dialogue()
    end_s = dialogue.end_s + wait_s
    listener = Listener().play(dialogue.whole()).pass_time(end_s - 0.1)
    listener.play([report(body(dialogue, *BOTH), end_s)])
    assert set(losses_of(listener.call())) == {0.01, 0.05}


def test_about_an_unknown_call() -> None:
    """Each direction of it is counted as unmatched."""
    dialogue = Dialogue()
    stranger = body(Dialogue(call_id="nobody", ssrc=0x9999), *BOTH)
    listener = Listener().play(dialogue.set_up(), dialogue.media(), [report(stranger, 6.0)])
    assert unmatched(listener) == {"vq_report": 2}


def test_a_report_that_cannot_be_read() -> None:
    """It counts as a decode error, and the call goes on."""
    dialogue = Dialogue()
    frames = [report(b"VQNonsense\r\n", 6.0), report(b"", 6.5, cseq=2)]
    listener = Listener().play(dialogue.set_up(), dialogue.media(), frames)
    rows = listener.show().exporter.decode_errors
    assert [(protocol, reason) for protocol, reason, _ in rows] == [("vq_report", "report_type")]


@pytest.mark.pitfall(74)
def test_a_phone_behind_a_relay() -> None:
    """Of two streams with the SSRC the one that ends where the phone says is meant."""
    dialogue = Dialogue()
    relay = Endpoint("10.0.0.9", 30_000)
    near = StreamId(dialogue.back.ssrc, relay, dialogue.caller)
    far = StreamId(dialogue.back.ssrc, dialogue.callee, Endpoint(relay.address, 30_020))
    content = body(dialogue, BOTH[0]).replace(
        b"RemoteAddr:IP=10.0.0.2 PORT=5000", b"RemoteAddr:IP=10.0.0.9 PORT=30000"
    )
    listener = Listener().play(
        dialogue.set_up(), speech_for(near, 8.0), speech_for(far, 8.0), [report(content, 6.0)]
    )
    assert quality(listener, near, "vq_report").reports == 1
    assert listener.stream(far).reported is None


@pytest.mark.parametrize("times_s", [(7.0, 7.5), (7.5, 7.0)], ids=["in turn", "the other way"])
def test_both_phones_report(times_s: tuple[float, float]) -> None:
    """Each knows of the other direction what the other told it before; who receives it knows."""
    dialogue = Dialogue()
    told = metrics("RemoteMetrics", loss=0.0, mos=4.4)
    of_caller = body(dialogue, metrics("LocalMetrics", loss=5.0, mos=3.5), told)
    of_callee = of_the_other(body(dialogue, metrics("LocalMetrics", loss=8.0, mos=3.0), told))
    listener = Listener().play(
        dialogue.set_up(),
        dialogue.media(),
        [report(of_caller, times_s[0]), report(of_callee, times_s[1])],
    )
    for stream, loss_ratio, mos in ((dialogue.back, 0.05, 3.5), (dialogue.forth, 0.08, 3.0)):
        shown = quality(listener, stream, "vq_report")
        assert shown.reports == 1
        assert shown.loss_ratio == pytest.approx(loss_ratio)
        assert shown.mos_lq is not None
        assert shown.mos_lq.mean == pytest.approx(mos)


def test_beside_video() -> None:
    """A report with neither SSRC nor port is about the audio, though the video began before it."""
    dialogue, video = Dialogue(), Dialogue(port=5010, ssrc=0x2000)
    line = b"m=video 5010 RTP/AVP 99\r\n"
    content = (
        f"VQSessionReport: CallTerm\r\nCallID: {dialogue.call_id}\r\n"
        f"LocalAddr:IP={dialogue.caller.address}\r\nRemoteAddr:IP={dialogue.callee.address}\r\n"
        + "".join(BOTH)
    )
    listener = Listener().play(
        [
            message("A>B INVITE 1", -0.6, body=dialogue.description(dialogue.caller) + line),
            message("A<B 200 INVITE 1 /b", -0.1, body=dialogue.description(dialogue.callee) + line),
        ],
        *(speech_for(each, 8.0, payload_type=99) for each in (video.forth, video.back)),
        *(speech_for(each, 7.0, start_s=0.5) for each in (dialogue.forth, dialogue.back)),
        [report(content.encode(), 7.0)],
    )
    assert listener.stream(video.forth).reported is None
    check_directions(listener, dialogue)


def test_two_phones_at_one_address() -> None:
    """Behind one NAT, and without an SSRC in the report, their ports tell the directions apart."""
    dialogue = Dialogue()
    caller, callee = dialogue.caller, Endpoint(dialogue.caller.address, 6000)
    forth = StreamId(dialogue.forth.ssrc, caller, callee)
    back = StreamId(dialogue.back.ssrc, callee, caller)
    content = (
        f"VQSessionReport: CallTerm\r\nCallID: {dialogue.call_id}\r\n"
        f"LocalAddr:IP={caller.address} PORT={caller.port}\r\n"
        f"RemoteAddr:IP={callee.address} PORT={callee.port}\r\n" + "".join(BOTH)
    )
    signalled = [
        message("A>B INVITE 1", -0.6, body=dialogue.description(caller)),
        message("A<B 200 INVITE 1 /b", -0.1, body=dialogue.description(callee)),
    ]
    listener = Listener().play(
        signalled,
        speech_for(forth, 8.0),
        speech_for(back, 8.0),
        [report(content.encode(), 7.0)],
    )
    assert quality(listener, back, "vq_report").loss_ratio == pytest.approx(0.05)
    assert quality(listener, forth, "vq_report").loss_ratio == pytest.approx(0.01)


def test_without_a_remote_address() -> None:
    """A phone that names only itself is about the stream that it receives."""
    dialogue = Dialogue()
    content = b"\r\n".join(
        line for line in body(dialogue, BOTH[0]).split(b"\r\n") if not line.startswith(b"RemoteA")
    )
    listener = Listener().play(dialogue.set_up(), dialogue.media(), [report(content, 6.0)])
    assert quality(listener, dialogue.back, "vq_report").reports == 1
