"""Runs the tools of Prometheus and Alertmanager, where they are installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def run(program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a tool; without it the test is skipped."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    return subprocess.run(
        [found, *arguments], capture_output=True, text=True, check=False, timeout=120
    )


def output_of(program: str, *arguments: str | Path) -> str:
    """Run a tool that must succeed, and give what it printed."""
    ended = run(program, *arguments)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr
