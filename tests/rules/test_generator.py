"""Other choices give other files, which Prometheus and Alertmanager accept as well."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from qos_exporter.bounds import RATIO, SECONDS, Bounds
from qos_exporter.rules.bounds import MOS, OBJECTIVE
from qos_exporter.rules.choices import Choices
from qos_exporter.rules.durations import PLACES, milliseconds, shortened
from qos_exporter.rules.render import RULE_FILES, rendered, write
from qos_exporter.rules.thresholds import Limit, thresholds
from tests.rules.shipped import RULES, Rule, rules_of
from tests.rules.tools import output_of

NUMBER = re.compile(r"(?<![\w.:])\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.])")


def within(bounds: Bounds) -> st.SearchStrategy[float]:
    return st.floats(bounds.least, bounds.most)


CHOICES = st.builds(
    thresholds,
    mos_min=within(MOS),
    loss_max=within(RATIO),
    jitter_max_s=within(SECONDS),
    round_trip_max_s=within(SECONDS),
    good_windows_min=within(OBJECTIVE),
).map(lambda chosen: Choices(thresholds=chosen))
EXTREMES = {
    "lowest": Choices(
        thresholds=thresholds(
            mos_min=MOS.least,
            loss_max=RATIO.least,
            jitter_max_s=SECONDS.least,
            round_trip_max_s=SECONDS.least,
            good_windows_min=OBJECTIVE.least,
        )
    ),
    "highest": Choices(
        thresholds=thresholds(
            mos_min=MOS.most,
            loss_max=RATIO.most,
            jitter_max_s=SECONDS.most,
            round_trip_max_s=SECONDS.most,
            good_windows_min=OBJECTIVE.most,
        ),
        time_scale=1000.0,
    ),
    "tiny": Choices(
        thresholds=thresholds(loss_max=1e-9, jitter_max_s=Limit(1e-12, 0.1)), time_scale=7.0
    ),
}


def without_numbers(rule: Rule) -> tuple[str, str, str]:
    return rule.group, rule.name, NUMBER.sub("N", rule.expr)


@settings(max_examples=10, deadline=None)  # each writes and reads all files
@given(CHOICES)
def test_thresholds_change_numbers_and_nothing_else(choices: Choices) -> None:
    """Whatever is chosen, the rules are the same but for their numbers."""
    rules = [
        rule
        for file in rendered(choices)
        if file.path.name in RULE_FILES
        for rule in rules_of(file.text, file=file.path.name)
    ]
    assert [*map(without_numbers, rules)] == [*map(without_numbers, RULES)]
    assert not [rule.name for rule in rules if "%{" in str(rule.raw)]


@given(CHOICES)
def test_what_is_critical_is_never_milder_than_a_warning(choices: Choices) -> None:
    """The limits that follow from a warning are at least as bad."""
    limits = choices.thresholds
    assert limits.mos_min.critical <= limits.mos_min.warning
    assert limits.loss_max.critical >= limits.loss_max.warning - 1e-6
    assert limits.jitter_max_s.critical >= limits.jitter_max_s.warning - 1e-6
    assert limits.round_trip_max_s.critical >= limits.round_trip_max_s.warning - 1e-6


@pytest.mark.promtool
@pytest.mark.amtool
@pytest.mark.parametrize("name", EXTREMES)
def test_extreme_choices_are_accepted(name: str, tmp_path: Path) -> None:
    """Promtool and amtool accept the ends of every range."""
    write(EXTREMES[name], tmp_path)
    paths = [tmp_path / file for file in RULE_FILES]
    output = output_of("promtool", "check", "rules", "--lint=all", "--lint-fatal", *paths)
    assert output.count("SUCCESS") == len(paths)
    assert "SUCCESS" in output_of("amtool", "check-config", tmp_path / "alertmanager.yml")


@pytest.mark.parametrize("scale", [2.0, 7.0, 60.0])
def test_the_time_scale_divides_every_duration(scale: float) -> None:
    """Ranges, offsets, `for`, holds and intervals all shrink; 1 ms is the shortest."""
    for plain, scaled in zip(rendered(Choices()), rendered(Choices(time_scale=scale)), strict=True):
        before = [milliseconds(found) for found in PLACES.findall(plain.text)]
        after = [milliseconds(found) for found in PLACES.findall(scaled.text)]
        assert after == [max(1, round(each / scale)) for each in before]
        assert bool(before) is (plain.path.suffix == ".yml" or "[1h]" in plain.text)


def test_no_duration_is_overlooked() -> None:
    """Whatever Prometheus or Alertmanager reads as a duration is among those that shrink."""
    keys = re.compile(r"^(for|keep_firing_for|interval|group_\w+|repeat_interval|resolve_timeout)$")
    for file in rendered(Choices()):
        if file.path.suffix != ".yml":
            continue
        values = [value for key, value in pairs(yaml.safe_load(file.text)) if keys.match(key)]
        values = [value for value in values if isinstance(value, str)]
        ranges = re.findall(r"(?<=\[)\d+[a-z]+(?=\])|(?<=offset )\d+[a-z]+", file.text)
        assert len(PLACES.findall(file.text)) == len(values) + len(ranges)


def pairs(node: object) -> list[tuple[str, object]]:
    """Give every key with its value, however deep."""
    if isinstance(node, dict):
        return [*node.items(), *(pair for value in node.values() for pair in pairs(value))]
    return [pair for item in node for pair in pairs(item)] if isinstance(node, list) else []


@pytest.mark.parametrize(
    ("text", "scale", "expected"),
    [
        pytest.param("x[5m] offset 1w", 60.0, "x[5s] offset 168m", id="range and offset"),
        pytest.param("for: 30s\n", 60.0, "for: 500ms\n", id="milliseconds"),
        pytest.param("interval: 2m", 2.0, "interval: 1m", id="interval"),
        pytest.param("x[1s]", 1000.0, "x[1ms]", id="shortest"),
        pytest.param("x[2s]", 1000.0, "x[2ms]", id="two milliseconds"),
        pytest.param("path:x:rate5m > 5", 60.0, "path:x:rate5m > 5", id="names stay"),
    ],
)
def test_durations_in_a_text(text: str, scale: float, expected: str) -> None:
    """A duration is written in the largest unit that needs no fraction."""
    assert shortened(text, scale) == expected


@pytest.mark.parametrize("text", ["", "5", "m", "1y", "1h30m", "-5m"])
def test_what_is_no_duration(text: str) -> None:
    """A duration is a number and one unit."""
    with pytest.raises(ValueError, match="is no duration"):
        milliseconds(text)


def test_how_far_ahead_shrinks_with_the_rest() -> None:
    """A prediction for in four hours is one for in four minutes."""
    texts = {file.path.name: file.text for file in rendered(Choices(time_scale=60.0))}
    assert "[1m], 240) >" in texts["prediction.rules.yml"]


@pytest.mark.promtool
def test_other_thresholds_are_those_that_alerts_go_by(tmp_path: Path) -> None:
    """Loss of 1.5 % is a warning where 1 % is the limit, though it is none with the defaults."""
    write(Choices(thresholds=thresholds(loss_max=0.01)), tmp_path)
    path = tmp_path / "loss.test.yml"
    groups = [
        group["name"]
        for name in ("recording.rules.yml", "voice_quality.rules.yml")
        for group in yaml.safe_load((tmp_path / name).read_text(encoding="utf-8"))["groups"]
    ]
    labels = 'job="j", instance="i", src_network="a", dst_network="b", direction="unknown"'
    test = {
        "rule_files": ["recording.rules.yml", "voice_quality.rules.yml"],
        "group_eval_order": groups,
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {"series": f"voip_packets_{fate}_total{{{labels}}}", "values": f"0+{count}x9"}
                    for fate, count in (("expected", 3000), ("lost", 45))
                ],
                "promql_expr_test": [
                    {
                        "expr": f'count(ALERTS{{alertname="PathLossHigh", {matcher}}})',
                        "eval_time": "9m",
                        "exp_samples": samples,
                    }
                    for matcher, samples in (
                        ('severity="warning", alertstate="firing"', [{"labels": "{}", "value": 1}]),
                        ('severity="critical"', []),
                    )
                ],
            }
        ],
    }
    path.write_text(yaml.safe_dump(test))
    assert "SUCCESS" in output_of("promtool", "test", "rules", path)
