from __future__ import annotations

import functools
import os
import shutil
import subprocess

import pytest

PROGRAMS = {
    "netns": ["ip", "ethtool"],
    "live": ["sipp", "baresip"],
    "softphone": ["linphonec", "kamailio", "rtpengine"],
}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this machine cannot do, and say what it lacks."""
    marks = [mark for mark in PROGRAMS if item.get_closest_marker(mark)]
    if reason := lacking(marks):
        pytest.skip(reason)


def lacking(marks: list[str]) -> str:
    """Say what the machine lacks for these marks; empty where it has everything."""
    if marks and os.geteuid() != 0:
        return "needs root"  # whose PATH also has more programs
    programs = [program for mark in marks for program in PROGRAMS[mark]]
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    return refusal() if marks else ""


@functools.cache
def refusal() -> str:
    """Say why `ip` cannot use network namespaces here, as in a container without the rights."""
    name = f"qos{os.getpid()}x-trial"
    trials = ["netns", "add", name], ["-netns", name, "link"], ["netns", "delete", name]
    ended = [
        subprocess.run(["ip", *trial], capture_output=True, text=True, check=False, timeout=10)
        for trial in trials
    ]
    failures = [trial.stderr.strip() for trial in ended if trial.returncode != 0]
    return f"no network namespaces: {failures[0]}" if failures else ""
