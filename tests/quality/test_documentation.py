"""docs/quality.md says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qos_exporter import cli
from qos_exporter.quality import codec_docs
from qos_exporter.quality.delay import delay_impairment
from qos_exporter.quality.rating import REASONS, RESULTS

PAGE = Path(__file__).parents[2] / "docs" / "quality.md"


def test_codec_table() -> None:
    """The page shows the codec rows that the program uses."""
    assert codec_docs.main(["--check"], page=PAGE) == 0


def test_codec_table_is_renewed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An old table is found by the check, and replaced where it stands."""
    whole = PAGE.read_text(encoding="utf-8")
    page = tmp_path / "quality.md"
    page.write_text(whole.replace("| 25.1 |", "| 10 |"), encoding="utf-8")

    assert codec_docs.main(["--check"], page=page) == 1
    assert "codec_docs" in capsys.readouterr().err
    assert codec_docs.main([], page=page) == 0
    assert page.read_text(encoding="utf-8") == whole


def test_example(capsys: pytest.CaptureFixture[str]) -> None:
    """The example on the page is what the command prints."""
    example = re.search(
        r"```console\n\$ qos-exporter (mos .*)\n((?:.*\n)*?)```", PAGE.read_text(encoding="utf-8")
    )
    assert example is not None
    assert cli.run(example[1].split()) == 0
    assert capsys.readouterr().out == example[2]


def test_every_reason_is_explained() -> None:
    """Each word that a window can end with is on the page."""
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"`{word}`" in page for word in (*REASONS[1:], *RESULTS))


@pytest.mark.parametrize(("delay_ms", "points"), [(150, 0.2), (200, 3.0), (300, 14.8), (400, 24.1)])
def test_delays_of_the_page(delay_ms: int, points: float) -> None:
    """The delays that the page names cost what it says."""
    assert round(float(delay_impairment(delay_ms)), 1) == points
