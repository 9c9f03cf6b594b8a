"""The Makefile explains itself."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAKEFILE = (ROOT / "Makefile").read_text()


def targets() -> list[str]:
    (line,) = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    return str(line).split()


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_help_has_one_line_for_every_target() -> None:
    """Whoever types `make` sees all targets, each with what it does."""
    ended = subprocess.run(["make", "-C", ROOT], capture_output=True, text=True, check=True)
    lines = re.findall(r"^  make ([\w-]+) +\S.*$", ended.stdout, re.MULTILINE)
    assert lines == targets()


def test_every_target_is_phony() -> None:
    """A file that is called like a target does not keep the target from running."""
    assert set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)) == set(targets())


def test_ci_runs_make_test() -> None:
    """What decides about a change is what everybody can run."""
    script = ROOT / ".ci" / "run"
    assert "exec make test" in script.read_text().splitlines()
    assert script.stat().st_mode & 0o111
