from __future__ import annotations

import time

import numpy as np
import pytest

from qos_exporter.capture.timeline import ReplayClock, Timeline

SECOND = 1_000_000_000


def test_first_round_without_a_start_keeps_its_times() -> None:
    """Without a start the first round is not shifted."""
    stamps = np.array([5, 7], np.int64)

    due = Timeline(None).shift(stamps)

    assert stamps.tolist() == due.tolist() == [5, 7]


def test_first_frame_is_put_at_the_start() -> None:
    """The first frame gets the start's time; distances stay, over all batches of the round."""
    timeline = Timeline(1_000)
    first, second = np.array([50, 60], np.int64), np.array([90], np.int64)

    timeline.shift(first)
    timeline.shift(second)

    assert first.tolist() == [1_000, 1_010]
    assert second.tolist() == [1_040]
    assert timeline.latest_ns == 1_040


def test_clock_that_was_set_while_recording() -> None:
    """Frames behind a step of the recording's clock are due when they came, not all at once."""
    stamps = np.array([0, 1, 2, -3600, -3599], np.int64) * SECOND + 10_000 * SECOND

    due = Timeline(0).shift(stamps)

    assert (due // SECOND).tolist() == [0, 1, 2, 2, 3]


@pytest.mark.pitfall(36)
def test_older_frames_are_due_at_once() -> None:
    """A frame whose time goes back keeps it, and is due together with the frame before it."""
    timeline = Timeline(None)
    first, second = np.array([10, 30, 20], np.int64), np.array([25, 40], np.int64)

    assert timeline.shift(first).tolist() == [10, 30, 30]
    assert timeline.shift(second).tolist() == [30, 40]
    assert first.tolist() == [10, 30, 20]
    assert timeline.latest_ns == 40


@pytest.mark.parametrize(
    ("earliest_ns", "begins_ns"),
    [
        pytest.param(0, 30 + SECOND, id="behind the last frame"),
        pytest.param(9 * SECOND, 9 * SECOND, id="not before now"),
    ],
)
def test_next_round(earliest_ns: int, begins_ns: int) -> None:
    """A round begins a second behind the latest frame, or now if that is later."""
    timeline = Timeline(None)
    timeline.shift(np.array([10, 30, 20], np.int64))
    stamps = np.array([10, 30, 20], np.int64)

    timeline.begin_round(earliest_ns)
    timeline.shift(stamps)

    assert stamps.tolist() == [begins_ns, begins_ns + 20, begins_ns + 10]


def test_absurd_times_do_not_stop_a_replay() -> None:
    """Times at the ends of their range overflow to some other time, and raise nothing."""
    timeline = Timeline(1_700_000_000 * SECOND)
    stamps = np.array([-(2**63), 2**63 - 1, 0], np.int64)

    assert len(timeline.shift(stamps)) == 3


def test_clock_runs_at_its_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock starts at the wall clock's time and goes so many times as fast."""
    passed = iter([0, 3 * SECOND])
    monkeypatch.setattr(time, "time_ns", lambda: 100 * SECOND)
    monkeypatch.setattr(time, "monotonic_ns", lambda: next(passed))

    assert ReplayClock(2.5).now_ns() == 107_500_000_000
