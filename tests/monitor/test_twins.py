"""The same packets on two interfaces."""

from __future__ import annotations

from itertools import groupby

import pytest

from tests.dataplane.scenarios import SECOND
from tests.dataplane.traffic import Frame
from tests.monitor.recording import Dialogue, Listener, at_ns

BOTH = ("eth0", "eth1")


def play_on(listener: Listener, frames: list[Frame], *sources: int) -> None:
    """Play the frames a second at a time, on one source after the other."""
    ordered = sorted(frames, key=lambda frame: frame.timestamp_ns)
    for _, part in groupby(ordered, key=lambda frame: frame.timestamp_ns // SECOND):
        second = list(part)
        for source in sources:
            listener.play(second, source=source)


def between(frames: list[Frame], start_s: float, end_s: float) -> list[Frame]:
    return [frame for frame in frames if at_ns(start_s) <= frame.timestamp_ns < at_ns(end_s)]


@pytest.mark.pitfall(5)
def test_a_call_on_two_interfaces_counts_once() -> None:
    """Two mirrors of one call show one call, with its packets once, and that it came twice."""
    listener = Listener(sources=BOTH)
    play_on(listener, Dialogue(talk_s=25.0).whole(), 0, 1)
    listener.pass_time(60.0).pass_time(60.0, source=1)

    call = listener.call()
    assert (call.outcome, call.anomalies) == ("answered", ("captured_twice",))
    assert [stream.packets.received for stream in call.streams] == [1250, 1250]
    assert [stream.interface for stream in call.streams] == ["eth0", "eth0"]
    assert sum(group.packets.received for group in listener.show().groups) == 2500
    assert sum(group.streams_active for group in listener.show().groups) == 0


@pytest.mark.pitfall(5)
def test_without_signalling_on_three_interfaces() -> None:
    """Two opposite streams make one call, however often they are seen."""
    listener = Listener(sources=(*BOTH, "eth2"))
    play_on(listener, Dialogue(talk_s=25.0).media(), 0, 1, 2)

    (call,) = listener.show().calls
    assert [stream.packets.received for stream in call.streams] == [1250, 1250]
    assert call.anomalies == ("captured_twice",)


def test_the_other_interface_takes_over() -> None:
    """Where one of the two interfaces goes silent, the other one counts soon."""
    dialogue = Dialogue(talk_s=60.0)
    listener = Listener(sources=BOTH)
    play_on(listener, between(dialogue.whole(), -1.0, 20.0), 0, 1)
    play_on(listener, between(dialogue.whole(), 20.0, 70.0), 1)

    call = listener.call()
    received = sum(stream.packets.received for stream in call.streams)
    assert {stream.interface for stream in call.streams} == set(BOTH)
    # Of both directions; a window and a little may be missing between the two.
    assert 2 * 50 * (60 - 13) <= received <= 2 * 50 * 60


def test_calls_that_move_to_another_interface() -> None:
    """A stream that is heard on one interface after the other was captured once."""
    dialogue = Dialogue(talk_s=40.0)
    listener = Listener(sources=BOTH)
    play_on(listener, between(dialogue.whole(), -1.0, 20.0), 0)
    play_on(listener, between(dialogue.whole(), 23.0, 45.0), 1)
    listener.pass_time(60.0).pass_time(60.0, source=1)

    received = sum(stream.packets.received for stream in listener.call().streams)
    assert received == pytest.approx(2 * 50 * 37, abs=4 * 50)
    assert "captured_twice" not in listener.call().anomalies
