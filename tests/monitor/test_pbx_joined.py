"""Calls that are seen on the wire, and told of by an Asterisk server as well."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from qos_exporter.monitor.monitor import Monitor
from qos_exporter.monitor.pbx.questions import CODEC
from qos_exporter.protocols.ami import Action, ChannelGone, ChannelSeen, GetVariable, LinkUp
from qos_exporter.protocols.ami.values import Channel
from qos_exporter.settings import AmiSettings, NetworkSettings, Settings
from qos_exporter.snapshot import ReportedQuality, StreamView
from qos_exporter.units import SECOND_NS
from tests.dataplane.traffic import batch
from tests.monitor.pbx import SERVER, Pbx, read
from tests.monitor.recording import Dialogue, at_ns
from tests.protocols.ami_messages import report

DIALOGUE = Dialogue(call_id="call-1", talk_s=30.0, ssrc=0xBB3CECF7)
CHANNEL = {
    "Channel": "PJSIP/alice-00000000",
    "Uniqueid": "1.0",
    "Linkedid": "1.0",
    "CallerIDNum": "alice",
}
UP = Channel("PJSIP/alice-00000000", "1.0", "1.0", 6, "alice", "", "bob")
RINGING = UP._replace(state=4)


@dataclass
class Both:
    """A monitor that listens to the wire, where B is an Asterisk server that tells of the call."""

    pbx: Pbx
    call_id: str = "call-1"

    def tell(self, at_s: float, *messages: object) -> list[Action]:
        news = [read(each) if isinstance(each, bytes) else each for each in messages]
        return list(self.pbx.monitor.take_from_pbx(0, news, at_ns(at_s)))  # type: ignore[arg-type]

    @property
    def monitor(self) -> Monitor:
        return self.pbx.monitor


def listening(
    call_id: str = "call-1",
    *,
    until_s: float = 12.0,
    heard: bool = True,
    server: AmiSettings = SERVER,
) -> Both:
    """Let a call begin, and be heard until a moment."""
    both = Both(Pbx(Settings(ami=(server,)), sources=("eth0",)))
    set_up = DIALOGUE.set_up()
    both.monitor.ingest(0, batch(set_up))
    for action in both.tell(-0.5, LinkUp(), ChannelSeen(RINGING, is_new=True)):
        if isinstance(action, GetVariable):
            value = call_id if "call-id" in action.variable else "(ulaw)"
            both.tell(-0.4, answer(action, value))
    both.tell(0.0, ChannelSeen(UP))
    if heard:
        end_ns = at_ns(until_s)
        media = sorted(DIALOGUE.media(), key=lambda frame: frame.timestamp_ns)
        both.monitor.ingest(0, batch([each for each in media if each.timestamp_ns < end_ns]))
    return both


def answer(action: Action, value: str) -> object:
    from qos_exporter.protocols.ami import Answer, Response

    return Answer(action, Response("1", True, "", value, ""))  # noqa: FBT003 -- the fields of a tuple


def rtcp(number: int, *, received: bool, **changed: object) -> bytes:
    """Report on the stream from the caller (sent), or on that to the caller (received)."""
    stream = DIALOGUE.back if received else DIALOGUE.forth
    party, pbx = f"{DIALOGUE.caller.address}:5001", f"{DIALOGUE.callee.address}:5001"
    ends = {"From": party, "To": pbx} if received else {"From": pbx, "To": party, "RTT": None}
    event = "RTCPReceived" if received else "RTCPSent"
    fields = {
        **CHANNEL,
        **ends,
        "Report0SourceSSRC": hex(stream.ssrc),
        "Report0HighestSequence": 250 * number,
        **changed,
    }
    return report(event, **fields)


def by_ami(stream: StreamView) -> ReportedQuality:
    assert stream.reported is not None
    (found,) = [each for each in stream.reported.quality if each.source == "ami"]
    return found


def test_both_sources_describe_one_call() -> None:
    """The leg is the SIP call with its Call-ID, and the figures of both stand beside each other."""
    both = listening()
    both.tell(
        12.0,
        rtcp(1, received=False, Report0FractionLost=64, Report0IAJitter=80),
        rtcp(1, received=True, RTT="0.0400", Report0FractionLost=32),
    )
    (call,) = both.monitor.snapshot().calls
    assert call.call_id == "call-1"
    assert both.monitor.snapshot().totals.active == 1
    by_direction = {stream.direction: stream for stream in call.streams}
    assert {stream.source for stream in call.streams} == {"rtp"}
    forth, back = by_ami(by_direction["caller_to_callee"]), by_ami(by_direction["callee_to_caller"])
    assert (forth.loss_ratio, back.loss_ratio) == (0.25, 0.125)
    assert forth.jitter is not None
    assert forth.jitter.last == 0.01
    assert back.round_trip is not None
    assert back.round_trip.last == 0.04
    assert call.round_trip is not None
    assert call.round_trip.last == 0.04


def test_a_call_of_which_only_the_signalling_is_seen() -> None:
    """Where the media pass elsewhere, the server's figures are those of the call's streams."""
    both = listening(heard=False)
    for number in range(1, 5):
        both.tell(5.0 * number, rtcp(number, received=False), rtcp(number, received=True))
    both.tell(31.0)
    (call,) = both.monitor.snapshot().calls
    assert {(stream.direction, stream.source) for stream in call.streams} == {
        ("caller_to_callee", "ami"),
        ("callee_to_caller", "ami"),
    }
    assert all(stream.mos_lq is not None for stream in call.streams)


@pytest.mark.parametrize(
    ("bye", "gone_s"),
    [
        pytest.param(True, 30.1, id="told-of-the-end-at-once"),
        pytest.param(True, 75.0, id="told-of-the-end-late"),
        pytest.param(True, None, id="never-told-of-the-end"),
        pytest.param(False, None, id="end-missed-on-the-wire-too"),
    ],
)
def test_figures_of_a_call_that_ends_on_the_wire(*, bye: bool, gone_s: float | None) -> None:
    """However late a server tells of the end, the call is rated, and nothing of it runs on."""
    both = listening(heard=False)
    for number in range(1, 6):
        both.tell(5.0 * number, rtcp(number, received=False), rtcp(number, received=True))
    if bye:
        both.monitor.ingest(0, batch(DIALOGUE.hang_up()))
    for at_s in range(31, 240):
        both.tell(at_s, *([ChannelGone(UP, 16)] if gone_s and at_s - 1 < gone_s <= at_s else []))
        both.monitor.tick(0, at_ns(at_s))
    found = both.monitor.snapshot()
    assert found.streams == ()
    assert sum(count for _, count in found.totals.by_rating) == 1


def test_a_party_that_sends_no_reports_may_be_heard() -> None:
    """Where the media pass elsewhere, a direction of which nothing is told is not a silent one."""
    both = listening(heard=False)
    for number in range(1, 7):
        both.tell(5.0 * number, rtcp(number, received=False))
        both.monitor.tick(0, at_ns(5.0 * number))
    assert [stream.source for stream in both.monitor.snapshot().streams] == ["ami"]
    assert not any(count for _, count in both.monitor.snapshot().totals.anomalies)


def test_a_call_that_is_found_by_its_media() -> None:
    """Without a Call-ID the streams tell which call it is: no second one is shown."""
    both = listening("", until_s=1.5)
    assert len(both.monitor.snapshot().calls) == 1
    both.tell(1.5, rtcp(1, received=False))
    assert [call.call_id for call in both.monitor.snapshot().calls] == ["call-1"]


def totals(both: Both) -> tuple[int, dict[str, int], int]:
    """Give the calls that are active, those that have come out by how, and all."""
    found = both.monitor.snapshot().totals
    return found.active, {name: count for name, count in found.by_outcome if count}, found.seen


def told(*, channel: Channel = UP, is_new: bool = True) -> Both:
    """Let a server tell of a call that nothing is seen of on the wire."""
    both = Both(Pbx(Settings(ami=(SERVER,)), sources=("eth0",)))
    both.tell(-10.0, LinkUp(), ChannelSeen(channel, is_new=is_new))
    both.tell(-9.9, answer(GetVariable(UP.name, "CHANNEL(pjsip,call-id)"), "call-1"))
    both.tell(-5.0)
    return both


def test_a_call_that_is_seen_later() -> None:
    """A leg that was shown by itself is the call on the wire from there on, and counts once."""
    both = told()
    assert [call.call_id for call in both.monitor.snapshot().calls] == ["call-1"]
    assert totals(both) == (1, {"answered": 1}, 1)
    both.monitor.ingest(0, batch(DIALOGUE.set_up()))
    assert totals(both) == (1, {"answered": 1}, 1)
    both.tell(2.0)
    (call,) = both.monitor.snapshot().calls
    assert call.answer_s is not None
    assert call.start_s == at_ns(-10.0) / SECOND_NS
    both.tell(3.0, ChannelGone(UP, 16))
    assert totals(both) == (1, {"answered": 1}, 1)  # the wire says when it ends
    both.monitor.ingest(0, batch(DIALOGUE.hang_up()))
    both.tell(40.0)
    assert totals(both) == (0, {"answered": 1}, 1)


def test_a_call_that_is_seen_later_and_has_not_come_out() -> None:
    """What the server has not counted counts on the wire."""
    both = told(channel=RINGING)
    assert totals(both) == (1, {}, 1)
    both.monitor.ingest(0, batch(DIALOGUE.set_up()))
    assert totals(both) == (1, {"answered": 1}, 1)
    both.tell(2.0, ChannelGone(UP, 16))
    assert totals(both) == (1, {"answered": 1}, 1)


def test_a_call_of_which_only_the_end_is_seen() -> None:
    """A BYE alone ends the call that a server told of, and counts nothing anew."""
    both = told()
    both.monitor.ingest(0, batch(DIALOGUE.hang_up()))
    both.tell(31.0, ChannelGone(UP, 16))
    assert totals(both) == (0, {"answered": 1}, 1)
    (call,) = both.monitor.snapshot().calls
    assert (call.state, call.outcome) == ("ended", "answered")


def test_a_call_that_is_over_before_it_is_seen() -> None:
    """A server may tell of an end before the capture hands over the beginning."""
    both = told()
    both.tell(-1.0, ChannelGone(UP, 16))
    assert totals(both) == (0, {"answered": 1}, 1)
    both.monitor.ingest(0, batch([*DIALOGUE.set_up(), *DIALOGUE.hang_up()]))
    both.tell(40.0)
    assert totals(both) == (0, {"answered": 1}, 1)


def test_a_call_on_the_wire_with_the_name_of_one_long_over() -> None:
    """A Call-ID that comes again after its call is over is another call."""
    both = told()
    both.tell(-4.9, ChannelGone(UP, 16))
    both.tell(40.0)
    both.monitor.ingest(0, batch(replace(DIALOGUE, talk_s=41.0).hang_up()))
    assert totals(both)[2] == 2


def test_another_leg_of_a_call_that_is_seen_later() -> None:
    """Legs that only the server tells of go on as legs of the call on the wire."""
    both = told()
    bob = UP._replace(name="PJSIP/bob-00000001", uniqueid="1.1", number="bob", exten="")
    both.tell(-4.0, ChannelSeen(bob, is_new=True))
    both.tell(-1.0)
    assert totals(both) == (1, {"answered": 1}, 1)
    both.monitor.ingest(0, batch(DIALOGUE.set_up()))
    assert totals(both) == (1, {"answered": 1}, 1)
    both.tell(2.0)
    assert len(both.monitor.snapshot().calls) == 2
    assert totals(both) == (1, {"answered": 1}, 1)


def test_a_later_leg_of_a_call_that_is_seen_later() -> None:
    """A leg of a call that another leg counts for does not count when it is seen, either."""
    both = told()
    first = UP._replace(name="PJSIP/bob-00000001", uniqueid="0.9", linkedid="0.9", number="bob")
    joined = UP._replace(linkedid="0.9")
    both.tell(-4.0, ChannelSeen(first, is_new=True))
    both.tell(-1.0, ChannelSeen(joined))
    before = totals(both)
    both.monitor.ingest(0, batch(DIALOGUE.set_up()))
    both.tell(2.0)
    assert totals(both) == before
    assert both.monitor.snapshot().totals.active == 1


def test_figures_of_a_call_that_is_seen_later() -> None:
    """What was told of it, between other networks, is in its rating; each time counts once."""
    networks = (
        NetworkSettings(name="wire", prefixes=(f"{DIALOGUE.caller.address}/32",)),
        NetworkSettings(name="told", prefixes=("192.0.2.7/32",)),
    )
    both = Both(Pbx(Settings(ami=(SERVER,), networks=networks), sources=("eth0",)))
    both.tell(-60.0, LinkUp(), ChannelSeen(UP, is_new=True))
    for question, value in (("CHANNEL(pjsip,call-id)", "call-1"), (CODEC, "(ulaw)")):
        both.tell(-59.0, answer(GetVariable(UP.name, question), value))
    for number in range(1, 11):
        lost = {"Report0CumulativeLost": 125 * number - 125, "To": "192.0.2.7:5001"}
        both.tell(-56.0 + 5 * number, rtcp(number, received=False, **lost))
    both.tell(-1.0)
    issues = both.monitor.snapshot().totals.with_issues
    windows = windows_by_network(both)
    assert (issues, list(windows)) == (1, ["told"])
    both.monitor.ingest(0, batch([*DIALOGUE.set_up(), *DIALOGUE.media(), *DIALOGUE.hang_up()]))
    both.tell(30.1, ChannelGone(UP, 16))
    both.monitor.finish()
    assert both.monitor.snapshot().totals.with_issues == 1
    ratings = {name: count for name, count in both.monitor.snapshot().totals.by_rating if count}
    assert ratings == {"bad": 1}
    assert windows_by_network(both)["told"] - windows["told"] <= 1  # the one that was open
    assert windows_by_network(both)["wire"] >= 2


def windows_by_network(both: Both) -> dict[str, int]:
    """Count the windows of streams that come from a network."""
    found: dict[str, int] = {}
    for group in both.monitor.snapshot().groups:
        if group.key.src_network != "other":
            count = sum(row[-1] for row in group.windows)
            found[group.key.src_network] = found.get(group.key.src_network, 0) + count
    return found


def test_a_leg_that_waits_for_the_wire() -> None:
    """Where something is captured, a leg is given two seconds to be seen there."""
    both = Both(Pbx(Settings(ami=(SERVER,)), sources=("eth0",)))
    both.tell(0.0, LinkUp(), ChannelSeen(RINGING, is_new=True))
    both.tell(1.0)
    assert both.monitor.snapshot().calls == ()
    both.tell(3.1)
    assert len(both.monitor.snapshot().calls) == 1


def test_the_same_packets_on_another_leg() -> None:
    """In a native bridge a stream keeps its SSRC on a leg that is not seen: that is another one."""
    both = listening()
    bob = UP._replace(name="PJSIP/bob-00000001", uniqueid="1.1", number="bob", exten="")
    both.tell(1.0, ChannelSeen(bob))
    leg = {"Channel": bob.name, "Uniqueid": "1.1", "CallerIDNum": "bob"}
    ends = {"From": "10.0.9.9:7001", "To": f"{DIALOGUE.callee.address}:7001"}
    for number in range(1, 4):
        both.tell(
            12.0 + 5 * number,
            rtcp(number, received=True, **leg, **ends, Report0SourceSSRC=hex(DIALOGUE.ssrc)),
        )
    calls = {call.call_id: call for call in both.monitor.snapshot().calls}
    assert set(calls) == {"call-1", "1.1"}
    assert calls["call-1"].round_trip is None
    assert all(not stream.reported for stream in calls["call-1"].streams)
    assert [stream.dst for stream in calls["1.1"].streams] == ["10.0.9.9:7000"]


def test_a_party_behind_address_translation() -> None:
    """Where the server knows the party by another address, the Call-ID and the SSRC tell."""
    both = listening()
    ends = {"To": "192.0.2.7:61001", "From": "192.0.2.1:5001"}
    both.tell(12.0, rtcp(1, received=False, Report0FractionLost=64, **ends))
    (call,) = both.monitor.snapshot().calls
    assert {stream.source for stream in call.streams} == {"rtp"}
    (forth,) = [each for each in call.streams if each.ssrc == DIALOGUE.ssrc]
    assert by_ami(forth).loss_ratio == 0.25
