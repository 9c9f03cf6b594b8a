"""Calls that are chosen by what is said of all in brief are shown as in the whole snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qos_exporter.export.web.choosing import NamedCall, WorstCalls
from qos_exporter.monitor.monitor import Monitor
from qos_exporter.protocols.ami import ChannelGone, ChannelSeen
from qos_exporter.settings import CallSettings, QualitySettings, Settings
from qos_exporter.snapshot import CallBrief, brief_of
from qos_exporter.units import SECOND_NS
from tests.dataplane.traffic import Frame
from tests.monitor.recording import Dialogue, Listener, talk
from tests.monitor.test_pbx_joined import UP, listening, rtcp

SETTINGS = Settings(
    calls=CallSettings(linger_ns=6 * SECOND_NS), quality=QualitySettings(window_ns=3 * SECOND_NS)
)
"""Calls come, are scored and go within seconds."""
ONE = Dialogue(call_id="one", port=6000, talk_s=4.0)
"""A call that is there in any case, so that there is a time."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A call as it may be heard."""

    dialogue: Dialogue
    is_signalled: bool
    is_ended: bool
    ways: int
    every: int
    """Of so many packets one is lost."""

    def frames(self) -> list[Frame]:
        """Give all that is heard of it."""
        dialogue = self.dialogue
        numbers = [n for n in range(round(dialogue.talk_s * 50)) if (n + 1) % self.every]
        media = [
            frame
            for stream in (dialogue.forth, dialogue.back)[: self.ways]
            for frame in talk(stream, numbers, start_s=dialogue.start_s)
        ]
        set_up = dialogue.set_up() if self.is_signalled else []
        return [
            *set_up,
            *media,
            *(dialogue.hang_up() if self.is_signalled and self.is_ended else []),
        ]


@st.composite
def heard_calls(draw: st.DrawFn) -> list[Heard]:
    """Draw calls, of which some take the ports of others."""
    return [
        Heard(
            Dialogue(
                call_id=f"c{draw(st.integers(0, 4))}" if number % 2 else f"call-{number}",
                port=5000 + 2 * draw(st.integers(0, 5)),
                start_s=draw(st.sampled_from([0.0, 1.5, 5.0])),
                talk_s=draw(st.sampled_from([0.5, 4.0, 6.0])),
                ssrc=0x1000 + 2 * number,
            ),
            is_signalled=draw(st.booleans()),
            is_ended=draw(st.booleans()),
            ways=draw(st.integers(0, 2)),
            every=draw(st.sampled_from([2, 5, 30, 10_000])),
        )
        for number in range(draw(st.integers(0, 5)))
    ]


class Everyone:
    """Chooses all calls, the last one first, and remembers what it was told of them."""

    def __init__(self) -> None:
        self.told: list[CallBrief] = []

    def __call__(self, briefs: Sequence[CallBrief]) -> list[int]:
        self.told = list(briefs)
        return list(range(len(briefs)))[::-1]


def check(monitor: Monitor) -> None:
    """Compare with what the whole snapshot shows."""
    whole, everyone = monitor.snapshot(), Everyone()
    chosen = monitor.chosen_calls(everyone)
    assert everyone.told == [brief_of(call) for call in whole.calls]
    assert (chosen.taken_s, chosen.calls) == (whole.taken_s, whole.calls[::-1])


@settings(max_examples=30, deadline=None)
@given(calls=heard_calls(), keep_all=st.booleans(), until_s=st.sampled_from([0.0, 9.0, 16.0]))
def test_chosen_calls_are_those_of_the_whole_snapshot(
    calls: list[Heard],
    keep_all: bool,  # noqa: FBT001 -- as drawn
    until_s: float,
) -> None:
    """Whatever calls there are, what is told of them and what is shown of them is the same."""
    listener = Listener(SETTINGS, keep_all=keep_all)
    listener.play(ONE.whole(), *(call.frames() for call in calls), size=300)
    check(listener.monitor)
    listener.pass_time(until_s)
    check(listener.monitor)
    if keep_all:
        listener.monitor.finish()
        check(listener.monitor)


@pytest.mark.parametrize("heard", [True, False], ids=["seen", "told of only"])
def test_calls_that_a_pbx_tells_of_are_chosen_too(heard: bool) -> None:  # noqa: FBT001 -- a parameter
    """Their streams count like others, while they run and when they are over."""
    both = listening(heard=heard)
    for at_s in (5.0, 10.0, 15.0):
        number = round(at_s)
        both.tell(at_s, rtcp(number, received=True), rtcp(number, received=False))
    check(both.monitor)
    both.tell(25.0, ChannelSeen(UP))
    streams = [each for call in both.monitor.snapshot().calls for each in call.streams]
    assert {each.source for each in streams} == {"rtp" if heard else "ami"}
    check(both.monitor)
    both.tell(30.0, ChannelGone(UP, 16))
    check(both.monitor)


def test_a_call_that_goes_while_others_are_chosen_is_not_shown() -> None:
    """The lock is free while they are chosen, so that packets need not wait."""
    listener = Listener(Settings(calls=CallSettings(linger_ns=SECOND_NS)))
    listener.play(Dialogue(talk_s=3.0).whole(), Dialogue(call_id="stays", port=6000).set_up())

    def choose(briefs: Sequence[CallBrief]) -> Sequence[int]:
        listener.pass_time(6.0)
        return range(len(briefs))

    assert [call.call_id for call in listener.monitor.chosen_calls(choose).calls] == ["stays"]


def test_the_worst_calls_are_chosen_first() -> None:
    """Where somebody is not heard, then by the verdict on the last windows, then by their MOS."""
    briefs = [
        CallBrief("unscored", "active", 5.0, (), ()),
        CallBrief("good", "active", 4.0, (), (("good", 4.4), ("good", 4.2))),
        CallBrief("bad", "active", 3.0, (), (("good", 4.4), ("bad", 3.9))),
        CallBrief("worse", "active", 2.0, (), (("bad", 1.4),)),
        CallBrief("ended", "ended", 1.0, ("stopped",), (("bad", 1.0),)),
        CallBrief("one way", "setup", 1.0, ("one_way",), (("good", 4.4),)),
        CallBrief("older", "active", 0.0, ("no_rtp",), ()),
    ]
    choose = WorstCalls({"active", "setup"}, 5)
    chosen = [briefs[position].call_id for position in choose(briefs)]
    assert (chosen, choose.matching) == (["one way", "worse", "bad", "good", "older"], 6)


def test_a_call_is_chosen_by_its_name() -> None:
    """Of several the one that began last; none where there is no such call."""
    briefs = [CallBrief(name, "active", start_s, (), ()) for start_s, name in enumerate("aba")]
    assert [NamedCall(name)(briefs) for name in ("a", "b", "c")] == [[2], [1], []]
