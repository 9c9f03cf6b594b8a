"""Calls that are known from an Asterisk server alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qos_exporter.protocols.ami import (
    Action,
    ChannelGone,
    ChannelListed,
    ChannelRenamed,
    ChannelSeen,
    GetVariable,
    LinkDown,
    LinkUp,
    ListChannels,
    Response,
    Unreadable,
)
from qos_exporter.protocols.ami.values import Channel
from qos_exporter.settings import CallSettings, Settings
from qos_exporter.units import SECOND_NS
from tests.monitor.pbx import SERVER, Pbx, response
from tests.protocols.ami_messages import report

ALICE, BOB = "PJSIP/alice-00000000", "PJSIP/bob-00000001"
RINGING = Channel(
    name=ALICE, uniqueid="1.0", linkedid="1.0", state=4, number="alice", connected="", exten="bob"
)
MEDIA_VARIABLES = (
    "CHANNEL(audionativeformat)",
    "CHANNEL(rtp,src,audio)",
    "CHANNEL(rtp,src,video)",
)
UP = RINGING._replace(state=6)


def outcomes(pbx: Pbx) -> dict[str, int]:
    return {name: count for name, count in pbx.show().totals.by_outcome if count}


def begun(pbx: Pbx, channel: Channel = RINGING, *, at_s: float = 0.0) -> Pbx:
    """Let a call begin."""
    pbx.tell(at_s, LinkUp(), ChannelSeen(channel, is_new=True))
    return pbx


def test_a_call_is_a_linkedid_and_its_legs_are_channels() -> None:
    """Two channels of one call are shown as two SIP calls, and count as one call."""
    pbx = Pbx().play(until_s=15.0)
    calls = pbx.calls()
    assert {(call.caller, call.callee, call.state) for call in calls.values()} == {
        ("alice", "bob", "active")
    }
    assert calls.keys() == {"235b9eaae259e791", "4066aeac-7323-4f19-9721-8cad967c8e6a"}
    assert pbx.show().totals.active == 1
    assert outcomes(pbx) == {"answered": 1}


def test_the_end_of_a_call() -> None:
    """A hang-up ends the legs; the call is rated once, and gone after lingering."""
    pbx = Pbx(Settings(ami=(SERVER,), calls=CallSettings(linger_ns=10 * SECOND_NS))).play()
    pbx.pass_time(20.0)
    call = pbx.calls()["235b9eaae259e791"]
    assert (call.state, call.outcome) == ("ended", "answered")
    assert call.duration_s == pytest.approx(18.0, abs=0.1)
    assert dict(pbx.show().totals.by_rating)["excellent"] == 1
    assert sum(count for _, count in pbx.show().totals.by_rating) == 1
    pbx.pass_time(32.0)
    assert pbx.show().calls == ()
    assert pbx.show().streams == ()


@pytest.mark.parametrize(
    ("state", "cause", "outcome"),
    [(6, 16, "answered"), (4, 16, "cancelled"), (4, 17, "failed"), (4, 34, "failed")],
)
def test_how_calls_come_out(state: int, cause: int, outcome: str) -> None:
    """A call that was not answered has failed, or was given up, by the cause of its end."""
    pbx = begun(Pbx())
    channel = RINGING._replace(state=state)
    pbx.tell(5.0, ChannelSeen(channel))
    pbx.tell(6.0, ChannelGone(channel, cause))
    assert outcomes(pbx) == {outcome: 1}
    assert pbx.show().totals.active == 0


def test_a_call_whose_beginning_was_not_seen() -> None:
    """What was under way at the login is partial at its end, not answered."""
    pbx = Pbx()
    pbx.tell(0.0, LinkUp(), ChannelSeen(UP), ChannelListed("1"))
    assert pbx.show().totals.active == 1
    assert outcomes(pbx) == {}
    pbx.tell(5.0, ChannelGone(UP, 16))
    assert outcomes(pbx) == {"partial": 1}


def test_a_call_too_short_to_be_asked_about() -> None:
    """A call whose channel is gone before its Call-ID is known counts too."""
    pbx = Pbx()
    pbx.answer_of = lambda _: None
    begun(pbx)
    pbx.tell(0.1, ChannelGone(RINGING, 17))
    assert outcomes(pbx) == {"failed": 1}
    assert pbx.calls().keys() == {"1.0"}


@pytest.mark.pitfall(105)
def test_no_reports_are_no_data() -> None:
    """Media that pass the server by give no events: the call is up, and nothing is claimed."""
    pbx = Pbx().play(until_s=15.0, skip=["ReportEvent"])
    assert pbx.show().totals.active == 1
    assert pbx.show().streams == ()
    assert not any(group.windows for group in pbx.show().groups)
    assert all(call.round_trip is None for call in pbx.calls().values())


@pytest.mark.pitfall(105)
def test_reports_that_stop() -> None:
    """A stream that nobody reports on any more is over, though its call goes on."""
    pbx = Pbx().play(until_s=15.0)
    pbx.pass_time(70.0)
    assert [stream.active for stream in pbx.show().streams] == [True] * 4
    pbx.pass_time(80.0)
    assert [stream.active for stream in pbx.show().streams] == [False] * 4
    assert pbx.show().totals.active == 1


@pytest.mark.pitfall(106)
def test_local_channels_are_no_calls() -> None:
    """A local channel has no media: it is not shown, and does not hold up its call."""
    pbx = Pbx()
    local = RINGING._replace(name="Local/bob@bed-00000000;1", uniqueid="1.0", state=6)
    phone = RINGING._replace(uniqueid="1.2", state=5)
    pbx.tell(0.0, LinkUp(), ChannelSeen(local, is_new=True), ChannelSeen(phone, is_new=True))
    pbx.pass_time(3.0)
    (call,) = pbx.show().calls
    assert (call.caller, call.callee) == ("", "alice")  # asterisk calls her
    pbx.tell(4.0, ChannelGone(local, 16))
    assert pbx.show().totals.active == 1


@pytest.mark.pitfall(106)
def test_transfer() -> None:
    """Calls that are joined by a transfer are one call from then on, by their new `Linkedid`."""
    pbx = begun(Pbx(), UP)
    second = UP._replace(name="PJSIP/carol-00000002", uniqueid="2.0", linkedid="2.0")
    pbx.tell(1.0, ChannelSeen(second, is_new=True))
    assert pbx.show().totals.active == 2
    pbx.say(1.5, report(Uniqueid="2.0", Linkedid="2.0", Channel=second.name))
    joined = second._replace(linkedid="1.0")
    pbx.tell(2.0, ChannelSeen(joined))
    assert pbx.show().totals.active == 1
    pbx.tell(3.0, ChannelGone(UP, 16))
    assert pbx.show().totals.active == 1
    pbx.tell(4.0, ChannelGone(joined, 16))
    assert pbx.show().totals.active == 0


@pytest.mark.pitfall(106)
def test_a_channel_that_is_renamed() -> None:
    """What belongs to a channel stays with its `Uniqueid`; it is asked by its new name."""
    pbx = begun(Pbx())
    pbx.tell(1.0, ChannelRenamed("1.0", "PJSIP/alice-0000000f"))
    pbx.asked.clear()
    pbx.tell(2.0, ChannelSeen(UP._replace(name="PJSIP/alice-0000000f")))
    assert len(pbx.calls()) == 1
    asked = [action.channel for action in pbx.asked if isinstance(action, GetVariable)]
    # For its media, now that it is answered.
    assert asked == len(MEDIA_VARIABLES) * ["PJSIP/alice-0000000f"]


@pytest.mark.pitfall(106)
def test_a_channel_that_is_masqueraded() -> None:
    """Who picks up another's call has a SIP call of his own behind the channel that rang."""
    pbx = begun(Pbx())
    pbx.pass_time(1.0)
    pbx.asked.clear()
    pbx.tell(1.0, ChannelRenamed("1.0", "PJSIP/bob-00000001"))
    asked = [
        (action.channel, action.variable) for action in pbx.asked if isinstance(action, GetVariable)
    ]
    assert asked == [
        ("PJSIP/bob-00000001", variable)
        for variable in ("CHANNEL(pjsip,call-id)", *MEDIA_VARIABLES)
    ]


def test_answers_that_were_lost_with_the_connection() -> None:
    """What was not answered before a connection broke is asked again on the next one."""
    pbx = Pbx()
    answer_of, pbx.answer_of = pbx.answer_of, lambda _: None
    begun(pbx, UP)
    pbx.answer_of = answer_of
    pbx.reconnect(1.0)
    pbx.pass_time(4.0)
    assert list(pbx.calls()) == ["235b9eaae259e791"]
    asked = [action.variable for action in pbx.asked if isinstance(action, GetVariable)]
    assert asked == 2 * ["CHANNEL(pjsip,call-id)", *MEDIA_VARIABLES]


def test_channels_of_chan_sip() -> None:
    """The old driver has its Call-ID in a variable."""
    pbx = begun(Pbx(), RINGING._replace(name="SIP/alice-00000000"))
    asked = [action.variable for action in pbx.asked if isinstance(action, GetVariable)]
    assert "SIPCALLID" in asked


def test_what_a_list_does_not_name_is_gone() -> None:
    """An end that was missed is found out by the next list of channels."""
    pbx = begun(Pbx(), UP)
    pbx.tell(1.0, ChannelListed("1"))  # the list of the login: everything was named since
    assert pbx.show().totals.active == 1
    pbx.pass_time(9.0)
    assert sum(isinstance(action, ListChannels) for action in pbx.asked) == 1
    pbx.pass_time(12.0)
    assert sum(isinstance(action, ListChannels) for action in pbx.asked) == 2
    pbx.tell(12.1, ChannelListed("2"))
    assert pbx.show().totals.active == 0
    assert outcomes(pbx) == {"answered": 1}


def test_lists_are_rare_where_ends_are_told() -> None:
    """Where hang-ups are heard of, a list a minute is enough."""
    pbx = begun(Pbx(), UP)
    pbx.tell(1.0, ChannelGone(UP, 16), ChannelListed("1"))
    pbx.asked.clear()
    pbx.pass_time(60.0)
    assert sum(isinstance(action, ListChannels) for action in pbx.asked) == 0
    pbx.pass_time(65.0)
    assert sum(isinstance(action, ListChannels) for action in pbx.asked) == 1


def test_a_list_that_takes_long() -> None:
    """A channel named early in a slow list is not gone, though the next list would be due."""
    pbx = begun(Pbx(), UP)
    pbx.tell(1.0, ChannelListed("1"))
    pbx.pass_time(12.0)
    pbx.tell(12.5, ChannelSeen(UP))  # the second list begins
    pbx.pass_time(30.0)
    pbx.tell(30.5, ChannelListed("2"))
    assert pbx.show().totals.active == 1


def test_a_server_that_gives_no_list() -> None:
    """Then a channel that nobody speaks of for a minute is taken for gone."""
    pbx = Pbx()
    answer = pbx.answer_of

    def refuse(action: Action) -> Response | None:
        if isinstance(action, ListChannels):
            return response(is_success=False, message="Permission denied")
        return answer(action)

    pbx.answer_of = refuse
    pbx.play(until_s=15.0)
    pbx.pass_time(70.0)
    assert pbx.show().totals.active == 1
    pbx.pass_time(80.0)
    assert pbx.show().totals.active == 0


def test_news_that_come_too_late() -> None:
    """What is told of a channel behind its end begins nothing new."""
    pbx = Pbx().play()
    pbx.say(19.0, report())
    pbx.tell(19.0, ChannelSeen(RINGING._replace(uniqueid="1795235681.1")))
    assert pbx.show().totals.active == 0
    assert len(pbx.calls()) == 2


def test_reports_without_channel_events() -> None:
    """A user with `reporting` alone sees the calls that have RTCP."""
    pbx = Pbx().play(until_s=15.0, skip=["ChannelSeen", "ChannelGone"])
    assert pbx.calls().keys() == {"235b9eaae259e791", "4066aeac-7323-4f19-9721-8cad967c8e6a"}
    assert pbx.show().totals.active == 1
    assert len(pbx.show().streams) == 4


def test_missing_privilege_to_read(caplog: pytest.LogCaptureFixture) -> None:
    """Calls that are up without any RTCP are said once to need `reporting`."""
    pbx = Pbx().play(until_s=15.0, skip=["ReportEvent"])
    assert not faults(pbx)
    pbx.pass_time(40.0)
    assert faults(pbx) == {"no_reporting"}
    (record,) = caplog.records
    assert "give the user monitor 'read = reporting'" in record.getMessage()
    pbx.say(41.0, report())
    pbx.pass_time(43.0)
    assert not faults(pbx)


def test_silence_while_nobody_listens() -> None:
    """What a server could not tell while the connection was down says nothing of privileges."""
    pbx = Pbx().play(until_s=12.0, skip=["ReportEvent"])
    pbx.tell(12.0, LinkDown())
    pbx.pass_time(50.0)
    assert not faults(pbx)
    pbx.tell(50.0, LinkUp())
    pbx.pass_time(79.0)
    assert not faults(pbx)
    pbx.pass_time(81.0)
    assert faults(pbx) == {"no_reporting"}


def faults(pbx: Pbx) -> set[str]:
    (server,) = pbx.show().pbxs
    return {fault for fault, is_there in server.faults if is_there}


def test_what_is_counted_of_a_server() -> None:
    """Events by kind, values that were rejected, and messages that cannot be read."""
    pbx = Pbx().play()
    pbx.tell(20.0, Unreadable("bad_address"), ChannelRenamed("7.7", "PJSIP/x-1"))
    (server,) = pbx.show().pbxs
    assert (server.server, server.up, server.reconnects) == ("127.0.0.1:5038", True, 0)
    assert dict(server.events) == {
        "report_received": 6,
        "report_sent": 14,
        "channel": 12,
        "rename": 1,
        "hangup": 2,
        "other": 5,
    }
    assert ("ami", "bad_address", 1) in pbx.show().exporter.decode_errors


def test_very_many_channels() -> None:
    """The table of channels has a limit, and the oldest one goes for a new one."""
    pbx = begun(Pbx(), UP)
    pbx.answer_of = lambda _: None
    local = UP._replace(name="Local/bob@bed-00000000;1")
    for number in range(16384):
        pbx.tell(1.0, ChannelSeen(local._replace(uniqueid=f"2.{number}")))
    assert outcomes(pbx) == {"answered": 1}
    assert pbx.show().totals.active == 0


def test_two_servers() -> None:
    """Channels of two servers with the same identifiers are different channels."""
    servers = SERVER, replace(SERVER, port=5039)
    pbx = Pbx(Settings(ami=servers))
    now_ns = round(1e9 * SECOND_NS)
    for index in range(2):
        pbx.monitor.take_from_pbx(index, [ChannelSeen(UP, is_new=True)], now_ns)
    pbx.monitor.take_from_pbx(0, [], now_ns + 3 * SECOND_NS)
    assert [server.server for server in pbx.show().pbxs] == ["127.0.0.1:5038", "127.0.0.1:5039"]
    assert [server.up for server in pbx.show().pbxs] == [True, False]


def test_the_end_of_everything() -> None:
    """A call without any media does not disturb the end of everything."""
    pbx = begun(Pbx(), UP._replace(state=5))
    pbx.monitor.finish()
    (call,) = pbx.show().calls
    assert call.state == "setup"
