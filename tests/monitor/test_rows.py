"""Rows as tuples have the fields of the array types."""

from __future__ import annotations

import numpy as np
import pytest

from qos_exporter.dataplane.rows import TOTALS
from qos_exporter.monitor.history import HISTORY
from qos_exporter.monitor.rows import HistoryRow, Totals, tuples


@pytest.mark.parametrize(
    ("row", "columns"),
    [pytest.param(Totals, TOTALS, id="totals"), pytest.param(HistoryRow, HISTORY, id="history")],
)
def test_chosen_columns(row: type[Totals | HistoryRow], columns: np.dtype[np.void]) -> None:
    """Every field is a column, declared as what it holds: whole numbers, fractions or a list."""
    kinds = {"u": "int", "i": "int", "f": "float", "V": "list[int]"}
    for name in row._fields:
        assert row.__annotations__[name].__forward_arg__ == kinds[columns[name].kind], name


def test_values_stay_in_their_columns() -> None:
    """What stands in a column comes out in the field of its name, as a plain number."""
    rows = np.zeros(2, TOTALS)
    rows["lost"] = (3, 4)
    rows["jitter_max_s"] = (0.5, 0.25)
    first, second = tuples(Totals, rows)
    assert (first.lost, second.lost) == (3, 4)
    assert (first.jitter_max_s, second.jitter_max_s) == (0.5, 0.25)
    assert {type(value) for value in first} == {int, float}
    assert list(tuples(Totals, rows[:0])) == []
