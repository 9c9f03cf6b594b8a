"""The runbook: one heading per alert, and under each the same three things."""

from __future__ import annotations

import re

import pytest

from tests.rules.shipped import FOLDER, NAMES

TEXT = (FOLDER / "runbook.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\w+)\n\n(.*?)(?=\n## |\Z)", TEXT, re.MULTILINE | re.DOTALL))
SHAPE = re.compile(
    r"\*\*Meaning\.\*\* [^\n].*?\n\n\*\*Likely causes\.\*\* [^\n].*?\n\n"
    r"```console\n(?P<commands>.*?)```\n",
    re.DOTALL,
)


def test_there_is_one_heading_for_every_alert_and_no_other() -> None:
    """Links of alerts lead to their heading."""
    headings = re.findall(r"^#+ .*$", TEXT, re.MULTILINE)
    assert sorted(headings) == [f"## {name}" for name in NAMES]


@pytest.mark.parametrize("name", NAMES)
def test_a_section_says_what_it_means_whence_it_comes_and_where_to_look(name: str) -> None:
    """Meaning, likely causes and three commands, in this order."""
    shape = SHAPE.fullmatch(SECTIONS[name])
    assert shape
    commands = shape["commands"].splitlines()
    assert len(commands) == 3
    assert all(command.startswith("$ ") for command in commands)
