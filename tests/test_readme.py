"""The README shows what the program prints."""

from __future__ import annotations

import re
import shlex

import pytest

from qos_exporter.cli import run
from tests.conftest import CHECKOUT

SHOWN = re.compile(r"^\$ qos-exporter (analyze .*)\n((?:.*\n)*?)```$", re.MULTILINE)


def test_analyze_prints_what_the_readme_shows(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The example of `analyze` is its output, to the letter."""
    monkeypatch.chdir(CHECKOUT)
    found = SHOWN.search((CHECKOUT / "README.md").read_text())
    assert found
    arguments, shown = found.groups()

    assert run(shlex.split(arguments)) == 0
    assert capsys.readouterr().out.rstrip() == shown.rstrip()
