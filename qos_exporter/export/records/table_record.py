"""The table of `analyze`: for people, worst streams first, coloured where a terminal shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

from qos_exporter.export.records.capture_summary import CaptureSummary
from qos_exporter.export.records.layout import table_rows
from qos_exporter.export.records.order import worst
from qos_exporter.export.records.summary_lines import summary_lines
from qos_exporter.snapshot import Snapshot

PLAIN_WIDTH = 100
"""Columns to stay within where the output is not a terminal."""

RATING_STYLES = {
    "excellent": "green",
    "good": "green",
    "fair": "yellow",
    "poor": "red",
    "bad": "bold red",
    "unscored": "dim",
}
HEADING_STYLE = "bold"

Paint = Callable[[str, str], str]


def write_table(
    snapshot: Snapshot,
    capture: CaptureSummary,
    out: TextIO,
    *,
    top: int | None = None,
    color: bool = True,
) -> None:
    """Write the summary and one row per stream; with `top` only that many rows."""
    out.writelines(f"{line}\n" for line in summary_lines(snapshot, capture))
    streams = worst(snapshot.streams, top)
    if not streams:
        return
    width, paint = _screen(out, color=color)
    rows = table_rows(streams, width=width)
    out.write(f"\n{paint(next(rows), HEADING_STYLE)}\n")
    for stream, row in zip(streams, rows, strict=True):
        style = RATING_STYLES.get(stream.rating or "unscored", "")
        out.write(f"{paint(row, style)}\n")


def _screen(out: TextIO, *, color: bool) -> tuple[int, Paint]:
    """Find out how wide the output is, and how to colour it."""
    from rich.console import COLOR_SYSTEMS, Console
    from rich.style import Style

    console = Console(file=out, no_color=None if color else True)
    if not console.is_terminal or console.no_color:
        return (console.width if console.is_terminal else PLAIN_WIDTH), lambda text, _: text
    system = COLOR_SYSTEMS.get(console.color_system or "")
    return console.width, lambda text, style: Style.parse(style).render(text, color_system=system)
