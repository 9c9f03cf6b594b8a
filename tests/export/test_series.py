from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest, utils
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from qos_exporter.export.exposition.labels import escaped_column
from qos_exporter.export.series import LabelValues, number_text, series_lines

library_text = cast("Callable[[float], str]", utils.floatToGoString)

NUMBERS = (
    st.floats()
    | st.integers(-(2**70), 2**70)
    # What is measured: counts, ratios of counts, times of day, and what is near a power of ten.
    | st.integers(0, 2_000_000)
    | st.builds(lambda part, whole: part / whole, st.integers(0, 500), st.integers(1, 500))
    | st.integers(0, 2 * 10**18).map(lambda time_ns: time_ns / 1e9)
    | st.builds(lambda ten, power: ten * 10.0**power, st.integers(-99, 99), st.integers(0, 22))
)
MORE_THAN_REMEMBERED = 5_000


class OneGauge(Collector):
    """A gauge family through the client library."""

    def __init__(self, series: list[tuple[str, str, float]]) -> None:
        self._series = series

    def collect(self) -> list[Metric]:
        """Give the family with its series."""
        metric = GaugeMetricFamily("up", "Help.", labels=("job", "instance"))
        for job, instance, number in self._series:
            metric.add_metric((job, instance), number)
        return [metric]


def written(numbers: list[float | None], labels: list[str] | None = None) -> str:
    """Write numbers of a family with one label."""
    values = labels if labels is not None else [""] * len(numbers)
    return series_lines([('x{a="', LabelValues(values))], '"} ', rows(numbers), 1).decode()


def rows(numbers: Iterable[float | None]) -> list[tuple[object, ...] | None]:
    """Put numbers into the second fields of rows."""
    return [("other", number) for number in numbers]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        pytest.param(0, "0.0", id="zero"),
        pytest.param(-0.0, "0.0", id="zero has no sign"),
        pytest.param(0.1, "0.1", id="fraction"),
        pytest.param(-3, "-3.0", id="negative integer"),
        pytest.param(999_999, "999999.0", id="largest plain integer"),
        pytest.param(1_000_000, "1e+06", id="million"),
        pytest.param(1_200_300, "1.2003e+06", id="zeros inside and at the end"),
        pytest.param(1_732_175_999.5, "1.7321759995e+09", id="time stamp"),
        pytest.param(-1_000_000, "-1000000.0", id="negative million"),
        pytest.param(1e15, "1e+15", id="largest with a point"),
        pytest.param(1e300, "1e+300", id="huge"),
        pytest.param(-sys.float_info.min, "-2.2250738585072014e-308", id="longest"),
        pytest.param(math.inf, "+Inf", id="infinity"),
        pytest.param(-math.inf, "-Inf", id="negative infinity"),
        pytest.param(math.nan, "NaN", id="not a number"),
        pytest.param(True, "1.0", id="truth"),
    ],
)
def test_numbers_are_written_as_prometheus_writes_them(number: float, text: str) -> None:
    """Numbers have the spelling of the exposition formats."""
    assert number_text(number) == text


@given(NUMBERS)
def test_any_number_is_written_as_the_client_library_writes_it(number: float) -> None:
    """The spelling never differs from the client library's; only a zero loses its sign."""
    assert number_text(number) == library_text(number + 0.0)


@given(st.floats(allow_nan=False))
def test_numbers_read_back_exactly(number: float) -> None:
    """Nothing is lost in writing."""
    assert float(number_text(number)) == number


@given(st.lists(st.tuples(st.text(), st.text(), NUMBERS)))
def test_lines_are_those_of_the_client_library(series: list[tuple[str, str, float]]) -> None:
    """Whatever the labels and numbers, a family has the same bytes as in the client library."""
    registry = CollectorRegistry()
    registry.register(OneGauge([(job, instance, number + 0.0) for job, instance, number in series]))
    expected = generate_latest(registry).split(b"\n", 2)[2]
    jobs = escaped_column([job for job, _, _ in series])
    instances = escaped_column([instance for _, instance, _ in series])
    labels = [('up{instance="', LabelValues(instances)), ('",job="', LabelValues(jobs))]
    numbers = rows(number for _, _, number in series)
    assert series_lines(labels, '"} ', numbers, 1) == expected


@given(st.lists(NUMBERS | st.none()))
def test_series_without_a_number_have_no_line(numbers: list[float | None]) -> None:
    """What is not known is left out, and its labels with it."""
    labels = [str(position) for position in range(len(numbers))]
    lines = [
        f'x{{a="{position}"}} {library_text(number + 0.0)}\n'
        for position, number in enumerate(numbers)
        if number is not None
    ]
    assert written(numbers, labels) == "".join(lines)


def test_rows_that_are_missing_have_no_line() -> None:
    """A row that is not there is as good as one whose number is not known."""
    labels = [('x{a="', LabelValues(["here", "gone"]))]
    assert series_lines(labels, '"} ', [(1.5,), None], 0) == b'x{a="here"} 1.5\n'


@pytest.mark.parametrize(
    ("row", "field", "error"),
    [
        pytest.param((1.0,), 1, IndexError, id="behind the end"),
        pytest.param((1.0,), -1, IndexError, id="before the beginning"),
        pytest.param([1.0], 0, TypeError, id="no tuple"),
    ],
)
def test_what_is_no_field_of_a_row_is_an_error(
    row: tuple[object, ...], field: int, error: type[Exception]
) -> None:
    """Nothing is read beyond what is there."""
    with pytest.raises(error):
        series_lines([('x{a="', LabelValues([""]))], '"} ', [row], field)


def test_a_long_column_is_written_like_a_short_one() -> None:
    """More different numbers than are remembered, twice each and far apart, stay themselves."""
    numbers: list[float | None] = [position / 7 for position in range(MORE_THAN_REMEMBERED)]
    lines = written([*numbers, *numbers]).splitlines()
    assert [float(line.rpartition(" ")[2]) for line in lines] == [*numbers, *numbers]


def test_no_series_make_no_bytes() -> None:
    """A family without series has nothing but its head."""
    assert written([]) == written([None]) == ""


@pytest.mark.parametrize(
    ("labels", "numbers"),
    [
        pytest.param([("a", LabelValues(["x"]))], [1.0, 2.0], id="too few values"),
        pytest.param([("a", LabelValues(["x", "y"]))], [1.0], id="too many values"),
        pytest.param([("a", LabelValues(["x"]))] * 17, [1.0], id="too many labels"),
    ],
)
def test_what_does_not_fit_together_is_refused(
    labels: list[tuple[str, LabelValues]], numbers: list[float | None]
) -> None:
    """Nothing is written beyond the memory that is there."""
    with pytest.raises(ValueError, match="label"):
        series_lines(labels, "", rows(numbers), 1)


@pytest.mark.parametrize(
    ("numbers", "error"),
    [
        pytest.param([1.0, 10**400], OverflowError, id="no float"),
        pytest.param([1.0, "2"], TypeError, id="no number"),
    ],
)
def test_what_is_no_number_is_an_error(numbers: list[float | None], error: type[Exception]) -> None:
    """A value that cannot be written ends the scrape, and with it what was written so far."""
    with pytest.raises(error):
        written(numbers)


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param([1], id="number"),
        pytest.param([None], id="nothing"),
        pytest.param(["broken \udcff"], id="surrogate"),
    ],
)
def test_label_values_are_texts(texts: list[str]) -> None:
    """What is no text, or has no UTF-8, is refused when it is given."""
    with pytest.raises((TypeError, UnicodeEncodeError)):
        LabelValues(texts)
