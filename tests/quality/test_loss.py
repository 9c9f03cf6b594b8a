from __future__ import annotations

import numpy as np
import pytest

from qos_exporter.quality.loss import effective_equipment_impairment, ratio


@pytest.mark.parametrize(
    ("ie", "bpl", "ppl_percent", "burst_r", "ie_eff"),
    [
        # G.107, 7.5: Ie + (95 - Ie) Ppl / (Ppl / BurstR + Bpl)
        pytest.param(0.0, 25.1, 0.0, 1.0, 0.0, id="nothing-lost"),
        pytest.param(0.0, 25.1, 5.0, 1.0, 475.0 / 30.1, id="g711-concealed"),
        pytest.param(0.0, 4.3, 2.0, 1.0, 190.0 / 6.3, id="g711-not-concealed"),
        pytest.param(11.0, 19.0, 2.0, 1.0, 19.0, id="g729"),
        pytest.param(5.0, 10.0, 10.0, 1.0, 50.0, id="gsm-efr"),
        pytest.param(0.0, 4.3, 1.0, 2.0, 95.0 / 4.8, id="bursts"),
        pytest.param(0.0, 25.1, 100.0, 1.0, 9500.0 / 125.1, id="everything-lost"),
    ],
)
def test_effective_impairment(
    ie: float, bpl: float, ppl_percent: float, burst_r: float, ie_eff: float
) -> None:
    """`Ie_eff` takes the loss as a percentage and grows from the codec's own impairment."""
    found = effective_equipment_impairment(ie=ie, bpl=bpl, ppl_percent=ppl_percent, burst_r=burst_r)
    assert float(found) == pytest.approx(ie_eff)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        pytest.param(5.0, 500.0, 0.01, id="some"),
        pytest.param(0.0, 0.0, 0.0, id="nothing-expected"),
        pytest.param(7.0, 5.0, 1.0, id="more-than-there-was"),
        pytest.param(-1.0, 5.0, 0.0, id="less-than-nothing"),
    ],
)
def test_ratio(part: float, whole: float, expected: float) -> None:
    """A ratio stays within 0 and 1 and needs no packets to be defined."""
    assert float(ratio(part, whole)) == expected


def test_columns() -> None:
    """A column of losses gives the same as its elements one by one."""
    ppl = np.array([0.0, 1.0, 50.0])
    column = effective_equipment_impairment(ie=0.0, bpl=4.3, ppl_percent=ppl, burst_r=1.0)
    single = [
        float(effective_equipment_impairment(ie=0.0, bpl=4.3, ppl_percent=p, burst_r=1.0))
        for p in (0.0, 1.0, 50.0)
    ]
    assert column.tolist() == single
