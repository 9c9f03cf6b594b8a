"""The dashboards hold together: places, numbers, links, variables."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from typing import Any

import pytest

from tests.grafana.shown import DASHBOARDS, PANELS, UIDS, VARIABLE, ShownPanel
from tests.grafana.shown import variables as variables_of

COLUMNS = 24
SHARED = ["datasource", "job", "instance", "src_network", "dst_network", "codec", "scale"]
BUILT_IN = {
    *("__rate_interval", "__interval", "__range"),
    *("__value", "__data", "__field", "__url_time_range", "__all_variables"),
}

each_dashboard = pytest.mark.parametrize("dashboard", DASHBOARDS)
each_panel = pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)


def cells(place: dict[str, int]) -> set[tuple[int, int]]:
    """Give the cells of the grid that a panel covers."""
    across = range(place["x"], place["x"] + place["w"])
    down = range(place["y"], place["y"] + place["h"])
    return {*itertools.product(across, down)}


def links_of(model: dict[str, Any]) -> list[str]:
    """Give the addresses in a model, wherever they are."""
    return re.findall(r'"url": "([^"]+)"', json.dumps(model).replace('\\"', "'"))


@each_dashboard
def test_numbers_and_titles_are_given_once(dashboard: str) -> None:
    """Panels can be told apart by number, and by title for whoever talks about them."""
    panels = DASHBOARDS[dashboard]["panels"]
    assert max(Counter(panel["id"] for panel in panels).values()) == 1
    assert max(Counter(panel["title"] for panel in panels).values()) == 1


@each_dashboard
def test_panels_fill_the_grid_and_do_not_overlap(dashboard: str) -> None:
    """Every cell of the grid, from the first to the last line, belongs to exactly one panel."""
    covered = Counter[tuple[int, int]]()
    for panel in DASHBOARDS[dashboard]["panels"]:
        covered.update(cells(panel["gridPos"]))
    lines = max(line for _, line in covered) + 1
    assert {*covered.values()} == {1}
    assert len(covered) == COLUMNS * lines


@each_panel
def test_nothing_is_explained_where_there_is_nothing(panel: ShownPanel) -> None:
    """A panel without data says so in words."""
    assert panel.model["fieldConfig"]["defaults"]["noValue"]


@each_dashboard
def test_dashboards_share_their_variables(dashboard: str) -> None:
    """What was chosen on one dashboard can be carried to every other."""
    assert [one["name"] for one in variables_of(dashboard)][: len(SHARED)] == SHARED


@each_dashboard
def test_every_variable_that_is_used_exists(dashboard: str) -> None:
    """No query, title or link speaks of a variable that the dashboard has not got."""
    text = json.dumps(DASHBOARDS[dashboard])
    used = {first or second for first, second in VARIABLE.findall(text)}
    known = {one["name"] for one in variables_of(dashboard)}
    assert used - {"__all"} <= known | BUILT_IN


@each_dashboard
def test_links_between_dashboards_keep_time_and_variables(dashboard: str) -> None:
    """At the top are links to all dashboards of the project."""
    (link,) = DASHBOARDS[dashboard]["links"]
    assert (link["type"], link["keepTime"], link["includeVars"]) == ("dashboards", True, True)
    assert {*link["tags"]} <= {*DASHBOARDS[dashboard]["tags"]}
    assert "placement" not in link


@each_panel
def test_links_lead_to_dashboards_that_exist(panel: ShownPanel) -> None:
    """A link from a value keeps time, data source and exporters, and sets what the target has."""
    for url in links_of(panel.model):
        found = re.fullmatch(r"/d/([\w-]+)\?(.*)", url)
        assert found
        assert found[1] in UIDS
        assert "${__url_time_range}" in found[2]
        kept = [f"${{{name}:queryparam}}" in found[2] for name in ("datasource", "job", "instance")]
        assert all(kept) or "${__all_variables}" in found[2]
        target = next(name for name, one in DASHBOARDS.items() if one["uid"] == found[1])
        known = {one["name"] for one in variables_of(target)}
        assert {*re.findall(r"var-(\w+)=", found[2])} <= known


def test_calls_and_paths_are_linked_wherever_they_are_listed() -> None:
    """A Call-ID in a table leads to the call."""
    for panel in PANELS:
        titles = [one["matcher"]["options"] for one in panel.model["fieldConfig"]["overrides"]]
        if panel.is_table and "Call-ID" in titles:
            assert any("/d/qos-call?" in url for url in links_of(panel.model))
    assert sum("/d/qos-call?" in url for one in PANELS for url in links_of(one.model)) >= 2
    assert sum("/d/qos-paths?" in url for one in PANELS for url in links_of(one.model)) >= 2


@each_dashboard
def test_alerts_are_marked(dashboard: str) -> None:
    """Firing alerts of this project are marks on the time axis."""
    (annotation,) = DASHBOARDS[dashboard]["annotations"]["list"]
    assert annotation["expr"].startswith('ALERTS{alertstate="firing"')
    assert annotation["enable"]


def test_heatmaps_ask_for_the_calls_that_metrics_name() -> None:
    """Exemplars are asked for where MOS, loss or round trips are, which have them."""
    with_calls = {
        panel.model["title"]
        for panel in PANELS
        for target in panel.model["targets"]
        if target["exemplar"]
    }
    assert with_calls == {"MOS, $scale", "Loss before the tap", "Round trip"}


def test_columns_are_overridden_by_the_names_that_they_get() -> None:
    """What is said about a column names a column, and the order of rows does too."""
    for panel in PANELS:
        if panel.is_table:
            (organize,) = [one for one in panel.model["transformations"] if one["id"] == "organize"]
            titles = {*organize["options"]["renameByName"].values()}
            overridden = {
                one["matcher"]["options"] for one in panel.model["fieldConfig"]["overrides"]
            }
            assert overridden == titles
            assert {one["displayName"] for one in panel.model["options"]["sortBy"]} <= titles
