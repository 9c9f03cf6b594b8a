from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qos_exporter.quality.delay import absolute_delay_ms, delay_impairment


@pytest.mark.parametrize(
    ("ta_ms", "idd"),
    [
        pytest.param(0.0, 0.0, id="none"),
        pytest.param(100.0, 0.0, id="unnoticed"),
        # X = 1, 2, 3 turn the formula of G.107, 7.4 into arithmetic for a pocket calculator.
        pytest.param(200.0, 25.0 * (2 ** (1 / 6) - 3 * (730 / 729) ** (1 / 6) + 2), id="200"),
        pytest.param(400.0, 25.0 * (65 ** (1 / 6) - 3 * (793 / 729) ** (1 / 6) + 2), id="400"),
        pytest.param(800.0, 25.0 * (730 ** (1 / 6) - 3 * 2 ** (1 / 6) + 2), id="800"),
        pytest.param(150.0, 0.1635, id="150"),
        pytest.param(250.0, 8.9167, id="250"),
        pytest.param(500.0, 30.6359, id="500"),
    ],
)
def test_pure_delay(ta_ms: float, idd: float) -> None:
    """`Idd` is 0 up to 100 ms and follows the curve of the Recommendation from there."""
    assert float(delay_impairment(ta_ms)) == pytest.approx(idd, abs=1e-4)


@pytest.mark.pitfall(43)
@given(st.lists(st.floats(min_value=0.0, max_value=10_000.0), min_size=2))
def test_never_falls_with_delay(delays_ms: list[float]) -> None:
    """More delay never impairs less."""
    assert np.all(np.diff(delay_impairment(np.sort(delays_ms))) >= -1e-9)


def test_from_mouth_to_ear() -> None:
    """Half the round trip, the playout buffer, and the codec's frame and look-ahead add up."""
    ta_ms = absolute_delay_ms(round_trip_s=0.1, playout_delay_s=0.06, codec_delay_ms=15.0)
    assert float(ta_ms) == pytest.approx(50.0 + 60.0 + 15.0)


def test_unknown_round_trip() -> None:
    """Without a round trip there is no delay and no delay impairment, not one of 0."""
    ta_ms = absolute_delay_ms(round_trip_s=np.nan, playout_delay_s=0.06, codec_delay_ms=15.0)
    assert math.isnan(ta_ms)
    assert math.isnan(delay_impairment(ta_ms))
