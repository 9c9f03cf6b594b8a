from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROGRAMS = {
    "netns": ["ip", "ethtool"],
    "live": ["sipp", "baresip"],
}


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Skip what this machine cannot do, and say what it lacks."""
    for item in items:
        if item.path.is_relative_to(HERE):
            marks = [mark for mark in PROGRAMS if item.get_closest_marker(mark)]
            for reason in lacking(marks):
                item.add_marker(pytest.mark.skip(reason=reason))


def lacking(marks: Sequence[str]) -> list[str]:
    programs = [program for mark in marks for program in PROGRAMS[mark]]
    missing = [program for program in programs if shutil.which(program) is None]
    reasons = [f"{program} is not installed" for program in missing]
    return reasons if os.geteuid() == 0 or not marks else [*reasons, "needs root"]
