"""Every metric and label in a rule exists: in the catalogue, in another rule, or elsewhere."""

from __future__ import annotations

import re

import pytest

from qos_exporter.export.catalogue import FAMILIES, Family
from tests.rules.expressions import used_by
from tests.rules.shipped import ALERTS, FOLDER, RULES, Rule

TARGET_LABELS = {"job", "instance"}
NODE_LABELS = {*TARGET_LABELS, "network", "device"}
SNMP_LABELS = {*TARGET_LABELS, "network", "ifName"}
FOREIGN = {
    "up": TARGET_LABELS,
    "process_start_time_seconds": TARGET_LABELS,
    **{
        f"node_network_{way}_{fault}_total": NODE_LABELS
        for way in ("receive", "transmit")
        for fault in ("errs", "drop")
    },
    **{f"if{way}{fault}": SNMP_LABELS for way in ("In", "Out") for fault in ("Errors", "Discards")},
    "probe_success": {*TARGET_LABELS, "network"},
    "prometheus_tsdb_head_series": TARGET_LABELS,
    "ALERTS": {*TARGET_LABELS, "interface", "alertname", "alertstate"},
}
"""What Prometheus, node_exporter, snmp_exporter (if_mib) and blackbox_exporter export."""
RECORDED = {rule.name for rule in RULES if not rule.is_alert}
RECORDED_LABELS = {"week"}
SAMPLES: dict[str, tuple[Family, set[str]]] = {
    name: (family, {*family.labels, *TARGET_LABELS, *more})
    for family in FAMILIES
    for name, more in (
        (family.name, ()),
        *(
            (
                (f"{family.name}_sum", ()),
                (f"{family.name}_count", ()),
                (f"{family.name}_bucket", ("le",)),
            )
            if family.kind == "histogram"
            else ()
        ),
    )
}
KNOWN_LABELS = set.union(*(labels for _, labels in SAMPLES.values()), *FOREIGN.values())
RUNBOOK = (FOLDER / "runbook.md").read_text(encoding="utf-8")
RUNBOOK_QUERIES = re.findall(r"localhost:9090 '(.*)'$", RUNBOOK, re.MULTILINE)


def ids(rule: Rule) -> str:
    return f"{rule.name}-{rule.labels.get('severity', rule.labels.get('week', ''))}"


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_metrics_and_labels_of_a_rule_exist(rule: Rule) -> None:
    """Matchers name labels of their metric; aggregations and joins name labels that there are."""
    used = used_by(rule.expr)
    assert used.metrics
    for metric, labels in used.selectors:
        assert metric in RECORDED | SAMPLES.keys() | FOREIGN.keys()
        if metric in SAMPLES:
            assert set(labels) <= SAMPLES[metric][1]
        elif metric in FOREIGN:
            assert set(labels) <= FOREIGN[metric]
    assert used.labels <= KNOWN_LABELS | RECORDED_LABELS


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_counters_are_read_as_rates_and_gauges_are_not(rule: Rule) -> None:
    """A counter is never compared as it stands, except where a call's own count is meant."""
    text = re.sub(r"#[^\n]*", "", rule.expr)
    for metric in used_by(rule.expr).metrics & SAMPLES.keys():
        family = SAMPLES[metric][0]
        is_counter = family.kind == "counter" or metric.endswith(("_sum", "_count", "_bucket"))
        rated = re.findall(rf"(?:rate|increase)\(\s*{metric}\b", text)
        named = re.findall(rf"\b{metric}\b", text)
        if family.group != "per-call":
            assert len(rated) == (len(named) if is_counter else 0)


@pytest.mark.parametrize("query", RUNBOOK_QUERIES)
def test_queries_of_the_runbook_name_what_exists(query: str) -> None:
    """What the runbook says to look at can be looked at."""
    assert used_by(query).metrics <= RECORDED | SAMPLES.keys() | FOREIGN.keys()


@pytest.mark.parametrize("rule", ALERTS, ids=ids)
def test_queries_in_annotations_name_recorded_series(rule: Rule) -> None:
    """What a description looks up is a series that a rule records."""
    texts = " ".join(rule.annotations.values())
    assert set(re.findall(r"\w+:\w+:\w+", texts)) <= RECORDED


@pytest.mark.parametrize("rule", [rule for rule in RULES if not rule.is_alert], ids=ids)
def test_recorded_names_say_level_metric_and_operations(rule: Rule) -> None:
    """`level:metric:operations`, of the levels that the head of the file explains."""
    level, _, operations = rule.name.split(":")
    levels = {"tap", "path", "job", "call", "network", "codec", "scale", "result", "rating"}
    assert set(level.split("_")) <= levels | {"week", "device", "target"}
    assert operations


@pytest.mark.parametrize(
    ("expression", "metrics", "labels"),
    [
        pytest.param('a{b="c"}[5m]', {"a"}, set(), id="selector"),
        pytest.param("sum by (x, y) (rate(a[5m])) # by (z)", {"a"}, {"x", "y"}, id="aggregation"),
        pytest.param("a / on (x) group_left (y) (b > 0)", {"a", "b"}, {"x", "y"}, id="join"),
        pytest.param("a unless on (x) p:b:c offset 1w", {"a", "p:b:c"}, {"x"}, id="set operation"),
    ],
)
def test_names_are_found(expression: str, metrics: set[str], labels: set[str]) -> None:
    """The reader of expressions sees metrics and labels, and no functions or words."""
    used = used_by(expression)
    assert (used.metrics, used.labels) == (metrics, labels)
