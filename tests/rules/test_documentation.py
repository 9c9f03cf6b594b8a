"""docs/alerting.md tells of the alerts, thresholds and flags that there are."""

from __future__ import annotations

import re

import pytest
import yaml

from qos_exporter.cli import build_parser
from qos_exporter.rules import bounds
from qos_exporter.rules.render import RULE_FILES
from qos_exporter.rules.thresholds import DEFAULTS
from tests.conftest import CHECKOUT
from tests.rules.shipped import ALERTS, NAMES, RULES

PAGE = (CHECKOUT / "docs" / "alerting.md").read_text(encoding="utf-8")
ROWS = re.findall(
    r"^\| \[(\w+)\]\(\.\./alerting_rules/runbook\.md#(\w+)\) \| ([^|]+) \| ([^|]+) \|$",
    PAGE,
    re.MULTILINE,
)


def test_every_alert_has_its_row() -> None:
    """The tables list all alerts, each with a link to the runbook."""
    assert sorted(name for name, *_ in ROWS) == NAMES
    assert all(anchor == name.lower() for name, anchor, *_ in ROWS)


@pytest.mark.parametrize(("name", "after", "says"), [(row[0], *row[2:]) for row in ROWS])
def test_a_row_says_what_the_rules_say(name: str, after: str, says: str) -> None:
    """Severities with their waiting times, and the summary."""
    rules = [rule for rule in ALERTS if rule.name == name]
    waits = dict.fromkeys(f"{rule.labels['severity']} {rule.raw['for']}" for rule in rules)
    assert after == ", ".join(waits)
    assert says in {rule.annotations["summary"] for rule in rules}


@pytest.mark.parametrize(
    ("key", "warning", "critical"),
    [
        pytest.param(
            "mos_min", f"{DEFAULTS.mos_min.warning:g}", f"{DEFAULTS.mos_min.critical:g}", id="MOS"
        ),
        pytest.param(
            "loss_max",
            f"{DEFAULTS.loss_max.warning * 100:g} %",
            f"{DEFAULTS.loss_max.critical * 100:g} %",
            id="loss",
        ),
        pytest.param(
            "jitter_max",
            f"{DEFAULTS.jitter_max_s.warning * 1000:g} ms",
            f"{DEFAULTS.jitter_max_s.critical * 1000:g} ms",
            id="jitter",
        ),
        pytest.param(
            "round_trip_max",
            f"{DEFAULTS.round_trip_max_s.warning * 1000:g} ms",
            f"{DEFAULTS.round_trip_max_s.critical * 1000:g} ms",
            id="round trip",
        ),
        pytest.param("objective", f"{DEFAULTS.good_windows_min * 100:g} %", "", id="objective"),
    ],
)
def test_thresholds_are_the_defaults(key: str, warning: str, critical: str) -> None:
    """The table of thresholds shows what the shipped files are made with."""
    (row,) = re.findall(rf"^\| [^|]+ \| `{key}` \| ([^|]*)\| ([^|]*)\|", PAGE, re.MULTILINE)
    assert [cell.strip() for cell in row] == [warning, critical]


def test_every_threshold_and_flag_is_told() -> None:
    """Whatever can be chosen is on the page, and no flag is that there is not."""
    (parser,) = (
        action.choices["rules"]
        for action in build_parser()._actions
        if isinstance(action.choices, dict) and "rules" in action.choices
    )
    flags = {word for action in parser._actions for word in action.option_strings} - {
        "-h",
        "--help",
    }
    thresholds = {f"--{name.replace('_', '-')}" for name in bounds.BY_NAME}
    told = set(re.findall(r"--[a-z][a-z-]+", PAGE))
    assert flags - thresholds <= told
    assert all(f"`{name}`" in PAGE for name in bounds.BY_NAME)
    others = {"--web", "--storage", "--duration", "--comment"}
    assert told - others <= flags


def test_files_and_series_exist() -> None:
    """Names of rule files and recorded series are those that there are."""
    assert set(re.findall(r"`(\w+\.rules\.yml)`", PAGE)) == set(RULE_FILES)
    recorded = {rule.name for rule in RULES}
    assert set(re.findall(r"`(\w+:\w+:\w+)`", PAGE)) <= recorded


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
def test_examples_are_yaml(block: str) -> None:
    """What is shown can be copied."""
    assert isinstance(yaml.safe_load(block), dict)
