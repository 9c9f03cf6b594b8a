"""A plain table of text: as wide as its cells, folded where it would be wider than the screen.

A table of 200,000 rows has to be written in seconds, so widths are taken once and no cell is ever
wrapped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from qos_exporter.export.records.columns import COLUMNS, ENDPOINTS, Column
from qos_exporter.snapshot import StreamView

GAP = " "
FOLD = "\n    "


def table_rows(streams: Sequence[StreamView], *, width: int) -> Iterator[str]:
    """Give the heading and one row per stream; rows wider than `width` put endpoints below."""
    measured = _padded(COLUMNS, streams)
    endpoints = _padded(ENDPOINTS, streams)
    widest = max(map(len, measured)) + len(GAP) + max(map(len, endpoints))
    between = GAP if widest <= width else FOLD
    for left, right in zip(measured, endpoints, strict=True):
        yield f"{left}{between}{right.rstrip()}"


def _padded(columns: Iterable[Column], streams: Sequence[StreamView]) -> list[str]:
    """Give the lines of some columns, heading first, all of one length."""
    cells = [_column(column, streams) for column in columns]
    return [GAP.join(line) for line in zip(*cells, strict=True)]


def _column(column: Column, streams: Sequence[StreamView]) -> list[str]:
    cells = [column.title, *map(column.cell, streams)]
    width = max(map(len, cells))
    pad = str.ljust if column.left else str.rjust
    return [pad(cell, width) for cell in cells]
