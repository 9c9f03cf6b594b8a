"""The quality of calls in their detail records."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from qos_exporter.protocols.ami import (
    Action,
    ChannelGone,
    ChannelRenamed,
    ChannelSeen,
    Response,
    SetVariable,
)
from qos_exporter.settings import CdrSettings, CdrVariableSettings
from tests.dataplane.traffic import batch
from tests.monitor.pbx import SERVER, Pbx, heard, response, told
from tests.monitor.recording import at_ns
from tests.monitor.test_pbx_calls import UP, begun, faults
from tests.monitor.test_pbx_joined import DIALOGUE, listening

ALICE: dict[str, Any] = {"Channel": UP.name, "Uniqueid": UP.uniqueid, "Linkedid": UP.linkedid}
BOB: dict[str, Any] = {"Uniqueid": "1.1", "Linkedid": UP.linkedid}


LEFT = {"1.1": "PJSIP/bob-00000001", "1.2": "PJSIP/carol-00000002"}
"""Whom the first channel was connected with, by their `Uniqueid`."""


def writing(**figures: str) -> Pbx:
    """Give a server into whose records these fields are written; without any, the default."""
    variables = tuple(
        CdrVariableSettings(name=name.replace("_", "-"), figure=figure)  # type: ignore[arg-type]
        for name, figure in figures.items()
    )
    settings = CdrSettings(variables=variables) if variables else CdrSettings()
    return Pbx(server=replace(SERVER, cdr=settings))


def written(pbx: Pbx) -> list[SetVariable]:
    return [action for action in pbx.asked if isinstance(action, SetVariable)]


def values(pbx: Pbx) -> list[str]:
    return [action.value for action in written(pbx)]


def test_nothing_is_written_unless_asked_for() -> None:
    """Without `cdr` no record is touched."""
    pbx = Pbx().play()
    assert not written(pbx)
    assert pbx.show().pbxs[0].cdr_writes == ()


@pytest.mark.pitfall(106)
def test_the_record_of_a_recorded_call() -> None:
    """The R-factor is written on the first channel, while the call is up.

    Nothing is lost. The largest round trips of the intervals are 0 (the first reports come without
    one), 0.0021 s and so on: R = 100 - 2.1/10 = 99.8 at least.
    """
    pbx = writing().play()
    first = written(pbx)[0]
    assert (first.channel, first.variable) == ("PJSIP/alice-00000000", "CDR(r-factor)")
    assert all(99.7 < float(value) <= 100 for value in values(pbx))
    assert {action.channel for action in written(pbx)} == {"PJSIP/alice-00000000"}
    assert ("written", len(written(pbx))) in pbx.show().pbxs[0].cdr_writes


def test_r_factor_of_the_worst_leg_averaged_over_the_call() -> None:
    """Each interval counts by its largest loss and round trip; the record has their mean.

    First interval: 6.25 % (16 of 256) on one leg, 40 ms on the other: 100 - (4 + 12.5) = 83.5.
    Second: nothing lost, 20 ms: 98. The mean is 90.75.
    """
    pbx = begun(writing(), UP)
    pbx.say(5.0, heard(1, fraction=16, **ALICE), told(1, RTT="0.0400", **BOB))
    pbx.pass_time(8.0)
    assert values(pbx) == ["83.5"]
    pbx.say(12.0, heard(2, **ALICE), told(2, RTT="0.0200", **BOB))
    pbx.pass_time(14.0)
    assert values(pbx) == ["83.5"]  # the interval is not over
    pbx.pass_time(30.0)
    assert values(pbx) == ["83.5", "90.8"]


def test_a_round_trip_holds_until_the_next() -> None:
    """An interval without a round trip has that of the one before: 96 in both, by 40 ms."""
    pbx = begun(writing(r="r_factor_lite", trip="rtt"), UP)
    pbx.say(5.0, told(1, RTT="0.0400", **ALICE))
    for number in range(2, 6):
        pbx.pass_time(5.0 * number)
        pbx.say(5.0 * number, heard(number, **ALICE))
    assert [action.value for action in written(pbx)] == ["96.0", "40.0"]


def test_only_what_has_changed_is_written() -> None:
    """The same text is not written twice, and what is not known is not written."""
    pbx = begun(writing(loss="loss", trip="rtt"), UP)
    for number in range(1, 12):
        pbx.pass_time(5.0 * number)
        pbx.say(5.0 * number, heard(number, **ALICE))
    assert [(action.variable, action.value) for action in written(pbx)] == [("CDR(loss)", "0.00")]


def test_a_party_that_hears_nothing_is_no_good_call() -> None:
    """A receiver to whom nothing comes reports a fraction lost of 0, and has lost everything."""
    pbx = begun(writing(r="r_factor_lite", loss="loss"), UP)
    for number in range(1, 12):
        pbx.pass_time(5.0 * number)
        pbx.say(5.0 * number, heard(number, SentPackets=250 * number, **ALICE))
        pbx.say(5.0 * number, told(1, Report0HighestSequence=500, RTT=None, **ALICE))
    last = {action.variable: float(action.value) for action in written(pbx)}
    assert last["CDR(loss)"] > 50.0
    assert last["CDR(r)"] < 60.0


def test_a_write_that_was_lost_with_the_connection() -> None:
    """Whether a write came through before the end of a connection nobody knows: it is repeated."""
    pbx = begun(writing(loss="loss"), UP)
    pbx.say(5.0, heard(1, **ALICE))
    pbx.pass_time(7.0)
    pbx.reconnect(8.0)
    pbx.say(20.0, heard(2, **ALICE))
    pbx.pass_time(30.0)
    assert values(pbx) == ["0.00", "0.00"]


def test_every_figure_in_its_unit() -> None:
    """Loss in percent, jitter and round trip in milliseconds, scores on their scales.

    The window has 10 of 250 lost, 4 %: R = 93.206 - 95 * 4/(4 + 25.1) = 80.15.
    """
    pbx = begun(
        writing(
            r="r_factor_lite",
            e="e-model",
            mos="mos_lq",
            cq="mos_cq",
            loss="loss",
            jit="jitter",
            trip="rtt",
        ),
        UP,
    )
    for number in range(1, 5):
        pbx.pass_time(5.0 * number)
        lost = {"lost": 10 * number, "fraction": 10, "Report0IAJitter": 80}
        pbx.say(5.0 * number, heard(number, **ALICE, **lost), told(number, RTT="0.0500", **ALICE))
    pbx.pass_time(32.0)
    last = {action.variable: action.value for action in written(pbx)}
    assert last["CDR(e)"] == "80.1"
    assert 4.0 < float(last["CDR(mos)"]) < 4.1
    assert 3.9 < float(last["CDR(cq)"]) <= float(last["CDR(mos)"])
    assert last["CDR(loss)"] == "3.91"  # 10 of 256
    assert last["CDR(jit)"] == "10.0"
    assert last["CDR(trip)"] == "50.0"
    assert last["CDR(r)"] == "87.2"  # 100 - (50/10 + 2 * 3.90625)


@pytest.mark.pitfall(106)
def test_a_channel_that_was_renamed_is_written_by_its_name_of_now() -> None:
    """Asterisk knows a channel by its present name only."""
    pbx = begun(writing(), UP)
    pbx.tell(1.0, ChannelRenamed(UP.uniqueid, "PJSIP/alice-0000000f"))
    pbx.say(5.0, heard(1, **{**ALICE, "Channel": "PJSIP/alice-0000000f"}))
    pbx.pass_time(7.0)
    assert [action.channel for action in written(pbx)] == ["PJSIP/alice-0000000f"]


def tick_s(channels: int) -> float:
    """Measure a second in which nothing happens, with so many calls of which nothing is known."""
    pbx = begun(writing(), UP)
    pbx.answer_of = lambda _: None
    calls = [
        UP._replace(name=f"PJSIP/a-{number}", uniqueid=f"2.{number}", linkedid=f"2.{number}")
        for number in range(channels)
    ]
    pbx.tell(1.0, *map(ChannelSeen, calls))
    pbx.pass_time(5.0)
    taken_s = []
    for second in range(6, 11):
        began_s = time.process_time()
        pbx.tell(float(second))
        taken_s.append(time.process_time() - began_s)
    return min(taken_s)


def test_many_calls_of_which_nothing_is_known() -> None:
    """Four times as many take about four times as long, and not sixteen times."""
    assert tick_s(4000) < 8 * tick_s(1000)


@pytest.mark.pitfall(106)
def test_a_call_whose_first_channel_is_gone() -> None:
    """Whichever channel's record Asterisk goes on in: the field is set on all that are left."""
    pbx = begun(writing(), UP)
    left = [UP._replace(name=name, uniqueid=uniqueid) for uniqueid, name in LEFT.items()]
    pbx.tell(1.0, *map(ChannelSeen, left))
    pbx.say(5.0, heard(1, **ALICE), heard(1, **BOB))
    pbx.pass_time(10.0)
    assert {action.channel for action in written(pbx)} == {UP.name}
    pbx.tell(11.0, ChannelGone(UP, 16))
    pbx.say(20.0, heard(2, **BOB, lost=25, fraction=26))
    pbx.pass_time(30.0)
    assert {action.channel for action in written(pbx)} == {UP.name, *LEFT.values()}


@pytest.mark.pitfall(106)
def test_a_user_field_without_the_first_channel() -> None:
    """It is set on one channel only: Asterisk writes two of them one after the other."""
    pbx = begun(writing(userfield="r_factor_lite"), UP._replace(uniqueid="1.1"))
    pbx.tell(1.0, ChannelSeen(UP._replace(name=LEFT["1.2"], uniqueid="1.2")))
    pbx.say(5.0, heard(1, **BOB, Channel=UP.name))
    pbx.pass_time(10.0)
    assert {action.channel for action in written(pbx)} == {UP.name}


def test_nothing_is_written_before_the_answer() -> None:
    """A call that rings has no quality yet, whatever is heard of early media."""
    ringing = UP._replace(state=4)
    pbx = begun(writing(), ringing)
    pbx.say(5.0, heard(1, **ALICE, ChannelState=4))
    pbx.pass_time(10.0)
    assert not written(pbx)
    pbx.tell(11.0, ChannelSeen(UP))
    pbx.pass_time(13.0)
    assert values(pbx) == ["100.0"]


@pytest.mark.pitfall(106)
@pytest.mark.parametrize(
    ("message", "result"),
    [
        pytest.param("Permission denied", "refused", id="privilege"),
        pytest.param("No such channel", "no_channel", id="too-late"),
        pytest.param("Variable not set", "failed", id="no-cdr-module"),
    ],
)
def test_writes_that_fail(message: str, result: str, caplog: pytest.LogCaptureFixture) -> None:
    """A write that was refused is counted by its reason, and tried again with the next figures."""
    pbx = begun(writing(), UP)
    answer = pbx.answer_of

    def refuse(action: Action) -> Response | None:
        if isinstance(action, SetVariable):
            return response(is_success=False, message=message)
        return answer(action)

    pbx.answer_of = refuse
    for number in range(1, 6):
        pbx.pass_time(5.0 * number)
        pbx.say(5.0 * number, heard(number, **ALICE))
    assert values(pbx) == ["100.0"] * 2
    assert dict(pbx.show().pbxs[0].cdr_writes) == {
        **dict.fromkeys(("written", "refused", "no_channel", "failed"), 0),
        result: 2,
    }
    is_refused = result == "refused"
    assert (faults(pbx) == {"no_call"}) is is_refused
    assert ("give it 'write = call'" in caplog.text) is is_refused
    assert len(caplog.records) == is_refused
    pbx.answer_of = answer
    pbx.say(40.0, heard(9, **ALICE))
    pbx.pass_time(45.0)
    assert not faults(pbx)


def test_from_what_is_seen_on_the_wire() -> None:
    """A call without any report of Asterisk is written about by what was measured of it.

    DIALOGUE has no losses and no RTCP: R = 100, and the E-model's 93.2.
    """
    settings = CdrSettings(
        variables=(
            CdrVariableSettings(name="r-factor", figure="r_factor_lite"),
            CdrVariableSettings(name="r", figure="e-model"),
        )
    )
    both = listening(server=replace(SERVER, cdr=settings), until_s=25.0)
    asked = both.tell(25.0)
    assert [each for each in asked if isinstance(each, SetVariable)] == [
        SetVariable(UP.name, "CDR(r-factor)", "100.0"),
        SetVariable(UP.name, "CDR(r)", "93.2"),
    ]


def test_losses_that_are_seen_on_the_wire() -> None:
    """Every fourth packet of the caller is missing: R = 100 - 2 * 25."""
    both = listening(server=replace(SERVER, cdr=CdrSettings()), heard=False)
    media = sorted(DIALOGUE.media(), key=lambda frame: frame.timestamp_ns)
    heard_so_far = [each for each in media if each.timestamp_ns < at_ns(25.0)]
    both.monitor.ingest(0, batch([each for n, each in enumerate(heard_so_far) if n % 8 != 7]))
    writes = [each for each in both.tell(25.0) if isinstance(each, SetVariable)]
    assert float(writes[-1].value) == pytest.approx(50.0, abs=0.5)


class Gone:
    """A connection that is down."""

    is_up = False
    fault = "unreachable"
    reconnects = 0


def test_without_a_connection_nothing_is_asked() -> None:
    """While the server is away nothing is put by for it."""
    pbx = begun(writing(), UP)
    pbx.monitor.watch_pbx(0, Gone())
    pbx.say(5.0, heard(1, **ALICE))
    pbx.pass_time(30.0)
    assert not written(pbx)
    assert faults(pbx) == {"unreachable"}
