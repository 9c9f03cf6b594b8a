from __future__ import annotations

import functools
import os
import shutil
import subprocess
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
    if not marks or reasons:
        return reasons
    if os.geteuid() != 0:
        return ["needs root"]
    return refused_namespace()


@functools.cache
def refused_namespace() -> list[str]:
    """Say why `ip` cannot use a network namespace here, as in a container without the rights."""
    name = f"qos{os.getpid()}x-trial"
    for command in (["add", name], ["exec", name, "true"], ["delete", name]):
        done = subprocess.run(
            ["ip", "netns", *command], capture_output=True, text=True, check=False, timeout=10
        )
        if done.returncode != 0:
            return [f"no network namespaces: {done.stderr.strip()}"]
    return []
