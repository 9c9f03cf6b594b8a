from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qos_exporter.quality.burst import burst_ratio


@pytest.mark.pitfall(45)
@pytest.mark.parametrize(
    ("lost", "loss_runs", "expected", "burst_r"),
    [
        pytest.param(0, 0, 500, 1.0, id="nothing-lost"),
        pytest.param(0, 0, 0, 1.0, id="nothing-expected"),
        # Mean run 2 packets; random loss of 10 % would have runs of 1 / 0.9.
        pytest.param(10, 5, 100, 1.8, id="pairs"),
        pytest.param(20, 1, 1000, 19.6, id="one-gap"),
        # Runs of one packet in 10 % loss are more even than chance, which is no better than it.
        pytest.param(10, 10, 100, 1.0, id="single-packets"),
        pytest.param(90, 9, 100, 1.0, id="more-lost-than-received"),
        pytest.param(100, 1, 100, 1.0, id="everything-lost"),
    ],
)
def test_burst_ratio(lost: int, loss_runs: int, expected: int, burst_r: float) -> None:
    """The ratio comes from the run lengths, is at least 1, and 1 without loss."""
    found = burst_ratio(lost=lost, loss_runs=loss_runs, expected=expected)
    assert float(found) == pytest.approx(burst_r)


@pytest.mark.pitfall(45)
@given(
    st.integers(min_value=0, max_value=1000),
    st.integers(min_value=0, max_value=1000),
    st.integers(min_value=0, max_value=1000),
)
def test_never_below_1(lost: int, loss_runs: int, expected: int) -> None:
    """Whatever the counts are, the ratio is a number of at least 1."""
    found = float(burst_ratio(lost=lost, loss_runs=loss_runs, expected=expected))
    assert found >= 1.0
    assert np.isfinite(found)


def test_two_state_model() -> None:
    """Runs as a two-state Markov channel makes them give BurstR = 1 / (p + q)."""
    p, q = 0.02, 0.3
    loss_ratio = p / (p + q)
    runs = 1000.0
    lost = runs / q
    found = burst_ratio(lost=lost, loss_runs=runs, expected=lost / loss_ratio)
    assert float(found) == pytest.approx(1.0 / (p + q))
