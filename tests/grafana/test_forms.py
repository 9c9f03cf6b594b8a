"""The forms of PromQL that queries are made of, and the columns and colours of tables."""

from __future__ import annotations

import pytest

from grafana import limits, promql
from grafana.columns import Column, overrides
from qos_exporter.rules.thresholds import Limit

ONE = ('job="a"',)


@pytest.mark.parametrize(
    ("made", "expr"),
    [
        pytest.param(
            promql.select("m", 'x="1"', of=ONE), 'm{job="a", x="1"}', id="matchers-are-added"
        ),
        pytest.param(
            promql.rate("m_total", of=ONE, ago="1w"),
            'rate(m_total{job="a"}[$__rate_interval] offset 1w)',
            id="some-time-ago",
        ),
        pytest.param(
            promql.increase("m_total", of=ONE, over="30d"),
            'increase(m_total{job="a"}[30d])',
            id="within-a-time",
        ),
        pytest.param(
            promql.for_each_tap("m", "instance", "le"),
            "sum by (job, instance, le) (m)",
            id="no-label-twice",
        ),
        pytest.param(
            promql.ratio("p", "w", "x"),
            "sum by (job, instance, x) (p) / (sum by (job, instance, x) (w) > 0)",
            id="nothing-over-nothing-is-absent",
        ),
        pytest.param(
            promql.share("p", "w"),
            "p / on (job, instance) group_left () (w > 0)",
            id="parts-of-a-whole",
        ),
        pytest.param(
            promql.quantile(0.9, "b", "x"),
            "histogram_quantile(0.9, sum by (job, instance, le, x) (b)) >= 0",
            id="no-observations-are-absent",
        ),
        pytest.param(promql.highest("m"), "max (m)", id="of-all"),
        pytest.param(promql.lowest("m", "x", "y"), "min by (x, y) (m)", id="by-labels"),
    ],
)
def test_forms(made: str, expr: str) -> None:
    """Each form is what one would write by hand."""
    assert made == expr


def test_more_is_worse_above_a_limit() -> None:
    """Green, then a warning, then critical."""
    steps = limits.above(Limit(1.0, 2.0))
    assert [(step.start, step.colour) for step in steps] == [
        *((None, "green"), (1.0, "orange"), (2.0, "red"))
    ]


def test_less_is_worse_below_a_limit() -> None:
    """Red up to what is critical, then a warning, then green from the limit on."""
    steps = limits.below(Limit(2.0, 1.0))
    assert [(step.start, step.colour) for step in steps] == [
        *((None, "red"), (1.0, "orange"), (2.0, "green"))
    ]


def test_a_figure_that_is_absent_has_no_colour() -> None:
    """A cell without a value is neither good nor bad, whatever zero would be."""
    found = {one.id_val: one.value for one in overrides(Column(title="MOS", query="A"))}
    assert found["mappings"] == [
        {
            "type": "special",
            "options": {"match": "null+nan", "result": {"text": "-", "color": "transparent"}},
        }
    ]
    assert "mappings" not in {one.id_val for one in overrides(Column(title="To", label="x"))}
