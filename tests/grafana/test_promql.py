"""The reader of queries reads what it claims to."""

from __future__ import annotations

import pytest

from tests.grafana.promql import (
    Grouping,
    Matcher,
    Selector,
    UnknownSyntaxError,
    read,
)

JOB = Matcher("job", "=~", "$job")


@pytest.mark.parametrize(
    ("expr", "selector"),
    [
        pytest.param("up", Selector("up", (), "", ()), id="bare"),
        pytest.param('up{job=~"$job"}', Selector("up", (JOB,), "", ()), id="matcher"),
        pytest.param(
            'a_total{job=~"$job", x!="1,}"}',
            Selector("a_total", (JOB, Matcher("x", "!=", "1,}")), "", ()),
            id="marks-in-a-string",
        ),
        pytest.param(
            "sum by (job) (rate(a_total[5m] offset 1w))",
            Selector("a_total", (), "5m", ("sum", "rate")),
            id="nested",
        ),
        pytest.param(
            "1 - (1 - a) / 0.01", Selector("a", (), "", ()), id="arithmetic-is-no-function"
        ),
        pytest.param(
            "histogram_quantile(0.9, a_bucket) >= 0",
            Selector("a_bucket", (), "", ("histogram_quantile",)),
            id="comparison",
        ),
        pytest.param(
            "max_over_time(a[$__range])",
            Selector("a", (), "$__range", ("max_over_time",)),
            id="variable-range",
        ),
    ],
)
def test_series_are_found_with_what_is_around_them(expr: str, selector: Selector) -> None:
    """A selector is known by metric, matchers, range and the functions that it is in."""
    assert read(expr).selectors == (selector,)


def test_groupings_are_found_with_their_aggregations() -> None:
    """Labels of an aggregation are told from those that two sides are joined by."""
    reading = read("max by (a, b) (x) / on (a) group_left (c) topk by (a) (1, y)")
    assert reading.groupings == (
        Grouping("by", ("a", "b"), "max"),
        Grouping("on", ("a",), ""),
        Grouping("group_left", ("c",), ""),
        Grouping("by", ("a",), "topk"),
    )
    assert reading.functions == {"max", "topk"}
    assert [selector.metric for selector in reading.selectors] == ["x", "y"]
    assert [selector.functions for selector in reading.selectors] == [("max",), ("topk",)]


@pytest.mark.parametrize("expr", ["a{", "sum(a", "a ? b", 'x "y"', "a[5m][1m]", "}"])
def test_what_is_not_known_is_refused(expr: str) -> None:
    """A query that the reader does not understand is an error, and not an empty reading."""
    with pytest.raises((UnknownSyntaxError, IndexError)):
        read(expr)
