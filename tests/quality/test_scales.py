from __future__ import annotations

import pytest

from qos_exporter.quality.model_emodel import score
from qos_exporter.quality.mos import mos_from_r
from qos_exporter.quality.scale import FULLBAND, SCALE_NAMES, SCALES, WIDEBAND
from tests.quality.connection import connection


def rating_factor(scale: str, *, ie: float, bpl: float, ppl_percent: float, ta_ms: float) -> float:
    """R of one connection, its delay included, as windows are scored."""
    made = connection(scale, ie=ie, bpl=bpl, ppl_percent=ppl_percent, ta_ms=ta_ms)
    return float(score(made).r_cq)


@pytest.mark.parametrize(
    ("ie", "bpl", "ppl_percent", "ta_ms", "r"),
    [
        pytest.param(0.0, 4.3, 0.0, 0.0, 129.0, id="ideal"),
        pytest.param(13.0, 4.3, 0.0, 0.0, 116.0, id="codec"),
        # 20 + 75 * 1 / 5.3: the constant stays the 95 of narrowband.
        pytest.param(20.0, 4.3, 1.0, 0.0, 129.0 - 20.0 - 75.0 / 5.3, id="loss"),
        # Idd(200 ms) is 3.0444, as in narrowband.
        pytest.param(13.0, 4.3, 0.0, 200.0, 116.0 - 3.04441, id="delay"),
    ],
)
def test_wideband(ie: float, bpl: float, ppl_percent: float, ta_ms: float, r: float) -> None:
    """G.107.1 counts down from 129."""
    found = rating_factor(WIDEBAND, ie=ie, bpl=bpl, ppl_percent=ppl_percent, ta_ms=ta_ms)
    assert found == pytest.approx(r, abs=1e-4)


@pytest.mark.parametrize(
    ("ie", "bpl", "ppl_percent", "ta_ms", "r"),
    [
        pytest.param(0.0, 4.3, 0.0, 0.0, 148.0, id="ideal"),
        # 10.2 + 121.8 * 2 / 6.3: the constant is 132 here.
        pytest.param(10.2, 4.3, 2.0, 0.0, 148.0 - 10.2 - 243.6 / 6.3, id="loss"),
        pytest.param(10.2, 4.3, 0.0, 200.0, 137.8 - 1.48 * 3.04441, id="delay"),
    ],
)
def test_fullband(ie: float, bpl: float, ppl_percent: float, ta_ms: float, r: float) -> None:
    """G.107.2 counts down from 148, with a ceiling and a delay term of that size."""
    found = rating_factor(FULLBAND, ie=ie, bpl=bpl, ppl_percent=ppl_percent, ta_ms=ta_ms)
    assert found == pytest.approx(r, abs=1e-4)


@pytest.mark.parametrize("name", ["wideband", "fullband"])
def test_top_of_the_wider_scales(name: str) -> None:
    """What takes nothing on a wider scale sounds 4.5 on it, above all that narrowband can."""
    scale = SCALES[SCALE_NAMES.index(name)]
    assert float(mos_from_r(scale.r_default, divisor=scale.mos_divisor)) == 4.5
    assert float(mos_from_r(SCALES[0].r_default)) < 4.42
