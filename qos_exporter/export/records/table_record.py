"""The table of `analyze`: for people, worst streams first, coloured where a terminal shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from textwrap import TextWrapper
from typing import TextIO

from qos_exporter.export.records.call_numbers import (
    NumberedCall,
    NumberedStream,
    number_calls,
)
from qos_exporter.export.records.capture_summary import CaptureSummary
from qos_exporter.export.records.layout import call_rows, stream_rows
from qos_exporter.export.records.order import worst
from qos_exporter.export.records.summary_lines import summary_lines
from qos_exporter.snapshot import CallView, Snapshot

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


@dataclass(frozen=True, slots=True)
class Screen:
    """Where the table is shown."""

    width: int
    paint: Callable[[str, str], str]
    """Gives a text in a style, or as it is where there are no colours."""


def write_table(
    snapshot: Snapshot,
    capture: CaptureSummary,
    out: TextIO,
    *,
    top: int | None = None,
    color: bool = True,
) -> None:
    """Write the summary, one row per stream, and the calls; with `top` of that many streams."""
    screen = _screen(out, color=color)
    _write_summary(summary_lines(snapshot, capture), out, screen)
    streams, calls = number_calls(worst(snapshot.streams, top), snapshot.calls)
    if streams:
        _write_streams(streams, out, screen)
    if top is None:
        calls += _without_streams(snapshot.calls, first_number=len(calls) + 1)
    if signalled := [row for row in calls if row.call.caller or row.call.callee]:
        _write_calls(signalled, out, screen)


def _write_summary(lines: Iterable[str], out: TextIO, screen: Screen) -> None:
    """Write the summary; what was not read of a busy network can be of a dozen kinds."""
    wrapper = TextWrapper(
        screen.width, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )
    out.writelines(f"{part}\n" for line in lines for part in wrapper.wrap(line))


def _write_streams(streams: Sequence[NumberedStream], out: TextIO, screen: Screen) -> None:
    rows = stream_rows(streams, width=screen.width)
    out.write(f"\n{screen.paint(next(rows), HEADING_STYLE)}\n")
    for (stream, _), row in zip(streams, rows, strict=True):
        style = RATING_STYLES.get(stream.rating or "unscored", "")
        out.write(f"{screen.paint(row, style)}\n")


def _write_calls(calls: Sequence[NumberedCall], out: TextIO, screen: Screen) -> None:
    rows = call_rows(calls, width=screen.width)
    out.write(f"\n{screen.paint(next(rows), HEADING_STYLE)}\n")
    out.writelines(f"{row}\n" for row in rows)


def _without_streams(calls: Iterable[CallView], *, first_number: int) -> list[NumberedCall]:
    silent = (call for call in calls if not call.streams)
    return [NumberedCall(number, call) for number, call in enumerate(silent, first_number)]


def _screen(out: TextIO, *, color: bool) -> Screen:
    """Find out how wide the output is, and how to colour it."""
    from rich.console import COLOR_SYSTEMS, Console
    from rich.style import Style

    console = Console(file=out, no_color=None if color else True)
    width = console.width if console.is_terminal else PLAIN_WIDTH
    if not console.is_terminal or console.no_color:
        return Screen(width, lambda text, _: text)
    system = COLOR_SYSTEMS.get(console.color_system or "")
    return Screen(width, lambda text, style: Style.parse(style).render(text, color_system=system))
