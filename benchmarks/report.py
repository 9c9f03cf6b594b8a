"""The table that `make bench` prints: what was measured, beside what it should be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measured figure. `budget` is what it should be, empty where nothing was promised."""

    benchmark: str
    figure: str
    value: str
    budget: str = ""
    met: bool | None = None


HEADINGS = ("benchmark", "figure", "value", "budget", "")
VERDICTS = {None: "", True: "ok", False: "MISSED"}


def table(rows: Sequence[Row]) -> str:
    """Lay rows out in columns."""
    cells = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]
    lines.insert(1, "  ".join("-" * width for width in widths).rstrip())
    return "\n".join(lines)


def at_least(benchmark: str, figure: str, value: float, budget: float, unit: str) -> Row:
    """Make a row whose value should not be smaller than its budget."""
    return Row(
        benchmark=benchmark,
        figure=figure,
        value=f"{value:.1f}{unit}",
        budget=f">= {budget:g}{unit}",
        met=value >= budget,
    )


def at_most(benchmark: str, figure: str, value: float, budget: float, unit: str) -> Row:
    """Make a row whose value should not be larger than its budget."""
    return Row(
        benchmark=benchmark,
        figure=figure,
        value=f"{value:.1f}{unit}",
        budget=f"<= {budget:g}{unit}",
        met=value <= budget,
    )


def _cells(row: Row) -> tuple[str, ...]:
    return (row.benchmark, row.figure, row.value, row.budget, VERDICTS[row.met])
