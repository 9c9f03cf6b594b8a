"""The compiled keepers of numbers, beside what plain Python makes of the same numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qos_exporter.reports.figures import RunningFigures
from qos_exporter.reports.loss import (
    LOST_MODULUS,
    SEQUENCE_MODULUS,
    Loss,
    is_possible,
    signed,
)
from qos_exporter.reports.passed_stamps import KEPT, PassedStamps
from qos_exporter.reports.running_loss import RunningLoss, is_plain
from tests.reports.blocks import SECOND_NS

stamps = st.integers(0, 2**32 - 1) | st.integers(0, 12)
times_ns = st.integers(0, 2**62) | st.integers(0, 3 * SECOND_NS)
losses = st.tuples(st.integers(0, 2**31), st.integers(-(2**23), 2**23))


@given(values=st.lists(st.floats(0, 1e6), max_size=30))
def test_running_figures(values: list[float]) -> None:
    """Count, last, largest, sum and mean are those of the values, to the last bit."""
    figures = RunningFigures()
    for value in values:
        figures.add(value)

    assert figures.count == len(values)
    assert figures.last == (values[-1] if values else 0.0)
    assert figures.max == max(values, default=0.0)
    total = 0.0
    for value in values:
        total += value
    assert figures.total == total
    assert figures.mean == (total / len(values) if values else 0.0)


@given(passed=st.lists(st.tuples(stamps, times_ns), max_size=40), asked=stamps)
def test_passed_stamps(passed: list[tuple[int, int]], asked: int) -> None:
    """Of the last different stamps the first time counts, as in a dictionary that is cut short.

    Unless it comes again a second later or more.
    """
    kept, known = PassedStamps(), dict[int, int]()
    for stamp, at_ns in passed:
        kept.note(stamp, at_ns)
        if at_ns - known.setdefault(stamp, at_ns) >= SECOND_NS:
            known[stamp] = at_ns
        if len(known) > KEPT:
            del known[next(iter(known))]

    assert {stamp: kept.get(stamp) for stamp in known} == known
    assert kept.get(asked) == known.get(asked)


@given(settled=st.lists(losses, max_size=20), guess=losses)
def test_running_loss(settled: list[tuple[int, int]], guess: tuple[int, int]) -> None:
    """The total is the sum of what was settled, and of a guess until the next report."""
    running = RunningLoss()
    for loss in settled:
        running.settle(*loss)
    sums = Loss(sum(sent for sent, _ in settled), sum(lost for _, lost in settled))
    assert running.total == sums

    running.guess = Loss(*guess)
    with_guess = Loss(sums.expected + guess[0], sums.lost + guess[1])
    assert running.total == with_guess
    running.settle_guess()
    assert (running.total, running.guess) == (with_guess, Loss(0, 0))


@given(sent=st.integers(-(2**32), 2**32), lost=st.integers(-(2**24), 2**24))
def test_plain_differences(sent: int, lost: int) -> None:
    """What passes for plain is possible, and the same when counters that wrap are allowed for."""
    if is_plain(sent, lost):
        assert (signed(sent, SEQUENCE_MODULUS), signed(lost, LOST_MODULUS)) == (sent, lost)
        assert is_possible(sent=sent, lost=lost)


@pytest.mark.parametrize(
    ("sent", "lost", "expected"),
    [
        pytest.param(250, 5, True, id="ordinary"),
        pytest.param(250, -1, False, id="twice-or-late-or-begun-anew"),
        pytest.param(250, 251, False, id="more-than-sent"),
        pytest.param(0, 0, False, id="stands-still"),
        pytest.param(-1, 0, False, id="backwards"),
        pytest.param(3000, 0, True, id="as-far-as-a-sender-may-leap"),
        pytest.param(3001, 0, False, id="may-have-begun-anew"),
        pytest.param(2**23, 2**23, False, id="may-have-wrapped"),
    ],
)
def test_what_is_plain(sent: int, lost: int, *, expected: bool) -> None:
    """Numbers that went on, and losses that can be among them."""
    assert is_plain(sent, lost) == expected
