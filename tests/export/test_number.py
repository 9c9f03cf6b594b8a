from __future__ import annotations

import math
from collections.abc import Callable
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import utils

from qos_exporter.export.number import number_text, number_texts

library_text = cast("Callable[[float], str]", utils.floatToGoString)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        pytest.param(0, "0.0", id="zero"),
        pytest.param(0.1, "0.1", id="fraction"),
        pytest.param(999_999, "999999.0", id="largest plain integer"),
        pytest.param(1_000_000, "1e+06", id="million"),
        pytest.param(1_732_175_999.5, "1.7321759995e+09", id="time stamp"),
        pytest.param(-1_000_000, "-1000000.0", id="negative million"),
        pytest.param(1e300, "1e+300", id="huge"),
        pytest.param(math.inf, "+Inf", id="infinity"),
        pytest.param(-math.inf, "-Inf", id="negative infinity"),
        pytest.param(math.nan, "NaN", id="not a number"),
        pytest.param(True, "1.0", id="truth"),
    ],
)
def test_numbers_are_written_as_prometheus_writes_them(number: float, text: str) -> None:
    """Numbers have the spelling of the exposition formats."""
    assert number_text(number) == text


@given(st.floats() | st.integers(-(2**70), 2**70))
def test_any_number_is_written_as_the_client_library_writes_it(number: float) -> None:
    """The spelling never differs from the client library's."""
    assert number_text(number) == library_text(number)


@given(st.floats(allow_nan=False))
def test_numbers_read_back_exactly(number: float) -> None:
    """Nothing is lost in writing."""
    assert float(number_text(number)) == number


@given(st.lists(st.floats() | st.integers(-(2**70), 2**70)))
def test_many_numbers_are_written_as_each_of_them(numbers: list[float]) -> None:
    """A column has the spelling of its numbers, one by one; only a zero loses its sign."""
    assert list(number_texts(numbers)) == [library_text(number + 0.0) for number in numbers]
