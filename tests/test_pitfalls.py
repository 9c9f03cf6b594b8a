"""docs/pitfalls.md and the marks of the tests tell the same."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
DOCUMENT = TESTS.parent / "docs" / "pitfalls.md"
CELL = r" *([^|]+?) *\|"
ROW = re.compile(rf"^\| *(?P<number>\d+) *\|{CELL}{CELL} *(?P<tests>[^|]+?) *\|$", re.MULTILINE)
TEST_NAME = re.compile(r"`(?:tests/)?(?P<file>[\w/]+\.py)::(?P<name>\w+)`")


def numbers_in(node: ast.AST) -> Iterator[int]:
    """Give the numbers of every `pitfall(…)` mark inside a piece of code."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "pitfall":
            for argument in call.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, int):
                    yield argument.value


def marked() -> dict[int, set[tuple[str, str]]]:
    """Give the tests, as file and name, that carry each number.

    A mark on a row of a table outside any function counts for every test of its module.
    """
    tests: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
    for path in sorted(TESTS.rglob("test_*.py")):
        file = str(path.relative_to(TESTS))
        body = ast.parse(path.read_text()).body
        functions = [node for node in body if isinstance(node, ast.FunctionDef)]
        for function in functions:
            for decorator in function.decorator_list:
                for number in numbers_in(decorator):
                    tests[number].add((file, function.name))
        for node in body:
            if not isinstance(node, ast.FunctionDef):
                for number in numbers_in(node):
                    tests[number].update((file, function.name) for function in functions)
    return tests


MARKED = marked()
ROWS = list(ROW.finditer(DOCUMENT.read_text()))


def test_every_line_of_the_table_is_understood() -> None:
    """No row is left out of the comparison because it is written differently."""
    lines = [line for line in DOCUMENT.read_text().splitlines() if line.startswith("|")]
    assert len(lines) - len(["head", "rule"]) == len(ROWS)


def test_rows_and_marks_have_the_same_numbers() -> None:
    """Every pitfall has a row and a test."""
    assert {int(row["number"]) for row in ROWS} == MARKED.keys()


def test_rows_are_sorted_and_unique() -> None:
    """A number is found where it is looked for."""
    numbers = [int(row["number"]) for row in ROWS]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["number"])
def test_a_row_names_tests_that_carry_its_number(row: re.Match[str]) -> None:
    """The named tests exist and are marked with the number of the row."""
    named = {(match["file"], match["name"]) for match in TEST_NAME.finditer(row["tests"])}
    assert named
    assert named <= MARKED[int(row["number"])]
