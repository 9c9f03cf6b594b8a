"""Which files of the checkout a build of the image gets to see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

Rule = tuple[bool, re.Pattern[str]]
"""Whether a line shows or hides, and what."""


def context_of(root: Path, below: str = ".") -> Iterator[PurePosixPath]:
    """Yield the files at or below a path that `.dockerignore` leaves, relative to the root.

    The last line that fits a file or a folder above it decides.
    """
    lines = (root / ".dockerignore").read_text().splitlines()
    rules = [_rule(line) for line in lines if line and not line.startswith("#")]
    top = root / below
    for path in [top, *sorted(top.rglob("*"))]:
        name = PurePosixPath(path.relative_to(root))
        if path.is_file() and _is_seen(name, rules):
            yield name


def _is_seen(path: PurePosixPath, rules: list[Rule]) -> bool:
    names = [str(path), *map(str, path.parents)][:-1]
    decisions = (
        shows for shows, what in reversed(rules) if any(what.fullmatch(name) for name in names)
    )
    return next(decisions, True)


def _rule(line: str) -> Rule:
    """Read a line; `*` stays within a folder, `**` does not, and `!` shows."""
    pieces = re.split(r"(\*\*/|\*)", line.removeprefix("!"))
    wild = {"**/": "(?:.*/)?", "*": "[^/]*"}
    return line.startswith("!"), re.compile("".join(wild.get(p, re.escape(p)) for p in pieces))
