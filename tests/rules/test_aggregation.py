"""What rules may put together, and what they must keep apart."""

from __future__ import annotations

import re

import pytest

from tests.rules.shipped import RULES, Rule

RECORDED = [rule for rule in RULES if not rule.is_alert]
PER_CALL = "call"
"""The level of the one recording rule with series of calls: those that have a fault."""


def plain(rule: Rule) -> str:
    """Give an expression without comments, in one line."""
    return " ".join(re.sub(r"#[^\n]*", "", rule.expr).split())


def ids(rule: Rule) -> str:
    return "-".join((rule.name, *rule.labels.values()))


@pytest.mark.pitfall(50)
@pytest.mark.parametrize("rule", [rule for rule in RULES if "mos_lq" in rule.expr], ids=ids)
def test_scores_of_different_scales_never_meet(rule: Rule) -> None:
    """Whatever adds up or compares scores keeps their scale, or keeps them call by call."""
    for labels in re.findall(r"\bby \(([^)]*)\)", plain(rule)):
        assert "scale" in labels or "call_id" in labels
    assert "without" not in rule.expr


@pytest.mark.pitfall(110)
@pytest.mark.parametrize("rule", RECORDED, ids=ids)
def test_recorded_series_are_of_paths_and_not_of_calls(rule: Rule) -> None:
    """Calls add no recorded series, but for the few with audio in one direction only."""
    per_call = {"call_id", "caller", "callee", "src", "dst"}
    outermost = re.search(r"\bby \(([^)]*)\)", plain(rule))
    if rule.name.startswith(f"{PER_CALL}:"):
        assert "voip_call_" in rule.name
    elif outermost:
        assert not per_call & set(re.split(r",\s*", outermost[1].strip()))
    assert "voip_call_" not in rule.expr or rule.name.startswith(f"{PER_CALL}:")


@pytest.mark.pitfall(115)
@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.group != "voip-baseline"], ids=ids)
def test_no_average_of_averages(rule: Rule) -> None:
    """Ratios and means are made once, of sums; only what is usual at an hour is a mean of them."""
    averaged = re.findall(r"\bavg(?:_over_time)?(?: by \([^)]*\))? ?\(\s*([\w:]+)", plain(rule))
    assert all(re.fullmatch(r"tap_path:\w+:rate5m|probe_success", metric) for metric in averaged)


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_taps_and_replicas_are_never_added_up(rule: Rule) -> None:
    """A sum either keeps the tap, or is of faults that every tap counts for itself."""
    for labels in re.findall(r"\bsum by \(([^)]*)\)", plain(rule)):
        assert "instance" in labels or rule.name == "call:voip_call_one_way:info"


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_what_is_left_is_named(rule: Rule) -> None:
    """Labels that are kept are named, so that a new one cannot break a rule."""
    assert "without" not in plain(rule)
    assert not re.search(r"\bignoring\b", plain(rule))
