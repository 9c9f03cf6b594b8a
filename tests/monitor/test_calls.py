"""Calls in the monitor: how long they show, how they are rated, what happens on their ports."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from qos_exporter.net import Endpoint
from qos_exporter.settings import CallSettings, Settings
from tests.calls.scenario import sdp
from tests.dataplane.scenarios import SECOND
from tests.dataplane.traffic import StreamId
from tests.monitor.recording import Dialogue, Listener, message, moved, speech_for, talk


def linger(seconds: float) -> Settings:
    return Settings(calls=CallSettings(linger_ns=round(seconds * SECOND)))


def ratings(listener: Listener) -> dict[str, int]:
    """Tell how calls were rated, without the ratings that never came up."""
    return {name: count for name, count in listener.show().totals.by_rating if count}


@pytest.mark.pitfall(108)
def test_last_values_linger_and_then_go() -> None:
    """After its end a call shows its last window for the linger time, and then nothing more."""
    dialogue = Dialogue(talk_s=12.0)
    listener = Listener(linger(30)).play(dialogue.whole()).pass_time(41.0)
    call = listener.call()
    assert call.state == "ended"
    assert call.duration_s == pytest.approx(12.6)
    windows = [stream.last_window for stream in call.streams]
    assert [window is not None and window.mos_lq is not None for window in windows] == [True] * 2
    assert [stream.active for stream in call.streams] == [False, False]
    listener.pass_time(43.5)
    assert listener.show().calls == ()
    assert listener.show().streams == ()


@pytest.mark.pitfall(108)
def test_a_stream_that_ends_leaves_with_its_call() -> None:
    """One direction that fell silent keeps its last values as long as the call goes on."""
    dialogue = Dialogue(talk_s=100.0)
    listener = Listener().play(
        dialogue.set_up(),
        speech_for(dialogue.forth, 12.0),
        speech_for(dialogue.back, 100.0),
    )
    forth, back = listener.call().streams
    assert (forth.active, back.active) == (False, True)
    assert forth.packets.received == 600
    assert forth.last_s == pytest.approx(forth.first_s + 11.98)


def test_call_times() -> None:
    """Start is the INVITE, answer the 200, end the BYE."""
    dialogue = Dialogue(start_s=10.0, talk_s=15.0)
    listener = Listener().play(dialogue.whole())
    call = listener.call()
    taken_s = listener.show().taken_s
    assert call.answer_s == pytest.approx(call.start_s + 0.5)
    assert call.end_s == pytest.approx(call.start_s + 0.6 + 15.0)
    assert taken_s == pytest.approx(call.end_s + 0.01 if call.end_s else None)
    assert listener.show().totals.post_dial_delay_s.counts[0] == 1
    assert listener.show().totals.post_dial_delay_s.sum == pytest.approx(0.25)


def test_calls_are_rated_by_their_worse_direction() -> None:
    """One clean direction does not make a good call of one with 20 % loss in the other.

    20 % random loss of G.711: Ie,eff = 95 * 20 / (20 / 1 + 25.1) = 42.1, so R is 51.1, MOS 2.6.
    """
    dialogue = Dialogue(talk_s=20.0)
    lossy = [n for n in range(1000) if n % 5 != 3]
    listener = Listener().play(
        dialogue.set_up(),
        talk(dialogue.forth, lossy),
        speech_for(dialogue.back, 20.0),
        dialogue.hang_up(),
    )
    assert ratings(listener) == {}
    listener.pass_time(31.0)
    assert ratings(listener) == {"bad": 1}
    listener.pass_time(60.0)
    assert ratings(listener) == {"bad": 1}


def test_clean_calls_are_excellent() -> None:
    """Three clean calls count three times, whether they show for long or not."""
    calls = [Dialogue(call_id=f"c{n}", port=5000 + 2 * n, start_s=3.0 * n) for n in range(3)]
    for settings in (linger(90), linger(0)):
        listener = Listener(settings)
        listener.play(*(call.whole() for call in calls)).pass_time(40.0)
        assert ratings(listener) == {"excellent": 3}


def test_calls_too_short_for_a_score_are_not_rated() -> None:
    """A call of one second has no window with a score, and so no rating."""
    listener = Listener().play(Dialogue(talk_s=1.0).whole()).pass_time(20.0)
    assert ratings(listener) == {}
    assert dict(listener.show().totals.by_outcome)["answered"] == 1


def test_calls_with_issues_count_once() -> None:
    """A call with several bad windows and an anomaly is one call with issues."""
    bad = Dialogue(talk_s=45.0)
    good = Dialogue(call_id="good", port=6000, talk_s=45.0)
    silent = Dialogue(call_id="silent", port=7000, talk_s=45.0)
    lossy = [n for n in range(2250) if n % 4]
    listener = Listener().play(
        bad.set_up(), talk(bad.forth, lossy), bad.hang_up(),
        good.whole(),
        silent.set_up(), silent.hang_up(),
    )  # fmt: skip
    listener.pass_time(60.0)
    totals = listener.show().totals
    assert totals.with_issues == 2
    assert totals.seen == 3
    assert +Counter(dict(totals.anomalies)) == {"one_way": 1, "no_rtp": 1}
    assert listener.call("silent").anomalies == ("no_rtp",)


def test_every_call_is_seen_once() -> None:
    """Calls that ring, that talk and that are over make the number of calls that began."""
    over = Dialogue(call_id="over", talk_s=5.0)
    talking = Dialogue(call_id="talking", port=6000, talk_s=30.0)
    ringing = Dialogue(call_id="ringing", port=7000)
    frames = [*over.whole(), *talking.set_up(), *speech_for(talking.forth, 10.0)]
    listener = Listener().play(frames, ringing.set_up()[:2])
    assert listener.show().totals.seen == 3
    assert listener.show().totals.active == 2
    listener.pass_time(400.0)
    assert listener.show().totals.seen == 3
    assert listener.show().totals.active == 0
    assert dict(listener.show().totals.by_outcome) == {
        "answered": 2,
        "failed": 1,
        "cancelled": 0,
        "partial": 0,
    }


def test_calls_of_one_call_id() -> None:
    """Where all is kept, calls with the same Call-ID are listed as they count; one has series."""
    calls = Dialogue(talk_s=12.0).whole(), Dialogue(start_s=60.0, talk_s=12.0).whole()
    kept = Listener(keep_all=True).play(*calls).show()
    live = Listener().play(*calls).show()
    assert [call.has_series for call in kept.calls] == [False, True]
    assert [[stream.packets.received for stream in call.streams] for call in kept.calls] == [
        [600, 600],
        [600, 600],
    ]
    assert [call.has_series for call in live.calls] == [True]
    assert [dict(each.totals.by_outcome)["answered"] for each in (kept, live)] == [2, 2]


def test_streams_without_signalling_make_a_call() -> None:
    """Two opposite streams are a call, active from its first packet and over after a silence."""
    forth = StreamId(1)
    back = StreamId(2, forth.dst, forth.src)
    listener = Listener().play(speech_for(forth, 12.0), speech_for(back, 12.0))
    (call,) = listener.show().calls
    assert call.call_id.startswith("rtp-")
    assert (call.state, call.outcome, len(call.streams)) == ("active", None, 2)
    assert listener.show().totals.seen == 1
    listener.pass_time(100.0)
    (call,) = listener.show().calls
    assert (call.state, call.outcome) == ("ended", "partial")
    assert ratings(listener) == {"excellent": 1}


def test_signalling_takes_over_a_call_that_was_only_heard() -> None:
    """When a re-INVITE names the streams of a nameless call, there is one call, rated once."""
    dialogue = Dialogue(start_s=20.0, talk_s=20.0)
    early = [
        *speech_for(dialogue.forth, 40.0),
        *speech_for(dialogue.back, 40.0),
    ]
    listener = Listener().play(early, dialogue.set_up(), dialogue.hang_up()).pass_time(60.0)
    assert [call.call_id for call in listener.show().calls] == ["call-1"]
    assert len(listener.call().streams) == 2
    assert ratings(listener) == {"excellent": 1}
    assert listener.show().totals.seen == 1


@pytest.mark.parametrize("pause_s", [2.0, 5.0, 15.0, 40.0], ids=lambda pause: f"{pause} s later")
def test_the_next_call_on_the_same_ports(pause_s: float) -> None:
    """A second call with the ports and SSRCs of the first has streams of its own."""
    first = Dialogue(call_id="first", talk_s=12.0)
    second = Dialogue(call_id="second", start_s=12.0 + pause_s, talk_s=12.0)
    listener = Listener().play(first.whole(), second.whole()).pass_time(second.end_s + 11)
    for call_id in ("first", "second"):
        streams = listener.call(call_id).streams
        assert [stream.packets.received for stream in streams] == [600, 600], call_id
        assert [stream.packets.lost for stream in streams] == [0, 0]
    assert sum(group.packets.received for group in listener.show().groups) == 2400
    assert ratings(listener) == {"excellent": 2}


def test_many_calls_on_the_same_ports_leave_nothing_behind() -> None:
    """The stream table is as empty after a hundred calls on one pair of ports as before."""
    listener = Listener(linger(1))
    for number in range(100):
        dialogue = Dialogue(call_id=f"call-{number}", start_s=4.0 * number, talk_s=3.0)
        listener.play(dialogue.whole())
    listener.pass_time(4.0 * 100 + 100)
    tables = {table.name: table for table in listener.show().exporter.tables}
    assert tables["streams"].entries == 0
    assert tables["calls"].entries == 0
    assert dict(listener.show().totals.by_outcome)["answered"] == 100
    (source,) = listener.monitor._parts.sources
    assert len(source._streams) < 60


@pytest.mark.pitfall(15)
@pytest.mark.parametrize("lost", [0, 7], ids=lambda lost: f"{lost} lost on the way")
def test_a_stream_whose_address_changes(lost: int) -> None:
    """When NAT gives the sender another port, its stream goes on: one record, one history.

    Of 1300 packets those are lost that found no mapping, and nothing is counted twice.
    """
    dialogue = Dialogue(talk_s=26.0)
    elsewhere = replace(dialogue.forth, src=Endpoint("10.0.0.1", 40_000))
    listener = Listener().play(
        dialogue.set_up(),
        talk(dialogue.forth, range(600)),
        talk(elsewhere, range(600 + lost, 1300)),
        speech_for(dialogue.back, 26.0),
    )
    forth = listener.call().streams[0]
    assert len(listener.call().streams) == 2
    assert (forth.packets.expected, forth.packets.lost) == (1300, lost)
    assert forth.windows.good == 2
    listener.pass_time(40.0)
    group = listener.group(direction="caller_to_callee")
    assert (group.packets.expected, group.packets.lost) == (1300, lost)
    assert group.streams_active == 1
    listener.pass_time(200.0)
    assert listener.show().exporter.tables[0].entries == 0


@pytest.mark.pitfall(15)
def test_a_stream_that_goes_on_in_another_call() -> None:
    """A sender that keeps its SSRC and numbers in the next call has a stream in each of them."""
    first = Dialogue(talk_s=30.0)
    other_callee = Endpoint("10.0.0.2", 6000)
    second = [
        message("A>B INVITE 1", 11.4, body=first.description(first.caller), call_id="call-2"),
        message("A<B 200 INVITE 1 /c", 11.9, body=sdp(str(other_callee)), call_id="call-2"),
    ]
    listener = Listener().play(
        first.set_up(),
        talk(first.forth, range(600)),
        second,
        talk(replace(first.forth, dst=other_callee), range(600, 1200)),
    )
    calls = {call.call_id: call for call in listener.show().calls}
    counts = {
        name: [(stream.dst, stream.packets.received) for stream in call.streams]
        for name, call in calls.items()
    }
    assert counts == {
        "call-1": [(str(first.callee), 600)],
        "call-2": [(str(other_callee), 600)],
    }


@pytest.mark.pitfall(15)
def test_both_ends_of_a_stream_change_in_turn() -> None:
    """NAT moves the sender and then the receiver: still one record, found at its newest ends."""
    begun = StreamId(0x51, Endpoint("10.0.0.1", 5000), Endpoint("10.0.0.2", 6000))
    sender_moved = replace(begun, src=Endpoint("10.0.0.1", 40_000))
    both_moved = replace(sender_moved, dst=Endpoint("10.0.0.2", 41_000))
    listener = Listener().play(
        talk(begun, range(200)),
        talk(sender_moved, range(200, 400)),
        talk(both_moved, range(400, 600)),
    )
    (stream,) = listener.show().streams
    assert (stream.packets.expected, stream.packets.lost) == (600, 0)
    (source,) = listener.monitor._parts.sources
    found = [source.sent_from(begun.src, 0x51), source.sent_from(both_moved.src, 0x51)]
    found += [source.received_at(begun.dst, 0x51), source.received_at(both_moved.dst, 0x51)]
    assert len(set(found)) == 1
    assert found[0] is not None
    listener.pass_time(200.0)
    assert len(source._index) == 0


def test_media_from_another_host_are_another_stream() -> None:
    """A relay that hands over to the direct path in mid-sequence makes two streams, none lossy."""
    to = Endpoint("10.0.0.2", 6000)
    relayed = StreamId(0x51, Endpoint("10.0.0.9", 3478), to)
    direct = StreamId(0x51, Endpoint("10.0.0.1", 5000), to)
    listener = Listener(keep_all=True).play(
        talk(relayed, range(100)), talk(direct, range(100, 200))
    )
    listener.monitor.finish()
    packets = [stream.packets for stream in listener.show().streams]
    assert [(each.received, each.lost) for each in packets] == [(100, 0), (100, 0)]


def test_the_tail_of_a_call_counts_nowhere() -> None:
    """What goes on after a BYE counts nowhere, and a stream that begins then makes no call."""
    dialogue = Dialogue(talk_s=12.0)
    tail = talk(dialogue.forth, range(620, 700))
    stranger = speech_for(StreamId(0x77, dialogue.callee, dialogue.caller), 2.0, start_s=12.2)
    listener = Listener().play(dialogue.whole(), tail, stranger).pass_time(30.0)
    assert [call.call_id for call in listener.show().calls] == ["call-1"]
    received = {stream.ssrc: stream.packets.received for stream in listener.show().streams}
    assert received.pop(0x77) == 100
    assert list(received.values()) == [600, 600]
    assert ratings(listener) == {"excellent": 1}


@pytest.mark.pitfall(5)
def test_a_call_captured_twice_is_named() -> None:
    """A call whose packets all come twice is counted once and says so."""
    dialogue = Dialogue(talk_s=12.0)
    again = moved(dialogue.media(), 0.0001)
    listener = Listener().play(dialogue.whole(), again).pass_time(30.0)
    call = listener.show().calls[0]
    assert call.anomalies == ("captured_twice",)
    assert [stream.packets.received for stream in call.streams] == [600, 600]
    assert [stream.packets.lost for stream in call.streams] == [0, 0]


@pytest.mark.pitfall(17)
def test_a_stream_that_comes_back_much_later_in_its_sequence_has_stopped() -> None:
    """1,100 numbers missing at once are a stop of the call, and no loss."""
    dialogue = Dialogue(talk_s=12.0)
    listener = Listener().play(
        dialogue.set_up(),
        talk(dialogue.forth, range(300)),
        talk(dialogue.forth, range(1400, 1700), start_s=-22.0),
        speech_for(dialogue.back, 12.0),
        dialogue.hang_up(),
    )
    call = listener.pass_time(30.0).show().calls[0]
    assert call.anomalies == ("stopped",)
    assert [stream.packets.lost for stream in call.streams] == [0, 0]


@pytest.mark.pitfall(17)
@pytest.mark.parametrize("held", [False, True], ids=["talking", "on hold"])
def test_a_sender_that_goes_on_counting_while_on_hold(*, held: bool) -> None:
    """Packets that were left out during a hold of 40 s have not stopped; without one they have."""
    dialogue = Dialogue(talk_s=100.0)
    offer, answer = (dialogue.description(end) for end in (dialogue.caller, dialogue.callee))
    change = [
        message("A>B INVITE 2 /b", 20.0, body=offer + b"a=sendonly\r\n"),
        message("A<B 200 INVITE 2 /b", 20.1, body=answer + b"a=recvonly\r\n"),
        message("A>B INVITE 3 /b", 60.0, body=offer),
        message("A<B 200 INVITE 3 /b", 60.1, body=answer),
    ]
    pause = range(1000, 3010)
    listener = Listener().play(
        dialogue.set_up(),
        change if held else (),
        talk(dialogue.forth, [n for n in range(5000) if n not in pause]),
        talk(dialogue.back, [n for n in range(5000) if n not in pause]),
        dialogue.hang_up(),
    )
    call = listener.pass_time(120.0).show().calls[0]
    assert call.anomalies == (() if held else ("stopped",))


def test_the_copy_for_a_recorder() -> None:
    """What a recorder gets of a call is neither a call, nor counted, nor a group (RFC 7866)."""
    dialogue = Dialogue(talk_s=12.0)
    copy = Dialogue(call_id="copy", port=9000, talk_s=12.0)
    body = copy.description(copy.caller)
    siprec = ("Require: siprec",)
    invitation = message("A>B INVITE 1", -0.5, body=body, call_id="copy", headers=siprec)
    listener = Listener().play(dialogue.whole(), [invitation], speech_for(copy.forth, 12.0))
    listener.pass_time(30.0)
    assert [call.call_id for call in listener.show().calls] == ["call-1"]
    assert len(listener.show().streams) == 2
    directions = {group.key.direction for group in listener.show().groups}
    assert directions == {"caller_to_callee", "callee_to_caller"}
    assert sum(group.packets.received for group in listener.show().groups) == 1200
    assert listener.show().totals.seen == 1


def test_one_way_and_hold() -> None:
    """A call whose callee is never heard is one way; one on hold is not."""
    one_way = Dialogue(call_id="one way", talk_s=30.0)
    held = Dialogue(call_id="held", port=6000, talk_s=30.0)
    hold_offer = held.description(held.caller) + b"a=sendonly\r\n"
    hold_answer = held.description(held.callee) + b"a=recvonly\r\n"
    hold = [
        message("A>B INVITE 2 /b", 1.0, body=hold_offer, call_id="held"),
        message("A<B 200 INVITE 2 /b", 1.1, body=hold_answer, call_id="held"),
        message("A>B ACK 2 /b", 1.2, call_id="held"),
    ]
    listener = Listener().play(
        one_way.set_up(), speech_for(one_way.forth, 30.0),
        held.set_up(), hold, speech_for(held.forth, 30.0), speech_for(held.back, 1.0),
    )  # fmt: skip
    assert listener.call("one way").anomalies == ("one_way",)
    assert listener.call("held").anomalies == ()
    assert listener.call("held").on_hold
    assert +Counter(dict(listener.show().totals.anomalies)) == {"one_way": 1}


def test_silence_ends_a_call() -> None:
    """A call whose BYE was missed ends a minute after its last packet, with that time."""
    dialogue = Dialogue(talk_s=12.0)
    listener = Listener().play(dialogue.set_up(), dialogue.media()).pass_time(85.0)
    call = listener.call()
    assert call.state == "ended"
    assert call.outcome == "answered"
    assert call.end_s == pytest.approx(call.start_s + 0.6 + 11.98)
    assert [stream.active for stream in call.streams] == [False, False]


@pytest.mark.pitfall(30)
@pytest.mark.parametrize("number", [96, 97])
def test_clock_of_a_sender_that_uses_its_own_number(number: int) -> None:
    """Codec and clock come from the descriptions, whichever of the two numbers a sender uses."""
    dialogue = Dialogue(talk_s=5.0)
    offer = sdp(str(dialogue.caller), "rtpmap:97 iLBC/8000", payloads="97")
    answer = sdp(str(dialogue.callee), "rtpmap:96 iLBC/8000", payloads="96")
    listener = Listener().play(
        [
            message("A>B INVITE 1", -0.6, body=offer),
            message("A<B 200 INVITE 1 /b", -0.1, body=answer),
        ],
        speech_for(dialogue.forth, 5.0, payload_type=number),
        speech_for(dialogue.back, 5.0, payload_type=number),
    )
    told = [(stream.codec, stream.clock_source) for stream in listener.call().streams]
    assert told == 2 * [("iLBC", "sdp")]
