"""Streams that are known from their RTCP alone are shown with what was reported on them."""

from __future__ import annotations

import pytest

from qos_exporter.monitor.reporting.unseen import EXPIRY_NS, LIMIT
from qos_exporter.snapshot import PacketCounts
from tests.dataplane.scenarios import SECOND
from tests.monitor.recording import Dialogue, Listener
from tests.monitor.reported import reception, reported, unmatched
from tests.monitor.reporters import Exchange, block, datagram_of, rr, sdes, sr
from tests.monitor.test_reports_extended import extended
from tests.reports.test_translation import FILLED

TIMES_S = (1.0, 2.0, 3.0, 4.0)
SSRC = 0x51A0_0001


@pytest.mark.pitfall(66)
def test_a_call_of_which_only_reports_pass() -> None:
    """Both streams are there, without packets, with losses and legs, in the call of their SDP."""
    dialogue = Dialogue(ssrc=SSRC)
    exchange = Exchange.of(dialogue)
    names = datagram_of(*exchange.ends, 4.5, sr(SSRC, 4.5), sdes(SSRC, "alice"))
    extra = datagram_of(*exchange.ends[::-1], 4.6, extended(FILLED._replace(ssrc=SSRC)))
    listener = Listener().play(
        dialogue.set_up(),
        exchange.both(*TIMES_S),
        [exchange.from_callee(5.0, lost=10), names, extra],
    )
    forth, back = listener.stream(dialogue.forth), listener.stream(dialogue.back)
    for stream, direction in ((forth, "caller_to_callee"), (back, "callee_to_caller")):
        assert stream.call_id == "call-1"
        assert stream.direction == direction
        assert stream.packets == PacketCounts()
        assert (stream.payload_types, stream.codec, stream.clock_rate) == ((), None, None)
        assert stream.active
        assert stream.fault == "unknown"
    seen = reception(listener, dialogue.forth)
    assert seen.packets_lost == 10
    assert seen.jitter is None
    assert seen.round_trip_leg is not None
    assert seen.round_trip_leg.last == pytest.approx(0.040, abs=0.0001)
    assert reported(listener, dialogue.forth).cname == "alice"
    assert [each.source for each in reported(listener, dialogue.forth).quality] == ["rtcp_xr"]
    assert {each.leg for each in listener.call().round_trip_legs} == {"caller", "callee"}
    assert listener.call().round_trip is not None


@pytest.mark.pitfall(66)
def test_without_signalling() -> None:
    """Nobody knows the call, but the reports are there."""
    dialogue = Dialogue(ssrc=SSRC)
    listener = Listener().play(Exchange.of(dialogue, by=0).both(*TIMES_S))
    stream = listener.stream(dialogue.forth)
    assert (stream.call_id, stream.direction) == (None, "unknown")
    assert reception(listener, dialogue.forth).reports == len(TIMES_S)


def reports_on(dialogue: Dialogue, *rows: tuple[float, int, int]) -> Listener:
    """Play reports on the stream from caller to callee: time, highest number, cumulative loss."""
    caller, callee = Exchange.of(dialogue).ends
    return Listener().play(
        datagram_of(callee, caller, at_s, rr(1, block(dialogue.forth.ssrc, highest, lost=lost)))
        for at_s, highest, lost in rows
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([(1.0, 100, 0)], 0, id="one-report"),
        pytest.param([(1.0, 100, 0), (2.0, 150, 3)], 1, id="two-that-go-together"),
        pytest.param([(1.0, 100, 0), (2.0, 0x8000_0000, 0)], 0, id="numbers-apart"),
        pytest.param([(1.0, 100, 0), (2.0, 150, 90_000)], 0, id="losses-apart"),
        pytest.param([(1.0, 150, 0), (2.0, 100, 0)], 0, id="backwards"),
        pytest.param([(1.0, 0, 1), (2.0, 0, 1)], 0, id="heard-nothing"),
        pytest.param([(1.0, 0, 1), (2.0, 50, 1)], 0, id="heard-nothing-at-first"),
    ],
)
def test_what_proves_a_stream(rows: list[tuple[float, int, int]], expected: int) -> None:
    """Random bytes make no stream; reports that go together do."""
    listener = reports_on(Dialogue(ssrc=SSRC), *rows)
    assert len(listener.show().streams) == expected
    assert unmatched(listener) == {"rtcp": len(rows)}


def test_a_sender_report_proves_it_at_once() -> None:
    """One report on a source that has shown itself the other way is enough."""
    dialogue = Dialogue(ssrc=SSRC)
    caller, callee = Exchange.of(dialogue).ends
    sent = datagram_of(caller, callee, 1.0, sr(SSRC, 1.0))
    about = datagram_of(callee, caller, 2.0, rr(1, block(SSRC, 100)))
    assert len(Listener().play([sent, about]).show().streams) == 1
    assert Listener().play([sent]).show().streams == ()


@pytest.mark.pitfall(66)
def test_media_that_come_later_take_the_reports_over() -> None:
    """There is one stream then, and its reports go on where they were."""
    dialogue = Dialogue(ssrc=SSRC, start_s=10.0)
    early = Exchange.of(Dialogue(ssrc=SSRC))
    listener = Listener().play(early.both(*TIMES_S))
    listener.play(dialogue.set_up(), dialogue.media(), early.both(12.0, 14.0))
    assert len(listener.show().streams) == 2
    stream = listener.stream(dialogue.forth)
    assert stream.packets.received == 600
    assert reception(listener, dialogue.forth).reports == len(TIMES_S) + 2


def test_it_goes_when_the_reports_stop() -> None:
    """It is shown for a while, and then forgotten."""
    dialogue = Dialogue(ssrc=SSRC)
    listener = reports_on(dialogue, (1.0, 100, 0), (2.0, 150, 0))
    expiry_s = EXPIRY_NS / SECOND
    assert len(listener.pass_time(expiry_s, step_s=10.0).show().streams) == 1
    assert listener.pass_time(expiry_s + 10.0, step_s=5.0).show().streams == ()


def test_captures_keep_them() -> None:
    """What a file held is shown at its end."""
    dialogue = Dialogue(ssrc=SSRC)
    listener = Listener(keep_all=True).play(Exchange.of(dialogue).both(*TIMES_S))
    listener.pass_time(200.0, step_s=20.0).monitor.finish()
    assert [each.active for each in listener.show().streams] == [False, False]
    listener.monitor.restart(0)
    assert listener.show().streams == ()


def test_reports_on_a_stream_that_has_ended_make_none() -> None:
    """Stragglers after the end of a call are late, and nothing new."""
    dialogue = Dialogue(ssrc=SSRC, talk_s=12.0)
    exchange = Exchange.of(dialogue)
    listener = Listener().play(dialogue.whole()).pass_time(30.0)
    listener.play(exchange.both(31.0, 32.0, 33.0))
    assert len(listener.show().streams) == 2
    assert all(stream.packets.received for stream in listener.show().streams)


def test_there_are_never_too_many() -> None:
    """The one that was reported on the longest ago goes."""
    caller, callee = Exchange.of(Dialogue()).ends
    listener = Listener().play(
        datagram_of(callee, caller, at_s, rr(1, block(SSRC + n, highest)))
        for n in range(LIMIT + 10)
        for at_s, highest in ((1.0 + n / 1000, 100), (1.0005 + n / 1000, 101))
    )
    shown = {stream.ssrc - SSRC for stream in listener.show().streams}
    assert shown == set(range(10, LIMIT + 10))
