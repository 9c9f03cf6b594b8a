"""Rows as tuples have the fields of the array types, in their order."""

from __future__ import annotations

import numpy as np
import pytest

from qos_exporter.dataplane.rows import EVENT, SLOW_FRAME, TOTALS
from qos_exporter.monitor.history import HISTORY
from qos_exporter.monitor.rows import Event, HistoryRow, SlowFrame, Totals

Row = Totals | HistoryRow | Event | SlowFrame


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        pytest.param(Totals, TOTALS, id="totals"),
        pytest.param(HistoryRow, HISTORY, id="history"),
        pytest.param(Event, EVENT, id="event"),
        pytest.param(SlowFrame, SLOW_FRAME, id="slow frame"),
    ],
)
def test_fields(row: type[Row], columns: np.dtype[np.void]) -> None:
    """A column that is added or moved on one side only would shift all others."""
    assert row._fields == columns.names


@pytest.mark.parametrize(
    ("row", "columns"),
    [pytest.param(Totals, TOTALS, id="totals"), pytest.param(HistoryRow, HISTORY, id="history")],
)
def test_types(row: type[Totals | HistoryRow], columns: np.dtype[np.void]) -> None:
    """Whole numbers are declared as such, fractions as such, and arrays stay arrays."""
    kinds = {"u": "int", "i": "int", "f": "float", "V": "array"}
    for name in row._fields:
        declared = str(row.__annotations__[name])
        expected = kinds[columns[name].kind]
        assert expected in declared or (expected == "array" and "NDArray" in declared), name
