"""A recording that is played over and over."""

from __future__ import annotations

import pytest

from tests.monitor.recording import Dialogue, Listener, moved
from tests.monitor.reported import rejected
from tests.monitor.reporters import Exchange


def rounds(listener: Listener, number: int, *, every_s: float = 20.0) -> Listener:
    """Play one call again and again, as a replay in a loop does."""
    recording = Dialogue(talk_s=12.0).whole()
    for position in range(number):
        if position:
            listener.monitor.restart(0)
        listener.play(moved(recording, position * every_s))
    return listener


def test_the_same_call_again_is_a_new_call() -> None:
    """Equal Call-IDs and SSRCs in the next round are new calls, with counts of their own."""
    listener = rounds(Listener(), 3)
    call = listener.call()
    assert call.start_s == listener.show().taken_s - 12.0 - 0.6 - 0.01
    assert [stream.packets.received for stream in call.streams] == [600, 600]
    assert dict(listener.show().totals.by_outcome)["answered"] == 3
    assert listener.show().totals.seen == 3


def test_counters_go_on() -> None:
    """After three rounds, and the end of their windows, three times as much was counted."""
    listener = rounds(Listener(), 3).pass_time(80.0)
    assert sum(group.packets.received for group in listener.show().groups) == 3 * 1200
    assert sum(group.packets.lost for group in listener.show().groups) == 0
    assert dict(listener.show().totals.by_rating)["excellent"] == 3


def test_rounds_leave_nothing_behind() -> None:
    """Twenty rounds need no more slots and table entries than one."""
    listener = rounds(Listener(), 20)
    (source,) = listener.monitor._parts.sources
    assert len(source._streams) <= 4
    assert source.kernel.statistics().entries <= 2


def test_a_call_that_was_cut_off() -> None:
    """A call that the recording's end cuts off ends with the round, without an anomaly."""
    dialogue = Dialogue(talk_s=12.0)
    cut = [*dialogue.set_up(), *dialogue.media()]
    listener = Listener().play(cut)
    listener.monitor.restart(0)
    listener.play(moved(cut, 20.0))
    states = [call.state for call in listener.show().calls]
    assert states == ["active"]
    assert listener.show().totals.with_issues == 0
    assert dict(listener.show().totals.by_outcome)["answered"] == 2


def test_streams_without_a_call_end_with_the_round() -> None:
    """Media alone are over at the end of a round, too, and counted to the last packet."""
    dialogue = Dialogue(talk_s=12.0)
    listener = Listener().play(dialogue.media())
    listener.monitor.restart(0)
    assert sum(group.packets.received for group in listener.show().groups) == 1200
    assert [stream.active for stream in listener.show().streams] == [False, False]
    listener.play(moved(dialogue.media(), 20.0)).pass_time(45.0)
    assert sum(group.packets.received for group in listener.show().groups) == 2400


def test_round_trips_are_known_in_every_round() -> None:
    """The next round holds the same sender reports, which pass anew and are quoted anew."""
    dialogue = Dialogue(talk_s=12.0)
    media = [*dialogue.media(), *Exchange.of(dialogue).both(1.0, 2.0, 3.0, 4.0)]
    frames = [*dialogue.set_up(), *sorted(media, key=lambda frame: frame.timestamp_ns)]
    listener = Listener().play(frames)
    listener.monitor.restart(0)
    listener.play(moved(frames, 20.0))
    trips = [call.round_trip for call in listener.show().calls]
    assert [trip.last for trip in trips if trip] == [pytest.approx(0.060, abs=0.0002)]
    assert sum(rejected(listener).values()) == 0
