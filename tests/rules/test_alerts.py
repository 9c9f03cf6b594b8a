"""Every alert is complete, and so are the promtool tests of it."""

from __future__ import annotations

import re

import pytest

from tests.rules.shipped import (
    ALERTS,
    FOLDER,
    NAMES,
    RULES,
    TESTS,
    PromtoolTest,
    Rule,
    load,
    seconds,
)

SEVERITIES = {"critical", "warning", "info"}
BOTH = {
    *("PathMosLow", "PathLossHigh", "PathLossBehindTapHigh", "PathJitterHigh"),
    *("PathRoundTripHigh", "CallQualityPoor"),
}
"""Alerts on a threshold, which have two severities."""


def ids(rule: Rule) -> str:
    return "-".join(filter(None, rule.key))


@pytest.mark.parametrize("rule", ALERTS, ids=ids)
def test_an_alert_is_complete(rule: Rule) -> None:
    """It waits, holds, is of one of three severities, and says what, where and what to do."""
    assert re.fullmatch(r"([A-Z][a-z]+)+", rule.name)
    assert rule.labels["severity"] in SEVERITIES
    assert rule.labels["component"] == ("exporter" if "exporter" in rule.file else "voice")
    assert seconds(rule.raw["for"]) > 0
    assert seconds(rule.raw["keep_firing_for"]) > 0
    assert rule.annotations.keys() == {"summary", "description", "runbook_url", "dashboard_url"}
    assert rule.annotations["runbook_url"].endswith(f"#{rule.name.lower()}")
    assert rule.annotations["dashboard_url"].startswith("http://localhost:3000/d/qos-")


@pytest.mark.parametrize("rule", ALERTS, ids=ids)
def test_the_summary_is_a_constant_sentence(rule: Rule) -> None:
    """It has no values, so that notifications of one alert have one headline."""
    summary = rule.annotations["summary"]
    assert "{{" not in summary
    assert re.fullmatch(r"[A-Z][^.]+\.", summary)


@pytest.mark.parametrize("rule", ALERTS, ids=ids)
def test_the_description_says_where(rule: Rule) -> None:
    """It names what the alert is about: path and direction, the tap, or the job."""
    text = rule.annotations["description"]
    places = ("$labels.src_network", "$labels.instance", "$labels.job")
    assert any(place in text for place in places)
    if (
        rule.name.startswith(("Path", "Call", "Quality", "Codec"))
        and "voice" in rule.labels.values()
    ):
        assert {"$labels.src_network", "$labels.dst_network", "$labels.direction"} <= set(
            re.findall(r"\$labels\.\w+", text)
        )


def test_thresholds_have_two_severities() -> None:
    """MOS, loss, jitter and round trip warn before they are critical, on paths and on calls."""
    for name in BOTH:
        keys = {rule.key for rule in ALERTS if rule.name == name}
        figures = {figure for _, _, figure in keys}
        assert keys == {
            (name, severity, figure) for severity in ("warning", "critical") for figure in figures
        }
    assert {rule.labels.get("figure") for rule in ALERTS if rule.name == "CallQualityPoor"} == {
        *("mos", "loss", "jitter", "round_trip")
    }


def test_no_rule_is_there_twice() -> None:
    """Name and labels tell every rule from every other."""
    keys = [(rule.name, *sorted(rule.labels.items())) for rule in RULES]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("rule", ALERTS, ids=ids)
def test_every_rule_is_seen_not_yet_and_now_and_resolved(rule: Rule) -> None:
    """One test sees it not fire a step before it does, and over at last."""
    assert [test.name for test in TESTS if sees_all_of(test, rule)]


def sees_all_of(test: PromtoolTest, rule: Rule) -> bool:
    checks = test.of(rule.name)
    firing = [check.at_s for check in checks if rule.key in check.fired]
    quiet = [check.at_s for check in checks if rule.key not in check.fired]
    return bool(firing) and min(firing) - test.step_s in quiet and max(quiet) > max(firing)


@pytest.mark.parametrize("name", NAMES)
def test_every_alert_has_cases_in_which_it_must_not_fire(name: str) -> None:
    """At least one test names its reasons, and sees nothing at the times when others fire."""
    tests = [test for test in TESTS if test.name.startswith((f"{name} does not", f"{name} ("))]
    silent = [test for test in tests if "does not fire" in test.name]
    assert silent
    for test in silent:
        assert test.series
        assert len(test.of(name)) >= 2
        assert not any(check.fired for check in test.of(name))


@pytest.mark.parametrize("name", NAMES)
def test_every_alert_is_seen_with_duplicated_series(name: str) -> None:
    """With series that are there twice it fires all the same, and once."""
    tests = [test for test in TESTS if test.name.startswith(name) and "told once" in test.name]
    assert tests
    for test in tests:
        without = [re.sub(r', replica="\w+"', "", series) for series in test.series]
        assert len(set(without)) < len(without)
        fired = [key for check in test.of(name) for key in check.fired]
        assert fired
        assert all(len(set(check.fired)) == len(check.fired) for check in test.of(name))


SILENT_FOR = ("little traffic|few calls|few windows|first packets", "capture drops|tap drops")


@pytest.mark.parametrize(
    "name", sorted({rule.name for rule in ALERTS if rule.labels["component"] == "voice"})
)
def test_no_alert_on_quality_speaks_for_a_tap_that_sees_too_little(name: str) -> None:
    """Each has a test with hardly any traffic, and one with a capture that drops."""
    silent = " ".join(test.name for test in TESTS if test.name.startswith(name))
    for reason in SILENT_FOR:
        assert re.search(reason, silent), reason


@pytest.mark.parametrize(
    "test", TESTS, ids=lambda test: f"{test.file.partition('.')[0]}-{test.name}"
)
def test_expected_notifications_are_rendered(test: PromtoolTest) -> None:
    """No template is left over in them, and no value is missing."""
    for check in test.checks:
        for texts in check.annotations:
            assert not [text for text in texts.values() if re.search(r"\{\{|<no value>", text)]


def test_dashboards_and_runbook_are_the_same_everywhere() -> None:
    """Links lead to as few places as there are."""
    urls = {rule.annotations["dashboard_url"].partition("?")[0] for rule in ALERTS}
    assert {url.rpartition("/")[2] for url in urls} == {
        *("qos-overview", "qos-paths", "qos-call", "qos-history", "qos-exporter")
    }
    assert len({rule.annotations["runbook_url"].partition("#")[0] for rule in ALERTS}) == 1


def test_tests_load_groups_in_the_order_in_which_they_rest_on_each_other() -> None:
    """Promtool has no order of its own: each file lists all groups, those that record first."""
    for path in sorted((FOLDER / "tests").iterdir()):
        document = load(path)
        groups = {
            group["name"]: group["rules"]
            for file in document["rule_files"]
            for group in load((path.parent / file).resolve())["groups"]
        }
        order = document["group_eval_order"]
        assert sorted(order) == sorted(groups), path.name
        for place, name in enumerate(order):
            used = " ".join(str(rule["expr"]) for rule in groups[name])
            later = [rule for after in order[place + 1 :] for rule in groups[after]]
            recorded = {rule["record"] for rule in later if "record" in rule}
            assert not recorded & set(re.findall(r"[\w:]+", used)), (path.name, name)
