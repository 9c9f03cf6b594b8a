"""Which metrics and labels a PromQL expression uses, by its tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
    |(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<range>\[[^\]]*\])
    |(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)
    |(?P<number>[0-9][0-9a-z.]*)
    |(?P<operator>=~|!~|!=|==|<=|>=|\S)""",
    re.VERBOSE,
)
GROUPING = {"by", "without", "on", "ignoring", "group_left", "group_right"}
WORDS = {*GROUPING, "and", "or", "unless", "offset", "bool", "inf", "nan"}


@dataclass(slots=True)
class Used:
    """What an expression names."""

    selectors: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    """Each metric with the labels that its matchers name."""
    labels: set[str] = field(default_factory=set)
    """The labels by which it aggregates and matches."""
    ranges: set[str] = field(default_factory=set)

    @property
    def metrics(self) -> set[str]:
        return {metric for metric, _ in self.selectors}


def used_by(expression: str) -> Used:
    """Find what an expression uses."""
    tokens = [
        (str(match.lastgroup), match[0])
        for match in TOKEN.finditer(expression)
        if match.lastgroup != "comment"
    ]
    used = Used()
    walk = iter(range(len(tokens)))
    for index in walk:
        kind, text = tokens[index]
        following = tokens[index + 1][1] if index + 1 < len(tokens) else ""
        if kind == "range":
            used.ranges.add(text)
        elif kind == "name" and text in GROUPING and following == "(":
            used.labels.update(_names_until(tokens, index + 2, ")"))
            _skip(walk, tokens, ")")
        elif (
            kind == "name" and text not in WORDS and following != "(" and following not in GROUPING
        ):
            labels: tuple[str, ...] = ()
            if following == "{":
                labels = tuple(_names_until(tokens, index + 2, "}"))
                _skip(walk, tokens, "}")
            used.selectors.append((text, labels))
    return used


def _names_until(tokens: list[tuple[str, str]], start: int, end: str) -> Iterator[str]:
    for kind, text in tokens[start:]:
        if text == end:
            return
        if kind == "name":
            yield text


def _skip(walk: Iterator[int], tokens: list[tuple[str, str]], end: str) -> None:
    for index in walk:
        if tokens[index][1] == end:
            return
