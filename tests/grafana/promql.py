"""Reads what the dashboards ask: which series, by which labels, inside which functions.

Not all of PromQL, but it refuses what it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

TOKEN = re.compile(
    r"""
    (?P<space>\s+)
    | (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<range>\[[^\]]*\])
    | (?P<number>\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.]))
    | (?P<duration>\d+(?:ms|[smhdwy])(?!\w))
    | (?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)
    | (?P<matching>=~|!~|!=(?=\s*")|=(?=\s*"))
    | (?P<operator>==|!=|>=|<=|[-+*/%^<>])
    | (?P<mark>[(){},])
    """,
    re.VERBOSE,
)
GROUPING = {"by", "without", "on", "ignoring", "group_left", "group_right"}
WORDS = GROUPING | {"and", "or", "unless", "offset", "bool"}


class UnknownSyntaxError(ValueError):
    """This reader does not know what it reads."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on a label."""

    label: str
    operator: str
    value: str


@dataclass(frozen=True, slots=True)
class Selector:
    """Series that a query reads."""

    metric: str
    matchers: tuple[Matcher, ...]
    range: str
    """What stands in square brackets, or nothing."""
    functions: tuple[str, ...]
    """The functions and aggregations around it, the innermost last."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """A list of labels, and what it is for."""

    word: str
    labels: tuple[str, ...]
    function: str
    """The aggregation that it belongs to; empty for an operator's."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a query is about."""

    selectors: tuple[Selector, ...]
    groupings: tuple[Grouping, ...]
    functions: frozenset[str]


def read(expr: str) -> Reading:
    """Read a query; raises UnknownSyntaxError."""
    return _Reader([*_tokens(expr)]).read()


def _tokens(expr: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(expr):
        found = TOKEN.match(expr, at)
        if found is None or found.lastgroup is None:
            raise UnknownSyntaxError(expr[at:])
        if found.lastgroup != "space":
            yield found.lastgroup, found[0]
        at = found.end()


class _Reader:
    """Goes through the tokens once, and keeps the functions that are open."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0
        self._open: list[str] = []
        self._waiting = ""
        self._selectors: list[Selector] = []
        self._groupings: list[Grouping] = []
        self._functions: set[str] = set()

    def read(self) -> Reading:
        while self._at < len(self._tokens):
            kind, text = self._take()
            if kind == "name":
                self._name(text)
            elif text == "(":
                self._open.append(self._waiting)
                self._waiting = ""
            elif text == ")":
                self._open.pop()
            elif kind in {"matching", "range", "string"} or text in "{}":
                raise UnknownSyntaxError(text)
        if self._open:
            raise UnknownSyntaxError("a bracket is open")
        return Reading(tuple(self._selectors), tuple(self._groupings), frozenset(self._functions))

    def _name(self, text: str) -> None:
        if text in GROUPING:
            labels = tuple(self._labels())
            self._groupings.append(Grouping(text, labels, self._waiting))
        elif text in WORDS:
            return
        elif self._next() == "(" or self._next() in {"by", "without"}:
            self._waiting = text
            self._functions.add(text)
        else:
            self._selector(text)

    def _selector(self, metric: str) -> None:
        matchers = tuple(self._matchers()) if self._next() == "{" else ()
        span = self._take()[1][1:-1] if self._next().startswith("[") else ""
        functions = tuple(name for name in self._open if name)
        self._selectors.append(Selector(metric, matchers, span, functions))

    def _matchers(self) -> Iterator[Matcher]:
        while self._take()[1] != "}":
            if self._next() == "}":
                continue
            label, operator, value = (self._take()[1] for _ in range(3))
            yield Matcher(label, operator, value[1:-1])

    def _labels(self) -> Iterator[str]:
        while (text := self._take()[1]) != ")":
            if text not in "(,":
                yield text

    def _next(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _take(self) -> tuple[str, str]:
        self._at += 1
        return self._tokens[self._at - 1]
