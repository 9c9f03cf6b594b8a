"""The committed files are what is built."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from grafana_foundation_sdk.models.dashboard import Dashboard

from grafana import __main__, files
from grafana.frame import Board
from tests.conftest import CHECKOUT


def test_the_committed_files_are_what_is_built() -> None:
    """Nobody changed a file by hand, or forgot to build it."""
    assert [*files.stale()] == []
    assert {path.name for path in files.FOLDER.glob("*.json")} == {
        *("call.json", "exporter.json", "history.json", "overview.json", "paths.json")
    }


@pytest.mark.parametrize("board", files.BOARDS, ids=lambda board: board.name.uid)
def test_building_twice_gives_the_same(board: Board) -> None:
    """Building leaves nothing behind that the next building would find."""
    assert files.text_of(board) == files.text_of(board)


@pytest.mark.parametrize("board", files.BOARDS, ids=lambda board: board.name.uid)
def test_the_files_are_of_the_classic_schema(board: Board) -> None:
    """The model of Grafana's schema reads a file, and has a place for all that is in it."""
    text = files.path_of(board).read_text()
    model = Dashboard.from_json(json.loads(text))
    again = json.dumps(model, cls=files.Encoder, indent=2, sort_keys=True, ensure_ascii=False)
    assert f"{again}\n" == text
    assert json.loads(text)["schemaVersion"] == 42


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another folder for the files, which holds one that nobody builds."""
    monkeypatch.setattr(files, "FOLDER", tmp_path)
    (tmp_path / "gone.json").write_text("{}")
    return tmp_path


def test_writing_removes_what_is_no_more(folder: Path) -> None:
    """After writing there are the dashboards and nothing else, and nothing is stale."""
    assert {path.name for path in files.stale()} >= {"gone.json", "call.json"}
    files.write()
    assert not (folder / "gone.json").exists()
    assert [*files.stale()] == []


def test_check_names_what_is_stale_and_writes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--check` fails with the names of the files, and says what to do."""
    files.write()
    (folder / "call.json").write_text("{}")
    monkeypatch.setattr(sys, "argv", ["grafana", "--check"])

    assert __main__.main() == 1
    assert f"{folder / 'call.json'} is not as it is built; run: make dashboards" in (
        capsys.readouterr().err
    )
    assert (folder / "call.json").read_text() == "{}"


def test_the_command_writes_without_a_flag(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m grafana` brings the files up to date."""
    monkeypatch.setattr(sys, "argv", ["grafana"])
    assert __main__.main() == 0
    assert (folder / "call.json").read_text().startswith("{\n")


def test_the_check_of_the_makefile_passes() -> None:
    """`python -m grafana --check` is silent about the committed files."""
    ended = subprocess.run(
        [sys.executable, "-m", "grafana", "--check"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
