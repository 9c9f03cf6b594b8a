"""Calls, windows and counters while the clock that stamps the frames is set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from qos_exporter.snapshot import Snapshot
from tests.dataplane.scenarios import SECOND
from tests.dataplane.traffic import Frame, StreamId, batch
from tests.monitor.recording import (
    START_S,
    Dialogue,
    Listener,
    at_ns,
    moved,
    speech_for,
    talk,
    windows_of,
)

HOUR_S = 3600.0
DIALOGUE = Dialogue(talk_s=60.0)

Disturbance = Callable[[list[Frame]], list[Frame]]


def shifted(frame: Frame, by_s: float) -> Frame:
    """Stamp a frame with another time."""
    return replace(frame, timestamp_ns=frame.timestamp_ns + round(by_s * SECOND))


def recording(*, until_s: float = 1000.0) -> list[Frame]:
    """Give the frames of the call, in the order of the wire."""
    frames = sorted(DIALOGUE.whole(), key=lambda frame: frame.timestamp_ns)
    return [frame for frame in frames if frame.timestamp_ns < at_ns(until_s)]


def set_by(step_s: float, at_s: float = 30.0) -> Disturbance:
    """Set the clock in the middle of the call."""
    return lambda frames: [
        shifted(frame, step_s if frame.timestamp_ns >= at_ns(at_s) else 0.0) for frame in frames
    ]


def wrong_at(position: int, by_s: float) -> Disturbance:
    """Damage one timestamp."""
    return lambda frames: [
        *frames[:position],
        shifted(frames[position], by_s),
        *frames[position + 1 :],
    ]


def listen(frames: list[Frame], *, size: int = 1000) -> Listener:
    """Play frames in the order in which they are given."""
    listener = Listener()
    for start in range(0, len(frames), size):
        listener.monitor.ingest(0, batch(frames[start : start + size]))
    return listener


def whole(frames: list[Frame], *, size: int) -> Snapshot:
    """Play frames to the end, and show what there was."""
    listener = listen(frames, size=size)
    listener.monitor.finish()
    return listener.show()


def what_came_of(shown: Snapshot) -> tuple[object, ...]:
    """Tell what must not depend on the clock: calls, streams and counters."""
    return (
        [(call.state, call.outcome, call.anomalies) for call in shown.calls],
        [(stream.packets, stream.windows) for call in shown.calls for stream in call.streams],
        [windows_of(group) for group in shown.groups],
        [group.packets for group in shown.groups],
        [(group.concealed_s, group.severely_concealed_s) for group in shown.groups],
        shown.totals,
    )


@pytest.mark.pitfall(36)
@pytest.mark.parametrize("size", [1, 7, 10_000], ids="batches of {}".format)
@pytest.mark.parametrize(
    "disturb",
    [
        pytest.param(set_by(-HOUR_S), id="an hour back"),
        pytest.param(set_by(-10.0), id="ten seconds back"),
        pytest.param(lambda frames: set_by(-20.0, 45.0)(set_by(-7.0)(frames)), id="back twice"),
    ],
)
def test_clock_set_back_during_a_call(disturb: Disturbance, size: int) -> None:
    """A call during which the clock is set back comes out as it does without."""
    plain, disturbed = (whole(frames, size=size) for frames in (recording(), disturb(recording())))
    assert what_came_of(disturbed) == what_came_of(plain)
    assert disturbed.calls[0].duration_s == pytest.approx(60.6, abs=0.05)
    for stream in disturbed.calls[0].streams:
        assert stream.jitter is not None
        # One packet seems to be up to 20 ms early: 20 ms / 16 (RFC 3550 A.8).
        assert stream.jitter.max <= 0.00125 + 1e-9


@pytest.mark.pitfall(36)
@pytest.mark.parametrize("by_s", [HOUR_S, -HOUR_S, 20.0], ids="{} s".format)
@pytest.mark.parametrize("position", [2, 5, 3000], ids="frame {}".format)
def test_one_wrong_timestamp(position: int, by_s: float) -> None:
    """One frame whose time is far from its neighbours' ends no call and closes no window."""
    frames = recording()
    plain, disturbed = (
        whole(each, size=4096) for each in (frames, wrong_at(position, by_s)(frames))
    )
    assert what_came_of(disturbed) == what_came_of(plain)
    assert disturbed.calls[0].duration_s == pytest.approx(60.6, abs=0.05)


def test_times_after_the_clock_was_set_back() -> None:
    """What goes on is shown in the new time of the clock; what was over before, in the old."""
    first = Dialogue(call_id="first", talk_s=20.0)
    second = Dialogue(call_id="second", start_s=25.0, talk_s=20.0, port=6000, ssrc=0x2000)
    frames = [*first.whole(), *second.whole()]
    frames.sort(key=lambda frame: frame.timestamp_ns)
    listener = listen(set_by(-HOUR_S, 35.0)(frames))
    ended, shown = listener.call("first"), listener.call("second")

    assert (ended.start_s, ended.end_s) == (START_S - 0.6, START_S + 20)
    assert ended.streams[0].last_s == pytest.approx(START_S + 19.98)
    assert shown.start_s == pytest.approx(START_S + 24.4 - HOUR_S, abs=0.05)
    assert shown.end_s == pytest.approx(START_S + 45.0 - HOUR_S)
    assert shown.duration_s == pytest.approx(20.6, abs=0.05)
    for stream in shown.streams:
        assert stream.first_s == pytest.approx(START_S + 25.0 - HOUR_S, abs=0.05)
        assert stream.last_s == pytest.approx(START_S + 44.98 - HOUR_S)
        assert stream.last_window is not None
        assert stream.last_window.end_s < START_S + 46 - HOUR_S
    assert listener.show().taken_s == pytest.approx(START_S + 45.01 - HOUR_S)
    assert listener.show().captures[0].last_packet_s == pytest.approx(START_S + 45.01 - HOUR_S)


def test_length_of_a_recording() -> None:
    """A recording is as long as its packet time, whatever its first timestamp was."""
    listener = listen(set_by(-HOUR_S)(recording()))
    began_s = listener.monitor.began_s(0)

    assert began_s is not None
    assert listener.show().taken_s - began_s == pytest.approx(60.61, abs=0.05)
    assert Listener().monitor.began_s(0) is None


def test_silence_after_the_clock_was_set_back() -> None:
    """A call whose BYE was missed is over after a minute of silence by the clock as it is now."""
    listener = listen(recording(until_s=30.0))
    states = []
    for silent_s in range(100):
        listener.monitor.tick(0, at_ns(30.0 + silent_s - HOUR_S))
        states.append(listener.call().state)
    ended_s = states.index("ended")
    assert 60 <= ended_s <= 75
    assert listener.call().end_s == pytest.approx(START_S + 29.98 - HOUR_S, abs=0.05)
    assert not [stream for stream in listener.show().streams if stream.active]


def test_windows_close_after_the_clock_was_set_back() -> None:
    """A source without frames closes its window by the clock as it is now."""
    stream = StreamId(0x51)
    listener = Listener().play(speech_for(stream, 8.0))
    listener.monitor.tick(0, at_ns(8.0 - HOUR_S))
    listener.monitor.tick(0, at_ns(9.0 - HOUR_S))
    assert listener.stream(stream).last_window is None
    listener.monitor.tick(0, at_ns(10.1 - HOUR_S))
    window = listener.stream(stream).last_window
    assert window is not None
    assert window.result == "good"


def test_two_sources_whose_clock_is_set_back() -> None:
    """Interfaces share a clock, and hear of its step one after the other."""
    listener = Listener(sources=("eth0", "eth1"))
    forth, back = (speech_for(each, 60.0) for each in (DIALOGUE.forth, DIALOGUE.back))
    frames = sorted((*DIALOGUE.set_up(), *forth), key=lambda frame: frame.timestamp_ns)
    for start in range(0, 3000, 50):
        part, other = frames[start : start + 50], back[start : start + 50]
        if start >= 1500:
            part = [shifted(frame, -HOUR_S) for frame in part]
        if start >= 1600:
            other = [shifted(frame, -HOUR_S) for frame in other]
        listener.monitor.ingest(0, batch(part))
        listener.monitor.ingest(1, batch(other))
    call = listener.call()
    assert (call.state, call.anomalies) == ("active", ())
    assert call.duration_s == pytest.approx(60.5, abs=0.2)
    assert [stream.active for stream in call.streams] == [True, True]
    assert windows_of(listener.group(direction="callee_to_caller")) == {("good", ""): 5}


@pytest.mark.pitfall(36)
def test_interfaces_that_are_not_in_step() -> None:
    """Frames of two interfaces, merged with a second and a half between them, keep their times."""
    stream, late = StreamId(0x51), StreamId(0x52)
    pairs = zip(speech_for(stream, 30.0), speech_for(late, 30.0), strict=True)
    listener = listen([each for one, two in pairs for each in (one, shifted(two, -1.5))])

    assert listener.stream(stream).first_s == START_S
    assert listener.stream(late).first_s == START_S - 1.5
    assert [stream.packets.received for stream in listener.show().streams] == [1500, 1500]


def test_pause_of_a_recording() -> None:
    """Two hours without a frame are two hours: what was silent for so long is over."""
    stream = StreamId(0x51)
    listener = listen([*recording(until_s=30.0), *speech_for(stream, 10.0, start_s=2 * HOUR_S)])

    assert (listener.call().state, listener.call().outcome) == ("ended", "answered")
    assert listener.call().end_s == pytest.approx(START_S + 29.98)
    assert listener.stream(stream).first_s == START_S + 2 * HOUR_S
    assert len([each for each in listener.show().streams if each.active]) == 1


def test_stream_that_goes_on_after_a_night() -> None:
    """A stream is over after a minute of silence, also if the next frame of all is its own."""
    stream = StreamId(0x51)
    evening, morning = talk(stream, range(1000)), talk(stream, range(1000, 2000))
    listener = Listener(keep_all=True).play(evening, moved(morning, 8 * HOUR_S))
    listener.monitor.finish()

    shown = listener.show().streams
    assert [each.packets.received for each in shown] == [1000, 1000]
    assert [each.jitter.max < 0.001 for each in shown if each.jitter] == [True, True]
