"""The script that finds out which Debian packages are missing."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "tools" / "system_packages.py"

ABSENT = {
    "build": {"gcc": lambda: False, "python3-dev": lambda: True},
    "test": {"sip-tester": lambda: False, "sox": lambda: False},
}


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("system_packages", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script on a machine that misses a few packages, with a usable Python."""
    module = load()
    monkeypatch.setattr(module, "NEEDS", ABSENT)
    monkeypatch.setattr(module, "unusable_python", lambda: None)
    monkeypatch.setattr(sys, "argv", ["system_packages.py", "build", "test"])
    return module


@pytest.fixture
def runs(script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """What the script started as root: noted, not run."""
    started: list[list[str]] = []

    def run(command: list[str], **_: object) -> None:
        policy_is_there = script.POLICY.exists()
        started.append([*command, f"daemons off: {policy_is_there}"])

    monkeypatch.setattr(script, "POLICY", tmp_path / "policy-rc.d")
    monkeypatch.setattr(script.subprocess, "run", run)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(script.shutil, "which", lambda *_, **__: "/usr/bin/apt-get")
    return started


def test_a_user_is_told_the_one_line_that_is_missing(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the rights of root nothing is changed, and the command to run is printed."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert script.main() == 1
    assert capsys.readouterr().err.splitlines()[-1].split() == (
        ["sudo", "apt-get", "install", "--no-install-recommends", "gcc", "sip-tester", "sox"]
    )


def test_root_gets_what_is_missing_without_questions_or_daemons(
    script: ModuleType, runs: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lists are fetched once, then everything is installed at once, and no daemon starts."""
    assert script.main() == 1  # the stand-in installed nothing, and that is noticed
    update, install = runs
    assert update[-2:] == ["update", "daemons off: False"]
    assert install[-7:] == [
        "install",
        "--yes",
        "--no-install-recommends",
        "gcc",
        "sip-tester",
        "sox",
        "daemons off: True",
    ]
    assert not script.POLICY.exists()
    monkeypatch.setattr(script, "NEEDS", {"build": {}, "test": {}})
    assert script.main() == 0


def test_a_policy_of_the_machine_is_left_alone(script: ModuleType, runs: list[list[str]]) -> None:
    """A policy-rc.d that was there before stays as it was."""
    script.POLICY.write_text("theirs")
    script.main()
    assert len(runs) == 2
    assert script.POLICY.read_text() == "theirs"


@pytest.mark.parametrize(
    ("prefix", "version", "header", "venv", "complaint"),
    [
        pytest.param("/usr", (3, 11), False, False, None, id="Debian's own Python can be mended"),
        pytest.param("/opt/py", (3, 12), True, True, None, id="another Python that is complete"),
        pytest.param("/usr", (3, 9), True, True, "is older than Python 3.11", id="too old"),
        pytest.param("/opt/py", (3, 12), False, True, "has no headers", id="no headers"),
        pytest.param("/opt/py", (3, 12), True, False, "cannot make a venv", id="no ensurepip"),
    ],
)
def test_only_debians_own_python_is_mended_by_debian(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    *,
    prefix: str,
    version: tuple[int, int],
    header: bool,
    venv: bool,
    complaint: str | None,
) -> None:
    """An interpreter from elsewhere needs headers and ensurepip of its own."""
    script = load()
    monkeypatch.setattr(sys, "base_prefix", prefix)
    monkeypatch.setattr(sys, "version_info", version)
    path = tmp_path / "Python.h"
    if header:
        path.touch()
    monkeypatch.setattr(script, "PYTHON_HEADER", str(path))
    monkeypatch.setattr(script, "module", lambda _: lambda: venv)
    found = script.unusable_python()
    assert found is None if complaint is None else complaint in found


def test_the_script_runs_with_any_python_and_knows_every_purpose() -> None:
    """The script needs nothing but the standard library."""
    ended = subprocess.run(
        [sys.executable, "-I", "-S", SCRIPT, "--help"], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0
    assert "{bench,build,run,stack,test}" in ended.stdout
