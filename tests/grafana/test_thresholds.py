"""Colours change where the alerting rules speak up."""

from __future__ import annotations

import re
from typing import Any

import pytest

from grafana.limits import DROPS, FULL, TINY, Steps
from qos_exporter.rules.thresholds import DEFAULTS
from tests.conftest import CHECKOUT
from tests.grafana.shown import PANELS, ShownPanel
from tests.rules.shipped import ALERTS

LIMITS = {
    r"_mos_(lq|cq)": {DEFAULTS.mos_min.warning, DEFAULTS.mos_min.critical},
    r"round_trip(_max|_leg)?_seconds": {
        DEFAULTS.round_trip_max_s.warning,
        DEFAULTS.round_trip_max_s.critical,
    },
    r"jitter(_max)?_seconds": {DEFAULTS.jitter_max_s.warning, DEFAULTS.jitter_max_s.critical},
    r"packets_(lost|discarded)_total|_loss_ratio|_discard_ratio": {
        DEFAULTS.loss_max.warning,
        DEFAULTS.loss_max.critical,
    },
}
"""What a figure is made of, and where its colour has to change."""
MATTERS = {"s", "percentunit", "none"}


def starts(steps: list[dict[str, Any]]) -> set[float]:
    return {step["value"] for step in steps if step["value"] is not None}


def expected(exprs: list[str], unit: str) -> set[float] | None:
    """Give the limits of what some queries show, or None where there are none."""
    if unit not in MATTERS:
        return None
    for pattern, limits in LIMITS.items():
        if any(re.search(pattern, expr) for expr in exprs):
            return limits
    if any('result="good"' in expr for expr in exprs):
        return {DEFAULTS.good_windows_min}
    return None


def figures(panel: ShownPanel) -> list[tuple[str, set[float] | None, list[dict[str, Any]]]]:
    """Give what a panel shows: a name, the limits that are due, the steps that there are."""
    config = panel.model["fieldConfig"]
    targets = panel.model["targets"]
    if not panel.is_table:
        exprs = [target["expr"] for target in targets]
        due = expected(exprs, config["defaults"]["unit"])
        return [(panel.name, due, config["defaults"]["thresholds"]["steps"])]
    (organize,) = [one for one in panel.model["transformations"] if one["id"] == "organize"]
    fields = {title: field for field, title in organize["options"]["renameByName"].items()}
    found = []
    for override in config["overrides"]:
        title = override["matcher"]["options"]
        given = {one["id"]: one["value"] for one in override["properties"]}
        exprs = [
            target["expr"].partition(" and on ")[0]
            for target in targets
            if fields[title] in {"Value", f"Value #{target['refId']}"}
        ]
        due = expected(exprs, given["unit"]) if len(exprs) == 1 else None
        steps = given.get("thresholds", {}).get("steps", [])
        found.append((f"{panel.name}, {title}", due, steps))
    return found


FIGURES = [figure for panel in PANELS for figure in figures(panel)]
WITH_LIMITS = [figure for figure in FIGURES if figure[1] is not None]
NOT_OF_THE_LIMIT = {
    "history: Allowance left, 30 days": {0, 0.25},
    "history: What is left of it on each path, in the time shown, Allowance left": {0, 0.25},
}
"""Figures that are derived from one with a limit, and change colour where the allowance ends."""


@pytest.mark.parametrize("figure", WITH_LIMITS, ids=lambda figure: figure[0])
def test_colours_change_at_the_thresholds_of_the_rules(
    figure: tuple[str, set[float], list[dict[str, Any]]],
) -> None:
    """MOS, loss, jitter, round trip and good windows have the limits of the alerts."""
    name, due, steps = figure
    assert starts(steps) == NOT_OF_THE_LIMIT.get(name, due)


def test_most_figures_have_limits() -> None:
    """The table of patterns finds figures of every kind, so the test above is about something."""
    kinds = [sum(due == limits for _, due, _ in WITH_LIMITS) for limits in LIMITS.values()]
    assert min(kinds) >= 5


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
def test_every_panel_says_what_its_colours_mean(panel: ShownPanel) -> None:
    """The first step begins below everything, and the others rise."""
    steps = panel.model["fieldConfig"]["defaults"]["thresholds"]["steps"]
    assert steps[0]["value"] is None
    rising = [step["value"] for step in steps[1:]]
    assert rising == sorted(rising)


def test_less_is_worse_for_mos_only() -> None:
    """A MOS is red below its limit and green above; a loss is green below and red above."""
    ends = {
        name: (steps[0]["color"], steps[-1]["color"])
        for name, due, steps in WITH_LIMITS
        if name not in NOT_OF_THE_LIMIT
    }
    mos = {DEFAULTS.mos_min.warning, DEFAULTS.mos_min.critical}
    for name, due, _ in WITH_LIMITS:
        if name in ends and due == mos:
            assert ends[name] == ("red", "green")
        elif name in ends and due != {DEFAULTS.good_windows_min}:
            assert ends[name] == ("green", "red")


def test_the_documentation_names_the_limits() -> None:
    """The table of colours in docs/dashboards.md has the numbers of the rules."""
    text = (CHECKOUT / "docs" / "dashboards.md").read_text()
    loss, jitter, trip = (DEFAULTS.loss_max, DEFAULTS.jitter_max_s, DEFAULTS.round_trip_max_s)
    for row in (
        f"| MOS | below {DEFAULTS.mos_min.warning:g} | below {DEFAULTS.mos_min.critical:g} |",
        f"too late | {loss.warning * 100:g} % | {loss.critical * 100:g} % |",
        f"| jitter | {jitter.warning * 1000:g} ms | {jitter.critical * 1000:g} ms |",
        f"| round trip | {trip.warning * 1000:g} ms | {trip.critical * 1000:g} ms |",
        f"| good windows | below {DEFAULTS.good_windows_min * 100:g} % | |",
    ):
        assert row in text


@pytest.mark.parametrize(
    ("alert", "steps"),
    [
        pytest.param("CaptureDropsPackets", DROPS, id="drops"),
        pytest.param("TableNearlyFull", FULL, id="tables"),
    ],
)
def test_colours_of_the_exporter_change_where_its_alerts_speak_up(alert: str, steps: Steps) -> None:
    """These limits cannot be chosen: they are in the rules as they are in the dashboards."""
    spoken = {
        rule.labels["severity"]: float(rule.expr.split()[-1])
        for rule in ALERTS
        if rule.name == alert
    }
    _, warning, critical = (step.start for step in steps)
    assert spoken == {"warning": 0 if warning == TINY else warning, "critical": critical}
