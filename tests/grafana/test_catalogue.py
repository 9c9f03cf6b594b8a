"""The dashboards ask for what the exporter has, in ways that make sense for it."""

from __future__ import annotations

import re

import pytest

from grafana.annotations import FIRING
from qos_exporter.export.catalogue import BY_NAME
from tests.grafana.promql import Selector, read
from tests.grafana.shown import DASHBOARDS, QUERIES, ShownQuery, variables

TARGET_LABELS = {"job", "instance"}
"""What Prometheus adds to everything that it scrapes."""
NOT_OURS: dict[str, set[str]] = {
    "up": set(),
    "scrape_duration_seconds": set(),
    "scrape_samples_scraped": set(),
    "process_start_time_seconds": set(),
    "process_cpu_seconds_total": set(),
    "process_resident_memory_bytes": set(),
    "ALERTS": {
        *("alertname", "alertstate", "component", "severity"),
        *("src_network", "dst_network", "direction", "call_id"),
    },
}
"""What comes from Prometheus and from its client library, with the labels to count on."""
SUFFIX = re.compile(r"_(bucket|sum|count)$")
SCORES = re.compile(r"^voip_(call|window|active)_(mos|r_factor)")

each_query = pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)


def labels_of(metric: str) -> set[str]:
    """Give the labels of a metric; raises KeyError where there is no such metric."""
    if metric in NOT_OURS:
        return NOT_OURS[metric] | TARGET_LABELS
    if metric in BY_NAME and BY_NAME[metric].kind != "histogram":
        return {*BY_NAME[metric].labels} | TARGET_LABELS
    family = BY_NAME[SUFFIX.sub("", metric)]
    if family.kind != "histogram" or not SUFFIX.search(metric):
        raise KeyError(metric)
    return {*family.labels} | TARGET_LABELS | ({"le"} if metric.endswith("_bucket") else set())


def unknown(selectors: tuple[Selector, ...]) -> set[tuple[str, str]]:
    """Give the conditions on labels that a metric has not got."""
    return {
        (selector.metric, matcher.label)
        for selector in selectors
        for matcher in selector.matchers
        if matcher.label not in labels_of(selector.metric)
    }


@each_query
def test_metrics_and_labels_are_in_the_catalogue(query: ShownQuery) -> None:
    """Every metric exists, and has the labels by which it is chosen and grouped."""
    reading = query.reading
    assert not unknown(reading.selectors)
    known = set[str]().union(*(labels_of(one.metric) for one in reading.selectors))
    assert {label for one in reading.groupings for label in one.labels} <= known


@each_query
def test_what_is_asked_of_the_tap_is_asked_of_asterisk_too(query: ShownQuery) -> None:
    """Streams that only an Asterisk server tells of are where those of the tap are."""
    sources = {
        source
        for selector in query.reading.selectors
        for matcher in selector.matchers
        if matcher.label == "source"
        for source in matcher.value.split("|")
    }
    assert "ami" in sources or "rtp" not in sources


@each_query
def test_legends_name_labels_that_remain(query: ShownQuery) -> None:
    """A name in a legend is a label that the outermost grouping keeps."""
    named = {*re.findall(r"\{\{(\w+)\}\}", query.target["legendFormat"])}
    kept = {label for one in query.reading.groupings for label in one.labels}
    assert named <= kept


@pytest.mark.parametrize("dashboard", DASHBOARDS)
def test_variables_ask_for_labels_in_the_catalogue(dashboard: str) -> None:
    """The label whose values are offered is one of the metric's, and so are the conditions."""
    for variable in variables(dashboard):
        if variable["type"] == "query":
            found = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"])
            assert found
            reading = read(found[1])
            assert not unknown(reading.selectors)
            assert found[2] == variable["name"]
            assert found[2] in labels_of(reading.selectors[0].metric)


def test_annotations_ask_for_labels_of_alerts() -> None:
    """What marks are written with are labels that alerts have."""
    assert not unknown(read(FIRING).selectors)


@each_query
def test_only_counters_grow(query: ShownQuery) -> None:
    """Rates are of counters and of histograms, never of gauges."""
    for selector in query.reading.selectors:
        if {"rate", "increase"} & {*selector.functions}:
            assert selector.metric.endswith(("_total", "_bucket", "_count", "_sum"))


@each_query
def test_nothing_is_an_average_of_averages(query: ShownQuery) -> None:
    """Loss is what was lost over what was expected; no mean is made of means or of quantiles."""
    reading = query.reading
    assert not reading.functions & {"avg", "avg_over_time", "quantile", "quantile_over_time"}
    assert not [one.metric for one in reading.selectors if one.metric.endswith("_mean")]


@each_query
def test_a_call_that_two_exporters_hear_is_not_counted_twice(query: ShownQuery) -> None:
    """Sums are made for each exporter alone; between exporters the worst or the largest is taken.

    A heatmap may add up, since all of its cells grow alike.
    """
    if query.target["format"] == "heatmap":
        return
    for grouping in query.reading.groupings:
        if grouping.function == "sum":
            assert {*grouping.labels} >= TARGET_LABELS
    bare = query.reading.functions & {"sum"} and not any(
        one.function == "sum" for one in query.reading.groupings
    )
    assert not bare


@each_query
def test_scores_of_different_scales_never_meet(query: ShownQuery) -> None:
    """Whatever groups MOS or R keeps the scale, or one scale is chosen before."""
    if not any(SCORES.match(one.metric) for one in query.reading.selectors):
        return
    if query.panel.model.get("repeat") == "scale":
        return
    for grouping in query.reading.groupings:
        if grouping.word == "by" and grouping.function in {"max", "min", "sum", "bottomk"}:
            assert "scale" in grouping.labels or "_loss_" in query.expr or "_jitter_" in query.expr


def test_no_rate_is_divided_by_what_was_lifted_from_zero() -> None:
    """Where nothing was expected there is no ratio, instead of one that looks like none lost."""
    assert not [query.name for query in QUERIES if "clamp_min" in query.expr]
