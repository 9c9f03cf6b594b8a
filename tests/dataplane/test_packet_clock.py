"""Packet time goes on where the clock that stamped the frames did not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qos_exporter.dataplane.packet_clock import (
    JUMP_NS,
    LAST_NS,
    STRAY_FRAMES,
    PacketClock,
    settled_stamps,
)
from tests.dataplane.scenarios import SECOND, START_NS

HOUR_S = 3600


def packet_times(*batches_s: list[float]) -> list[float]:
    """Give the packet times of batches of timestamps, all in seconds."""
    clock = PacketClock()
    given_s: list[float] = []
    for batch_s in batches_s:
        stamps = np.array([START_NS + round(at_s * SECOND) for at_s in batch_s], np.int64)
        clock.set_right(stamps)
        given_s += [(int(stamp) - START_NS) / SECOND for stamp in stamps]
    return given_s


@pytest.mark.parametrize(
    "stamps_s",
    [
        pytest.param([0.0, 0.02, 0.04], id="in order"),
        pytest.param([0.0, 1.5, 0.02, 1.52, 0.04, 1.54], id="two interfaces, 1.5 s apart"),
        pytest.param([0.0, 7200.0, 7200.02], id="a pause of two hours"),
        pytest.param([0.0, 7200.0, 14400.0, 21600.0], id="pauses only"),
        pytest.param([7200.0], id="one frame"),
        pytest.param([], id="none"),
    ],
)
def test_timestamps_that_stand(stamps_s: list[float]) -> None:
    """The disorder of merged interfaces and pauses of any length are packet time as they are."""
    assert packet_times(stamps_s) == stamps_s
    assert packet_times(*([each] for each in stamps_s)) == stamps_s


def test_clock_that_is_set_back() -> None:
    """Time stands still for the step, and goes on as fast as the clock does."""
    before, after = [0.0, 0.02], [0.04 - HOUR_S, 0.06 - HOUR_S, 9.06 - HOUR_S]

    assert packet_times(before, after) == pytest.approx([0.0, 0.02, 0.02, 0.04, 9.04])
    assert packet_times(before + after) == pytest.approx([0.0, 0.02, 0.02, 0.04, 9.04])


def test_clock_that_is_set_back_again_and_again() -> None:
    """Every step is made up for, whatever the ones before were."""
    stamps_s = [100.0, 50.0, 51.0, 20.0, 21.0, 0.0, 1.0]

    assert packet_times(stamps_s) == pytest.approx([100, 100, 101, 101, 102, 102, 103])


def test_clock_that_is_put_right_again() -> None:
    """A clock that returns to the time it had before the step has not jumped ahead."""
    stamps_s = [0.0, 0.02, 0.04 - HOUR_S, 10.04 - HOUR_S, 10.06, 10.08]

    assert packet_times(stamps_s) == pytest.approx([0.0, 0.02, 0.02, 10.02, 10.06, 10.08])


@pytest.mark.parametrize("wrong_s", [HOUR_S, -HOUR_S, 10 * 365 * 24 * HOUR_S, -10.0])
def test_one_wrong_timestamp(wrong_s: float) -> None:
    """A stamp that is far from those around it counts as the one before it."""
    assert packet_times([0.0, 0.02, wrong_s, 0.06, 0.08]) == [0.0, 0.02, 0.02, 0.06, 0.08]
    assert packet_times([0.0, 0.02], [wrong_s, 0.06, 0.08]) == [0.0, 0.02, 0.02, 0.06, 0.08]


@pytest.mark.parametrize("unset", [1, 3, STRAY_FRAMES])
def test_first_timestamps_that_nobody_set(unset: int) -> None:
    """Zeros before the first time are no time of 1970: their frames have that first time."""
    clock = PacketClock()
    stamps = np.array([0] * unset + [START_NS, START_NS + SECOND], np.int64)

    clock.set_right(stamps)

    assert stamps.tolist() == [START_NS] * (unset + 1) + [START_NS + SECOND]
    assert (clock.first_ns, clock.ahead_ns) == (START_NS, 0)


def test_last_timestamps_that_nobody_set() -> None:
    """Zeros behind other times have not set the clock back: their frames have the last time."""
    clock = PacketClock()
    stamps = np.array([START_NS, START_NS + SECOND] + [0] * 20, np.int64)

    clock.set_right(stamps)

    assert stamps.tolist() == [START_NS] + [START_NS + SECOND] * 21
    assert clock.ahead_ns == 0


def test_recording_that_counts_from_zero() -> None:
    """A zero is a time where the stamps go on from it."""
    stamps = np.array([0, SECOND // 50, 7200 * SECOND, 7201 * SECOND], np.int64)
    before = stamps.tolist()

    PacketClock().set_right(stamps)

    assert stamps.tolist() == before


def test_clocks_that_alternate() -> None:
    """Frames of two machines whose clocks are an hour apart share one time."""
    hours = [0, 0, HOUR_S, HOUR_S] * 10
    stamps_s = [0.02 * number + hour for number, hour in enumerate(hours)]

    times_s = packet_times(*([each] for each in stamps_s))

    # The first frame of the second clock, at number 2, is ahead by a pause; from then on all are.
    assert times_s[:2] == [0.0, 0.02]
    assert times_s[2:] == pytest.approx(
        [HOUR_S + 0.02 * number for number in range(2, 40)], abs=0.021
    )


def test_what_the_clock_told() -> None:
    """Packet time can be told in the source's own time, of every moment."""
    clock = PacketClock()
    times = [clock.time_of(START_NS + at_s * SECOND) for at_s in (0, 10, -HOUR_S, 60 - HOUR_S)]

    assert [(each - START_NS) // SECOND for each in times] == [0, 10, 10, 70]
    assert clock.ahead_ns == (HOUR_S + 10) * SECOND
    assert [clock.ahead_at(each) for each in (times[0], times[1] - 1)] == [0, 0]
    assert clock.ahead_at(times[3]) == clock.ahead_ns


@pytest.mark.parametrize(
    ("before_s", "stamps_s", "settled"),
    [
        pytest.param(None, [0.0], 1, id="the first of all"),
        pytest.param(None, [0.0, HOUR_S], 0, id="the first of all may be wrong"),
        pytest.param(0.0, [0.02], 1, id="one frame"),
        pytest.param(0.0, [HOUR_S], 0, id="one frame behind a pause"),
        pytest.param(0.0, [HOUR_S, HOUR_S + 0.02], 0, id="two frames behind a pause"),
        pytest.param(0.0, [HOUR_S, HOUR_S + 0.02, HOUR_S + 0.04], 3, id="three behind a pause"),
        pytest.param(0.0, [0.02, 0.04, 0.06, HOUR_S], 3, id="a jump at the end"),
        pytest.param(0.0, [0.02, 0.04, HOUR_S, HOUR_S + 0.02], 1, id="a jump before the last"),
        pytest.param(0.0, [0.02, HOUR_S, 0.06, 0.08], 1, id="one jump forth and back"),
    ],
)
def test_stamps_that_need_no_others(
    before_s: float | None, stamps_s: list[float], settled: int
) -> None:
    """A jump is judged by two stamps behind it, and no batch ends with one."""
    stamps = np.array([START_NS + round(at_s * SECOND) for at_s in stamps_s], np.int64)
    before_ns = None if before_s is None else START_NS + round(before_s * SECOND)

    assert settled_stamps(stamps, before_ns) == settled


@given(st.lists(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=40), max_size=5))
@example([[-1, 1, JUMP_NS + 1, LAST_NS + JUMP_NS + 1]])
def test_any_timestamps(batches: list[list[int]]) -> None:
    """Packet time never steps back by more than disorder, nor leaps past its end."""
    clock = PacketClock()
    times: list[int] = []
    for batch in batches:
        stamps = np.array(batch, np.int64)
        clock.set_right(stamps)
        times += stamps.tolist()
    for number, time_ns in enumerate(times):
        assert time_ns >= max(times[: number + 1]) - JUMP_NS
        assert time_ns <= LAST_NS + JUMP_NS * (number + 1)
