"""Where Alertmanager sends what, what it keeps back, and what its messages say."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.rules.shipped import ALERTS, FOLDER, load
from tests.rules.tools import output_of

TITLE, TEXT, COLOR = (f'{{{{ template "voip.{name}" . }}}}' for name in ("title", "text", "color"))
CONFIG = FOLDER / "alertmanager.yml"
DOCUMENT = load(CONFIG)
PATH = {
    "job": "qos-exporter",
    "src_network": "head-office",
    "dst_network": "carrier-a",
    "direction": "caller_to_callee",
}
LINKS = {
    "dashboard_url": "http://localhost:3000/d/qos-paths",
    "runbook_url": "http://localhost:9090/user/runbook.md#pathlosshigh",
}
FIRING = {
    "status": "firing",
    "labels": {"alertname": "PathLossHigh", "severity": "critical", "component": "voice", **PATH},
    "annotations": {
        "summary": "A path loses packets.",
        "description": "head-office → carrier-a (caller_to_callee): 10% of the packets are lost.",
        **LINKS,
    },
    "startsAt": "2026-11-29T01:02:03Z",
    "endsAt": "0001-01-01T00:00:00Z",
}
RESOLVED = {**FIRING, "status": "resolved", "endsAt": "2026-11-29T01:32:03Z"}
DOWN = {
    **FIRING,
    "labels": {
        "alertname": "ExporterDown",
        "severity": "warning",
        "component": "exporter",
        "job": "qos-exporter",
        "instance": "probe-1:10667",
    },
}


def rendered(text: str, alert: Mapping[str, object], folder: Path, *, times: int = 1) -> str:
    """Render a text of a notification about one alert, or about so many that are alike."""
    data = folder / "data.json"
    data.write_text(
        json.dumps(
            {
                "receiver": "slack",
                "status": alert["status"],
                "alerts": [alert] * times,
                "groupLabels": {},
                "commonLabels": alert["labels"],
                "commonAnnotations": alert["annotations"],
                "externalURL": "http://localhost:9093",
            }
        )
    )
    return output_of(
        *("amtool", "template", "render"),
        f"--template.glob={FOLDER / 'templates' / '*.tmpl'}",
        f"--template.data={data}",
        f"--template.text={text}",
    )


@pytest.mark.amtool
def test_amtool_accepts_the_configuration() -> None:
    """Alertmanager can load it, templates included."""
    output = output_of("amtool", "check-config", CONFIG)
    assert "SUCCESS" in output
    assert "1 templates" in output


@pytest.mark.amtool
@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        pytest.param({"alertname": "PathLossHigh", "severity": "critical"}, "pagerduty", id="page"),
        pytest.param({"alertname": "PathLossHigh", "severity": "warning"}, "slack", id="warning"),
        pytest.param({"alertname": "CallSeriesDropped", "severity": "info"}, "slack", id="info"),
        pytest.param(
            {"alertname": "CallQualityPoor", "severity": "critical"}, "pagerduty", id="call"
        ),
        pytest.param({"alertname": "ExporterDown", "severity": "critical"}, "pagerduty", id="down"),
        pytest.param({"alertname": "NodeDown"}, "slack", id="somebody else's"),
    ],
)
def test_routes(labels: dict[str, str], receiver: str) -> None:
    """PagerDuty gets what is critical, and nothing else; Slack gets the rest."""
    words = [f"{name}={value}" for name, value in labels.items()]
    output = output_of(
        *("amtool", "config", "routes", "test", f"--config.file={CONFIG}"),
        f"--verify.receivers={receiver}",
        *words,
    )
    assert output.splitlines()[0] == receiver


@pytest.mark.amtool
@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: "-".join(filter(None, rule.key)))
def test_every_alert_reaches_somebody_by_its_severity(rule: object) -> None:
    """No alert ends without a receiver."""
    labels = getattr(rule, "labels", {})
    receiver = "pagerduty" if labels["severity"] == "critical" else "slack"
    words = [f"{name}={value}" for name, value in labels.items()]
    output_of(
        *("amtool", "config", "routes", "test", f"--config.file={CONFIG}"),
        f"--verify.receivers={receiver}",
        *words,
    )


def test_one_notification_is_about_one_path() -> None:
    """Calls and scales of a path are told together, paths apart."""
    assert DOCUMENT["route"]["group_by"] == ["alertname", *PATH]


def test_resolved_messages_are_sent_and_secrets_stay_in_files() -> None:
    """Whoever was told that it began is told that it is over; no key stands in the file."""
    configs = [
        config
        for receiver in DOCUMENT["receivers"]
        for kind in ("slack_configs", "pagerduty_configs")
        for config in receiver.get(kind, [])
    ]
    assert [config["send_resolved"] for config in configs] == [True, True]
    text = CONFIG.read_text(encoding="utf-8")
    assert re.findall(r"(\w+_file): ", text) == ["slack_api_url_file", "routing_key_file"]
    assert not re.search(
        r"^\s*-? ?(routing_key|service_key|api_url|slack_api_url):", text, re.MULTILINE
    )


def test_inhibition_compares_labels_that_alerts_have() -> None:
    """Every matcher names an alert that there is, and a label of it."""
    names = {rule.name for rule in ALERTS}
    for rule in DOCUMENT["inhibit_rules"]:
        for matcher in [*rule["source_matchers"], *rule["target_matchers"]]:
            label, operator, value = re.fullmatch(r'(\w+) (=~|!=|=) "?([^"]*)"?', matcher).groups()  # type: ignore[union-attr] # a matcher that is written differently fails the test
            values = {each.labels.get(label, each.name) for each in ALERTS}
            assert label in {"alertname", "severity", "component"}
            if label == "alertname":
                values = names
            assert [each for each in values if re.fullmatch(value, each)], operator


@pytest.mark.amtool
def test_the_title_names_alert_path_and_direction(tmp_path: Path) -> None:
    """The first line is enough to know what and where."""
    assert rendered(TITLE, FIRING, tmp_path).strip() == (
        "[FIRING critical] PathLossHigh: head-office → carrier-a, caller_to_callee"
    )
    assert rendered(TITLE, RESOLVED, tmp_path).strip() == (
        "[RESOLVED] PathLossHigh: head-office → carrier-a, caller_to_callee"
    )
    assert rendered(TITLE, DOWN, tmp_path).strip() == (
        "[FIRING warning] ExporterDown: probe-1:10667"
    )


@pytest.mark.amtool
def test_the_text_says_everything(tmp_path: Path) -> None:
    """Path, direction, value, since when, and the links to dashboard and runbook."""
    assert rendered(TEXT, FIRING, tmp_path).strip().splitlines() == [
        "A path loses packets.",
        "head-office → carrier-a (caller_to_callee): 10% of the packets are lost.",
        "Path: head-office → carrier-a",
        "Direction: caller_to_callee",
        "Since: 2026-11-29 01:02:03 UTC",
        "Dashboard: http://localhost:3000/d/qos-paths",
        "Runbook: http://localhost:9090/user/runbook.md#pathlosshigh",
    ]


@pytest.mark.amtool
def test_a_resolved_message_says_until_when(tmp_path: Path) -> None:
    """The end is told with the beginning."""
    lines = rendered(TEXT, RESOLVED, tmp_path).splitlines()
    at = lines.index("Since: 2026-11-29 01:02:03 UTC")
    assert lines[at + 1] == "Until: 2026-11-29 01:32:03 UTC"


@pytest.mark.amtool
@pytest.mark.parametrize(
    ("alert", "color"),
    [
        pytest.param(FIRING, "danger", id="critical"),
        pytest.param(DOWN, "warning", id="warning"),
        pytest.param(RESOLVED, "good", id="resolved"),
    ],
)
def test_the_color_follows_the_severity(
    alert: Mapping[str, object], color: str, tmp_path: Path
) -> None:
    """Slack shows at a glance how bad it is."""
    assert rendered(COLOR, alert, tmp_path).strip() == color


@pytest.mark.amtool
def test_of_many_alerts_the_first_ten_are_told(tmp_path: Path) -> None:
    """Twelve bad calls on a path are ten paragraphs and a number: messages have a largest size."""
    text = rendered(TEXT, FIRING, tmp_path, times=12)
    assert text.count("A path loses packets.") == 10
    assert text.strip().endswith("And 2 more.")
    assert "more" not in rendered(TEXT, FIRING, tmp_path, times=10)


def texts_of(node: object) -> list[str]:
    """Give every template in a part of the configuration."""
    if isinstance(node, Mapping):
        return [text for value in node.values() for text in texts_of(value)]
    if isinstance(node, list):
        return [text for item in node for text in texts_of(item)]
    return [node] if isinstance(node, str) and "{{" in node else []


@pytest.mark.amtool
@pytest.mark.parametrize("text", sorted(set(texts_of(DOCUMENT["receivers"]))))
def test_everything_that_is_sent_can_be_rendered(text: str, tmp_path: Path) -> None:
    """Every text of the receivers gives something, for alerts with a path and without."""
    assert rendered(text, FIRING, tmp_path).strip()
    assert rendered(text, DOWN, tmp_path).strip()


@pytest.mark.amtool
def test_the_title_of_different_severities_names_none(tmp_path: Path) -> None:
    """What alerts do not have in common is not in their title."""
    labels = {"alertname": "CallQualityPoor", "src_network": "a", "dst_network": "b"}
    mixed = {**FIRING, "labels": {**labels, "direction": "unknown"}}
    assert rendered(TITLE, mixed, tmp_path).strip() == ("[FIRING] CallQualityPoor: a → b, unknown")
