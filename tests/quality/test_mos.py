from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qos_exporter.quality.mos import MOS_MAX, mos_from_r


@pytest.mark.parametrize(
    ("r", "mos"),
    [
        # G.107 Annex B, table B.1, to more digits: 1 + 0.035 R + 7e-6 R (R - 60) (100 - R).
        pytest.param(50.0, 2.575, id="nearly-all-dissatisfied"),
        pytest.param(60.0, 3.100, id="many-dissatisfied"),
        pytest.param(70.0, 3.597, id="some-dissatisfied"),
        pytest.param(80.0, 4.024, id="satisfied"),
        pytest.param(90.0, 4.339, id="very-satisfied"),
        pytest.param(93.2, 4.409286, id="default"),
        pytest.param(10.0, 1.035, id="low"),
        pytest.param(100.0, 4.5, id="top"),
    ],
)
def test_annex_b(r: float, mos: float) -> None:
    """The curve passes through the values of the Recommendation's table."""
    assert float(mos_from_r(r)) == pytest.approx(mos, abs=1e-6)


@pytest.mark.pitfall(44)
@pytest.mark.parametrize(
    ("r", "mos"),
    [
        pytest.param(-40.0, 1.0, id="negative"),
        pytest.param(0.0, 1.0, id="zero"),
        pytest.param(3.222, 1.0, id="bottom-of-the-cubic"),
        pytest.param(6.5, 1.0, id="just-under-the-root"),
        pytest.param(100.0 - 3e-14, 4.5, id="just-under-100"),
        pytest.param(100.1, 4.5, id="just-over-100"),
        pytest.param(129.0, 4.5, id="far-over-100"),
    ],
)
def test_outside_the_cubic(r: float, mos: float) -> None:
    """Where the cubic leaves 1 to 4.5, MOS stays at the end of its range."""
    assert float(mos_from_r(r)) == mos


@pytest.mark.pitfall(43, 44)
@given(
    st.lists(st.floats(min_value=-200.0, max_value=300.0), min_size=2),
    st.sampled_from([1.0, 1.29, 1.48]),
)
def test_never_falls_with_r(ratings: list[float], divisor: float) -> None:
    """A better rating never gives a lower MOS, and MOS stays within 1 to 4.5."""
    mos = mos_from_r(np.sort(ratings), divisor=divisor)
    assert np.all(np.diff(mos) >= -1e-12)
    assert np.all((mos >= 1.0) & (mos <= MOS_MAX))
