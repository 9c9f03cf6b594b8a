"""Which stream a report is about, where the SSRC alone does not say it."""

from __future__ import annotations

import pytest

from qos_exporter.net import Endpoint
from tests.dataplane.traffic import Frame, StreamId
from tests.monitor.recording import Dialogue, Listener, speech_for
from tests.monitor.reported import reception, unmatched
from tests.monitor.reporters import Exchange, block, control, datagram_of, rr, sr

RELAY = Endpoint("10.0.0.9", 30_000), Endpoint("10.0.0.9", 30_020)


def legs_of(dialogue: Dialogue) -> tuple[StreamId, StreamId]:
    """The way from caller to callee over a relay that keeps the SSRC."""
    near, far = RELAY
    return (
        StreamId(dialogue.ssrc, dialogue.caller, near),
        StreamId(dialogue.ssrc, far, dialogue.callee),
    )


def report_on(stream: StreamId, at_s: float, **figures: int) -> Frame:
    """Let the receiver of a stream report on it."""
    about = block(stream.ssrc, round(at_s * 50) - 5, **figures)
    return datagram_of(control(stream.dst), control(stream.src), at_s, rr(0xBEEF, about))


@pytest.mark.pitfall(64)
def test_each_leg_of_a_relay_has_its_own_reports() -> None:
    """Both legs carry one SSRC; the ends of the report tell which leg it is about."""
    near, far = legs_of(Dialogue())
    listener = Listener().play(
        speech_for(near, 8.0),
        speech_for(far, 8.0),
        [report_on(near, 2.0), report_on(far, 2.0)],
        [report_on(near, 4.0), report_on(far, 4.0, lost=10)],
    )
    assert reception(listener, near).packets_lost == 0
    assert reception(listener, far).packets_lost == 10


def test_ssrc_0_of_several_calls() -> None:
    """Calls whose devices all use SSRC 0 are told apart by their ends."""
    calls = [Dialogue(call_id=f"call-{n}", port=5000 + 10 * n, ssrc=0) for n in range(3)]
    streams = [StreamId(0, each.caller, each.callee) for each in calls]
    listener = Listener().play(
        *(speech_for(stream, 6.0) for stream in streams),
        [report_on(stream, at_s) for stream in streams for at_s in (2.0, 4.0)],
        [report_on(streams[1], 5.0, lost=3)],
    )
    assert [reception(listener, stream).reports for stream in streams] == [2, 3, 2]
    assert [reception(listener, stream).packets_lost for stream in streams] == [0, 3, 0]


def test_ssrc_0_from_elsewhere_is_nobodys() -> None:
    """A number that is not drawn at random proves nothing without an end that fits."""
    dialogue = Dialogue(ssrc=0)
    reports = Exchange.of(dialogue).at_other_ends(
        Endpoint("192.0.2.7", 7001), Endpoint("192.0.2.8", 8001)
    )
    listener = Listener().play(dialogue.media(), [reports.from_callee(3.0)])
    assert listener.stream(dialogue.forth).reported is None
    assert unmatched(listener) == {"rtcp": 1}


@pytest.mark.pitfall(60, 103)
def test_every_block_of_a_packet_counts() -> None:
    """A mixer reports on all whom it hears in one packet; each block goes to its own stream."""
    calls = [Dialogue(port=5000 + 10 * n, ssrc=0x7000 + n) for n in range(3)]
    mixer = Endpoint("10.0.0.2", 9000)
    streams = [StreamId(each.ssrc, each.caller, mixer) for each in calls]
    blocks = [block(each.ssrc, 90, lost=n) for n, each in enumerate(calls)]
    later = [block(each.ssrc, 190, lost=3 * n) for n, each in enumerate(calls)]
    ends = control(mixer), control(calls[0].caller)
    listener = Listener().play(
        *(speech_for(stream, 6.0) for stream in streams),
        [datagram_of(*ends, 2.0, rr(1, *blocks)), datagram_of(*ends, 4.0, sr(1, 4.0, *later))],
    )
    assert [reception(listener, each).packets_lost for each in streams] == [0, 2, 4]


def test_a_report_on_oneself_is_none() -> None:
    """Some devices report on what they send; nobody received that, so it is about no stream."""
    dialogue = Dialogue()
    own = block(dialogue.forth.ssrc, 100, lost=50, quoted_s=2.0, held_s=0.00002)
    caller, callee = Exchange.of(dialogue).ends
    listener = Listener().play(
        dialogue.media(), [datagram_of(caller, callee, 2.0, sr(dialogue.forth.ssrc, 2.0, own))]
    )
    assert listener.stream(dialogue.forth).reported is None
    assert listener.stream(dialogue.back).reported is None
    assert unmatched(listener) == {}


def test_reports_on_another_interface() -> None:
    """Media on one interface and reports on the other belong together."""
    dialogue = Dialogue()
    listener = Listener(sources=("eth0", "eth1"))
    media, reports = dialogue.media(), Exchange.of(dialogue).both(2.0, 4.0)
    listener.play(media[: len(media) // 2] + media[len(media) // 2 :])
    listener.play(reports, source=1)
    assert reception(listener, dialogue.forth).reports == 2
    assert reception(listener, dialogue.back).reports == 2


@pytest.mark.parametrize("end", ["10.0.0.2", "192.0.2.8"], ids=["known", "from-elsewhere"])
def test_media_that_two_interfaces_see(end: str) -> None:
    """The reports are shown with the stream that counts, on whichever interface it was first."""
    dialogue = Dialogue(ssrc=0x51A0_0001)
    listener = Listener(sources=("eth0", "eth1"))
    listener.play(speech_for(dialogue.forth, 1.0), source=1)
    listener.play(speech_for(dialogue.forth, 1.0))
    far = Endpoint(end, 5001)
    report = datagram_of(far, control(dialogue.caller), 1.5, rr(1, block(dialogue.ssrc, 40)))
    listener.play([report]).play([report], source=1)
    (stream,) = listener.show().streams
    assert stream.interface == "eth1"
    assert reception(listener, dialogue.forth).reports == 1


def test_the_same_ssrc_on_two_interfaces_from_elsewhere() -> None:
    """Where two streams could be meant and no end tells which, the report is nobody's."""
    dialogue = Dialogue(ssrc=0x51A0_0001)
    reports = Exchange.of(dialogue).at_other_ends(
        Endpoint("192.0.2.7", 7001), Endpoint("192.0.2.8", 8001)
    )
    listener = Listener(sources=("eth0", "eth1"))
    for source, port in enumerate((5000, 6000)):
        listener.play(Dialogue(port=port, ssrc=dialogue.ssrc).media(), source=source)
    listener.play([reports.from_callee(13.0)], source=1)
    assert unmatched(listener) == {"rtcp": 1}


def test_one_source_with_two_receivers() -> None:
    """A sender that forks its stream gets a report of each receiver, about what that one gets."""
    dialogue = Dialogue()
    forked = StreamId(dialogue.ssrc, dialogue.caller, Endpoint("10.0.0.3", 7000))
    listener = Listener().play(
        speech_for(dialogue.forth, 6.0),
        speech_for(forked, 6.0),
        [report_on(each, at_s) for each in (dialogue.forth, forked) for at_s in (2.0, 4.0)],
    )
    assert reception(listener, dialogue.forth).reports == 2
    assert reception(listener, forked).reports == 2


def test_a_receiver_of_the_past_goes_on_reporting() -> None:
    """What it says again and again is no loss of who receives the stream now."""
    dialogue = Dialogue(ssrc=0x51A0_0001, talk_s=20.0)
    exchange = Exchange.of(dialogue)
    caller, _ = exchange.ends
    pbx = Endpoint("10.0.0.77", 7001)
    stale = [
        datagram_of(pbx, caller, at_s, rr(9, block(dialogue.forth.ssrc, 20, lost=15)))
        for at_s in (4.5, 9.5, 14.5)
    ]
    listener = Listener().play(dialogue.whole(), exchange.both(2.0, 7.0, 12.0, 17.0), stale)
    alone = Listener().play(dialogue.whole(), exchange.both(2.0, 7.0, 12.0, 17.0))
    assert reception(listener, dialogue.forth) == reception(alone, dialogue.forth)
    assert reception(listener, dialogue.forth).packets_lost == 0
