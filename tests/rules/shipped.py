"""The shipped files of alerting, and their promtool tests, as values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from qos_exporter.rules.render import RULE_FILES
from tests.conftest import CHECKOUT

FOLDER = CHECKOUT / "alerting_rules"
PROMTOOL_TESTS = sorted((FOLDER / "tests").glob("*.rules.test.yml"))


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a file; an alert has a severity, a recording rule none."""

    file: str
    group: str
    name: str
    expr: str
    raw: dict[str, Any]

    @property
    def is_alert(self) -> bool:
        return "alert" in self.raw

    @property
    def labels(self) -> dict[str, str]:
        labels: dict[str, str] = self.raw.get("labels", {})
        return labels

    @property
    def annotations(self) -> dict[str, str]:
        annotations: dict[str, str] = self.raw.get("annotations", {})
        return annotations

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells the rules of one alert apart: name, severity, figure."""
        return (self.name, self.labels["severity"], self.labels.get("figure", ""))


@dataclass(frozen=True, slots=True)
class Check:
    """What one alert is expected to do at one moment of a test."""

    at_s: int
    alert: str
    fired: tuple[tuple[str, str, str], ...]
    """The keys of the rules that fire."""
    annotations: tuple[dict[str, str], ...]


@dataclass(frozen=True, slots=True)
class PromtoolTest:
    """One named group of a promtool test."""

    file: str
    name: str
    step_s: int
    series: tuple[str, ...]
    checks: tuple[Check, ...]

    def of(self, alert: str) -> tuple[Check, ...]:
        """The checks of one alert, in the order of time."""
        return tuple(check for check in self.checks if check.alert == alert)


def parsed(text: str) -> dict[str, Any]:
    """Read YAML, by the compiled reader: there are thousands of lines."""
    document: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return document


def load(path: Path) -> dict[str, Any]:
    return parsed(path.read_text(encoding="utf-8"))


def rules_of(text: str, *, file: str) -> list[Rule]:
    """Give the rules in the text of a file."""
    return [
        Rule(file, group["name"], raw.get("alert") or raw["record"], raw["expr"], raw)
        for group in parsed(text)["groups"]
        for raw in group["rules"]
    ]


RULES = [
    rule
    for name in RULE_FILES
    for rule in rules_of((FOLDER / name).read_text(encoding="utf-8"), file=name)
]
ALERTS = [rule for rule in RULES if rule.is_alert]
NAMES = sorted({rule.name for rule in ALERTS})


def seconds(duration: str) -> int:
    """Give the seconds of a duration such as `672h30m`."""
    units = {"h": 3600, "m": 60, "s": 1}
    total, digits = 0, ""
    for character in duration:
        if character.isdigit():
            digits += character
        else:
            total += int(digits) * units[character]
            digits = ""
    return total


def _check(raw: dict[str, Any]) -> Check:
    expected = raw.get("exp_alerts") or []
    labels = [each["exp_labels"] for each in expected]
    return Check(
        seconds(raw["eval_time"]),
        raw["alertname"],
        tuple((raw["alertname"], each["severity"], each.get("figure", "")) for each in labels),
        tuple(each["exp_annotations"] for each in expected),
    )


TESTS = [
    PromtoolTest(
        path.name,
        raw["name"],
        seconds(raw["interval"]),
        tuple(series["series"] for series in raw["input_series"]),
        tuple(map(_check, raw.get("alert_rule_test", []))),
    )
    for path in PROMTOOL_TESTS
    for raw in load(path)["tests"]
]
