"""docs/scaling.md: its numbers are those of the catalogue and of real calls, and add up."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from qos_exporter.cli import run
from qos_exporter.export.catalogue import AGGREGATE, BY_NAME, PER_CALL
from tests.conftest import CHECKOUT

DOCUMENT = (CHECKOUT / "docs" / "scaling.md").read_text()
DATA = CHECKOUT / "tests" / "data"
CLEAN, TELEPHONES = DATA / "sipp_pcma_clean.pcap.gz", DATA / "far_end_telephones.pcap.gz"
FORMULA = re.compile(r"^    (?P<left>[\d,]+ .*) = (?P<right>[\d,]+)", re.MULTILINE)
TIMES = "\N{MULTIPLICATION SIGN}"
TERM = re.compile(rf"(?P<operator>[{TIMES}/]?) *(?P<number>[\d,]*\d)")
BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
PER_CALL_NAMES = {family.name for family in PER_CALL}
BURST_NAMES = {
    name for name in PER_CALL_NAMES if re.match(r"voip_call_(burst|gap)_(density|duration)", name)
}
GROUP_LABELS = {"codec", "scale", "src_network", "dst_network", "direction"}
SOURCES = {
    "voip_round_trip_seconds": 3,
    "voip_window_loss_ratio": 2,
    "voip_window_jitter_seconds": 2,
}
"""How many sources a histogram has: rtcp, rtcp_xr and stun; rtp and rtcp."""


def number(text: str) -> int:
    return int(text.replace(",", ""))


def row(text: str) -> int:
    """Give the number in the row of a table that begins with a text."""
    (found,) = re.findall(rf"^\| {re.escape(text)}[^|]*\|\D*([\d,]+)", DOCUMENT, re.MULTILINE)
    return number(found)


def series_of(capture: Path, capsys: pytest.CaptureFixture[str]) -> list[Sample]:
    """Give the series that a capture comes to."""
    assert run(["analyze", "--format=prometheus", str(capture)]) == 0
    families = text_string_to_metric_families(capsys.readouterr().out)
    return [sample for family in families for sample in family.samples]


def of_calls(samples: Iterable[Sample]) -> list[Sample]:
    return [sample for sample in samples if sample.name in PER_CALL_NAMES]


def of_groups(samples: Iterable[Sample]) -> list[Sample]:
    """Give those by codec and path."""
    return [sample for sample in samples if sample.labels.keys() >= GROUP_LABELS]


def buckets(name: str) -> int:
    """Count the edges of a histogram and +Inf, for every source."""
    return (len(BY_NAME[name].edges) + 1) * SOURCES.get(name, 1)


def with_count_and_sum(name: str) -> int:
    return buckets(name) + 2 * SOURCES.get(name, 1)


HISTOGRAMS = [
    family.name
    for family in AGGREGATE
    if family.kind == "histogram" and set(family.labels) >= GROUP_LABELS
]


def test_series_of_a_call_without_reports(capsys: pytest.CaptureFixture[str]) -> None:
    """A clean call of which nobody reports has half of them in each direction."""
    series = of_calls(series_of(CLEAN, capsys))
    directions = [sample.labels["direction"] for sample in series]
    assert len(series) == row("RTP alone, no loss")
    assert directions.count("caller_to_callee") == len(series) / 2 == 17
    assert "two directions with 17 each" in DOCUMENT


def test_series_of_a_call_with_reports(capsys: pytest.CaptureFixture[str]) -> None:
    """Two calls of telephones: what RTCP adds, what a further source adds, and what bursts add."""
    series = of_calls(series_of(TELEPHONES, capsys))
    further = [sample for sample in series if sample.labels.get("source") == "rtp_stat"]
    bursts = [sample for sample in series if sample.name in BURST_NAMES]
    assert len(further) == 2 * row("for each further source of reports")
    assert len(bursts) == row("with bursts of loss in one direction") == len(BURST_NAMES)
    assert len(series) - len(further) - len(bursts) == 2 * row("with RTCP of both sides")


def test_series_of_a_path(capsys: pytest.CaptureFixture[str]) -> None:
    """A path, codec and direction has as many by the catalogue as by a real exposition."""
    by_catalogue = sum(map(with_count_and_sum, HISTOGRAMS))
    series = of_groups(
        sample for sample in series_of(CLEAN, capsys) if "call_id" not in sample.labels
    )
    names = [re.sub(r"_(bucket|count|sum)$", "", sample.name) for sample in series]
    measured = sum(name in HISTOGRAMS for name in names) // 2
    assert row("histograms, with one series a bucket") == by_catalogue == measured
    assert row("counters and the number of streams") == len(names) // 2 - measured
    assert row("**together**") == len(names) // 2


def test_series_of_running_streams() -> None:
    """Means over the running streams are one each, and two where receivers report them too."""
    means = [family for family in AGGREGATE if family.name.startswith("voip_active_")]
    most = sum(2 if "source" in family.labels else 1 for family in means)
    assert row("means over the running streams") == most


def test_the_examples_of_histograms() -> None:
    """The two histograms that the text counts have as many series as it says."""
    assert len(BY_NAME["voip_window_mos_lq"].edges) == 13
    assert with_count_and_sum("voip_window_mos_lq") == 16
    assert "with 13 edges, is 16, and that of the round trip 16 for each of its three" in DOCUMENT
    assert with_count_and_sum("voip_round_trip_seconds") == 16 * 3


@pytest.mark.parametrize(
    "formula", list(FORMULA.finditer(DOCUMENT)), ids=lambda found: found[0].strip()
)
def test_the_arithmetic_is_right(formula: re.Match[str]) -> None:
    """What stands left of a sign of equality comes to what stands right of it."""
    value = 1.0
    for term in TERM.finditer(formula["left"]):
        factor = number(term["number"])
        value = value / factor if term["operator"] == "/" else value * factor
    assert value == number(formula["right"])


def test_the_arithmetic_uses_the_numbers_of_the_tables() -> None:
    """The worked examples are about the series that the tables count."""
    assert f"{TIMES} {row('with RTCP of both sides')} series = 48,000 series" in DOCUMENT
    assert f"24 {TIMES} {row('**together**')} = 5,400 series" in DOCUMENT
    assert 190 == 20 * 19 / 2
    assert "190 pairs, 1,520\ncombinations and 342,000 series" in DOCUMENT
    assert 190 * 2 * 2 * 2 == 1520
    assert 1520 * row("**together**") == 342_000


def test_what_can_be_dropped_is_not_what_rules_need() -> None:
    """The buckets that the example leaves out are as many as it says, and no rule reads them."""
    (text,) = [
        block["text"] for block in BLOCK.finditer(DOCUMENT) if "action: drop" in block["text"]
    ]
    (config,) = yaml.safe_load(text)["metric_relabel_configs"]
    dropped = [
        name for name in HISTOGRAMS if re.fullmatch(config["regex"], f"{name}_bucket") is not None
    ]
    takes = sum(buckets(name) for name in dropped)
    assert f"takes {takes} of the {row('**together**')} away" in DOCUMENT
    rules = "".join(path.read_text() for path in (CHECKOUT / "alerting_rules").glob("*.rules.yml"))
    assert not [name for name in dropped if f"{name}_bucket" in rules]
    assert "voip_window_mos_lq_bucket" in rules


@pytest.mark.promtool
def test_the_agent_would_start(tmp_path: Path) -> None:
    """The configuration of the agent is one."""
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed")
    (text,) = [b["text"] for b in BLOCK.finditer(DOCUMENT) if b["text"].startswith("# agent.yml")]
    token = tmp_path / "token"
    token.touch()
    path = tmp_path / "agent.yml"
    path.write_text(text.replace("/etc/prometheus/token", str(token)))
    done = subprocess.run(
        ["promtool", "check", "config", "--agent", path],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
