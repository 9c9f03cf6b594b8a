from __future__ import annotations

from pathlib import Path

import pytest

from qos_exporter.rules.choices import Choices
from qos_exporter.rules.render import FILES, RULE_FILES, rendered
from tests.rules.shipped import FOLDER, PROMTOOL_TESTS
from tests.rules.tools import output_of, run

RENDERED = {file.path: file.text for file in rendered(Choices())}


@pytest.mark.parametrize("path", RENDERED, ids=str)
def test_shipped_files_are_what_the_defaults_give(path: Path) -> None:
    """Every shipped file is the output of the defaults, byte by byte (`make rules` writes them)."""
    assert (FOLDER / path).read_bytes() == RENDERED[path].encode()


def test_nothing_else_is_shipped() -> None:
    """The folder holds what is written from templates, and the tests of it."""
    shipped = {path.relative_to(FOLDER) for path in FOLDER.rglob("*") if path.is_file()}
    assert shipped == {*RENDERED, *(path.relative_to(FOLDER) for path in PROMTOOL_TESTS)}
    assert len(RENDERED) == len(FILES)


@pytest.mark.promtool
@pytest.mark.parametrize("name", RULE_FILES)
def test_promtool_finds_nothing(name: str) -> None:
    """All rules are valid, with every lint that promtool has."""
    ended = run("promtool", "check", "rules", "--lint=all", "--lint-fatal", FOLDER / name)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "SUCCESS" in ended.stdout


@pytest.mark.promtool
@pytest.mark.parametrize("path", PROMTOOL_TESTS, ids=lambda path: path.name.partition(".")[0])
def test_rules_do_what_their_tests_say(path: Path) -> None:
    """Promtool plays every test through."""
    assert "SUCCESS" in output_of("promtool", "test", "rules", path)
