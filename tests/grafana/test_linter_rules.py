"""The rules of Grafana's dashboard-linter, which is no Python and needs a network to build."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.grafana.shown import DASHBOARDS, FOLDER, PANELS, QUERIES, ShownPanel, ShownQuery
from tests.grafana.shown import variables as variables_of

UNITS = {
    *("none", "string", "short", "percentunit", "s", "dtdurations", "dateTimeAsIso", "bytes"),
    *("Bps", "pps", "cps", "bool_yes_no"),
}
"""Those of Grafana's units that are used here; base units, as the metrics have them."""
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
EXCLUSIONS: dict[str, Any] = yaml.safe_load((FOLDER / ".lint").read_text())["exclusions"]

each_dashboard = pytest.mark.parametrize("dashboard", DASHBOARDS)
each_panel = pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
each_query = pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)


def variable(dashboard: str, name: str) -> dict[str, Any]:
    (found,) = [one for one in variables_of(dashboard) if one["name"] == name]
    return found


def is_excluded(rule: str, panel: ShownPanel) -> bool:
    """Whether the linter is told to overlook a panel."""
    here = {"dashboard": DASHBOARDS[panel.dashboard]["title"], "panel": panel.model["title"]}
    return here in EXCLUSIONS.get(rule, {}).get("entries", [])


@each_dashboard
def test_template_datasource(dashboard: str) -> None:
    """The data source is chosen by a variable of the agreed name."""
    found = variable(dashboard, "datasource")
    assert (found["type"], found["query"]) == ("datasource", "prometheus")
    assert found["label"] == "Data source"


@each_dashboard
@pytest.mark.parametrize("name", ["job", "instance"])
def test_template_job_and_instance(dashboard: str, name: str) -> None:
    """Exporters are chosen by job and instance: several, and all by a pattern that needs one."""
    found = variable(dashboard, name)
    assert found["type"] == "query"
    assert found["datasource"] == DATASOURCE
    assert found["label"] == name.capitalize()
    assert found["multi"]
    assert found["includeAll"]
    assert found["allValue"] == ".+"


@each_dashboard
def test_template_on_time_change_reload(dashboard: str) -> None:
    """Variables are asked for again when another time is chosen."""
    asked = [one for one in variables_of(dashboard) if one["type"] == "query"]
    assert [one["name"] for one in asked if one["refresh"] != 2] == []


@each_dashboard
def test_template_label_promql(dashboard: str) -> None:
    """Variables ask for the values of a label."""
    asked = [one["query"] for one in variables_of(dashboard) if one["type"] == "query"]
    assert [query for query in asked if not re.fullmatch(r"label_values\(.+, \w+\)", query)] == []


@each_dashboard
def test_uneditable_dashboard(dashboard: str) -> None:
    """Changes are made where the files are built; in the browser a copy can be changed."""
    assert DASHBOARDS[dashboard]["editable"] is False


@each_panel
def test_panel_datasource(panel: ShownPanel) -> None:
    """Panels and their queries take the data source that was chosen."""
    assert panel.model["datasource"] == DATASOURCE
    assert {target["datasource"]["uid"] for target in panel.model["targets"]} == {DATASOURCE["uid"]}


@each_panel
def test_panel_title_description(panel: ShownPanel) -> None:
    """Panels say what they show, in a sentence or more."""
    assert panel.model["title"]
    assert panel.model["description"].endswith(".")


@each_panel
def test_panel_units(panel: ShownPanel) -> None:
    """Values have units, in each column of a table too."""
    assert panel.model["fieldConfig"]["defaults"]["unit"] in UNITS
    if panel.is_table:
        for override in panel.model["fieldConfig"]["overrides"]:
            units = [one["value"] for one in override["properties"] if one["id"] == "unit"]
            assert len(units) == 1
            assert {*units} <= UNITS


@each_panel
def test_panel_no_targets(panel: ShownPanel) -> None:
    """Every panel asks something."""
    assert panel.model["targets"]


@each_query
def test_target_rate_interval(query: ShownQuery) -> None:
    """Rates are over the interval that fits the scrapes and the time that is shown."""
    for selector in query.reading.selectors:
        if {"rate", "irate"} & {*selector.functions}:
            assert selector.range == "$__rate_interval"


@each_query
@pytest.mark.parametrize("label", ["job", "instance"])
def test_target_job_and_instance(query: ShownQuery, label: str) -> None:
    """Every series that is read is restricted to the chosen exporters."""
    missing = [
        selector.metric
        for selector in query.reading.selectors
        if (label, "=~", f"${label}")
        not in [(one.label, one.operator, one.value) for one in selector.matchers]
    ]
    assert bool(missing) == is_excluded(f"target-{label}-rule", query.panel)


@each_query
def test_target_counter_agg(query: ShownQuery) -> None:
    """A counter is only read by how much it grows."""
    for selector in query.reading.selectors:
        if selector.metric.endswith(("_total", "_bucket")):
            assert selector.functions[-1] in {"rate", "increase"}
            assert selector.range


def test_nothing_is_excluded_that_is_gone() -> None:
    """The linter's exclusions name panels that there are, and have reasons."""
    names = {(DASHBOARDS[one.dashboard]["title"], one.model["title"]) for one in PANELS}
    for exclusion in EXCLUSIONS.values():
        assert exclusion["reason"]
        assert {(one["dashboard"], one["panel"]) for one in exclusion["entries"]} <= names
