"""A plain table of text: as wide as its cells, folded where it would be wider than the screen.

A table of 200,000 rows has to be written in seconds, so widths are taken once and no cell is ever
wrapped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from qos_exporter.export.records.call_numbers import NumberedCall, NumberedStream
from qos_exporter.export.records.columns import (
    CALL,
    CALL_COLUMNS,
    CALL_ID,
    COLUMNS,
    ENDPOINTS,
    FAULT,
    Column,
)
from qos_exporter.export.records.width import aligned, columns_of

GAP = " "
FOLD = "\n    "

Row = TypeVar("Row")


def stream_rows(rows: Sequence[NumberedStream], *, width: int) -> Iterator[str]:
    """Give the heading and one row per stream; rows wider than `width` put endpoints below."""
    streams = [row.stream for row in rows]
    measured = [_padded(COLUMNS, streams)]
    if any(row.call_number is not None for row in rows):
        measured.append(_padded(CALL, rows))
    return _joined(
        _side_by_side(*measured),
        _padded(ENDPOINTS, streams),
        last=_padded(FAULT, streams),
        width=width,
    )


def call_rows(rows: Sequence[NumberedCall], *, width: int) -> Iterator[str]:
    """Give the heading and one row per call; rows wider than `width` put the Call-ID below."""
    nothing = [""] * (len(rows) + 1)
    return _joined(_padded(CALL_COLUMNS, rows), _padded(CALL_ID, rows), last=nothing, width=width)


def _joined(left: list[str], names: list[str], *, last: list[str], width: int) -> Iterator[str]:
    """Put lines together: `names` before `last`, or below where that would be too wide."""
    whole = _side_by_side(left, names, last)
    if max(columns_of(line.rstrip()) for line in whole) <= width:
        yield from map(str.rstrip, whole)
        return
    for above, below in zip(_side_by_side(left, last), names, strict=True):
        yield f"{above.rstrip()}{FOLD}{below.rstrip()}"


def _side_by_side(*blocks: list[str]) -> list[str]:
    return [GAP.join(line) for line in zip(*blocks, strict=True)]


def _padded(columns: Iterable[Column[Row]], rows: Sequence[Row]) -> list[str]:
    """Give the lines of some columns, heading first, all of one length."""
    return _side_by_side(*(_column(column, rows) for column in columns))


def _column(column: Column[Row], rows: Sequence[Row]) -> list[str]:
    return aligned([column.title, *map(column.cell, rows)], left=column.left)
