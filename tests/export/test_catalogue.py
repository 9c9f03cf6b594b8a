from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from qos_exporter.dataplane.rows import UNDECODED_REASONS
from qos_exporter.export.catalogue import BY_NAME, FAMILIES, Family
from qos_exporter.export.catalogue.aggregate import GROUP_LABELS
from qos_exporter.export.catalogue.undecoded import UNDECODED_MEANINGS
from qos_exporter.export.catalogue_docs import METRICS_PAGE, main, metrics_page

PROJECT = Path(__file__).parents[2]


def test_names_are_unique() -> None:
    """No two families share a name."""
    assert len(BY_NAME) == len(FAMILIES)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_names_follow_the_rules_of_prometheus(family: Family) -> None:
    """Counters and nothing else end in _total, info families in _info, and units are base units."""
    assert family.name.endswith("_total") == (family.kind == "counter")
    assert family.name.endswith("_info") == (family.kind == "info")
    assert family.unit in {"", "seconds", "bytes", "ratio", "packets"}
    assert family.name.startswith(("voip_", "qos_exporter_"))
    assert family.help.endswith(".")
    assert "\n" not in family.help


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_histograms_and_nothing_else_have_rising_edges(family: Family) -> None:
    """The edges of a histogram rise strictly; other families have none."""
    assert bool(family.edges) == (family.kind == "histogram")
    assert list(family.edges) == sorted(set(family.edges))


@pytest.mark.parametrize(
    "family",
    [family for family in FAMILIES if family.group != "per-call"],
    ids=lambda family: family.name,
)
def test_only_per_call_families_have_unbounded_labels(family: Family) -> None:
    """Aggregates and the exporter's own families never carry an address, a user or a call."""
    closed = {"outcome", "rating", "kind", "result", "reason", "source", "type", *GROUP_LABELS}
    own = {"interface", "method", "protocol", "table", "version"}
    # The servers are those of the configuration.
    own |= {"server", "event", "fault", "field"}
    assert set(family.labels) <= closed | own


def test_every_reason_is_explained() -> None:
    """The page says of each reason for which a frame is not read what it means."""
    assert tuple(UNDECODED_MEANINGS) == (*UNDECODED_REASONS, "srtcp")


def test_metrics_page_is_up_to_date() -> None:
    """docs/metrics.md says what the catalogue says."""
    assert main(["--check"], page=PROJECT / METRICS_PAGE) == 0


def test_stale_metrics_page_is_noticed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The check fails, and says what to run, where the page is older than the catalogue."""
    page = tmp_path / "metrics.md"
    page.write_text(metrics_page().replace("voip_bytes_total", "voip_octets_total"))
    assert main(["--check"], page=page) == 1
    assert "catalogue_docs" in capsys.readouterr().err


def test_metrics_page_is_made_by_running_the_module(tmp_path: Path) -> None:
    """The command in the page's first line works."""
    (tmp_path / "docs").mkdir()
    module = "qos_exporter.export.catalogue_docs"
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    subprocess.run([sys.executable, "-m", module], cwd=tmp_path, env=environment, check=True)
    assert (tmp_path / METRICS_PAGE).read_text(encoding="utf-8") == metrics_page()


def test_metrics_page_can_be_written(tmp_path: Path) -> None:
    """Without the check the page is written."""
    page = tmp_path / "metrics.md"
    assert main([], page=page) == 0
    assert page.read_text(encoding="utf-8") == metrics_page()
