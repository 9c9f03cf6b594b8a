"""Reading capture files as fast as they can be read."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import partial
from io import TextIOWrapper
from typing import TYPE_CHECKING

from qos_exporter.capture.capture_file import open_capture
from qos_exporter.errors import CaptureError
from qos_exporter.export.records import WRITERS, WriteRecord
from qos_exporter.export.records.capture_summary import CaptureSummary
from qos_exporter.export.records.table_record import write_table
from qos_exporter.monitor.monitor import Monitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from qos_exporter.capture.capture_file import CaptureFile
    from qos_exporter.options import AnalyzeOptions
    from qos_exporter.settings import Settings
    from qos_exporter.snapshot import Snapshot

PROGRESS_FROM_BYTES = 50_000_000
"""Smaller files are read before a progress bar could be seen."""

EXIT_DAMAGED = 1
"""A file could be read to a part only."""
EXIT_UNUSABLE = 2
"""A file could not be read at all."""


def analyze(options: AnalyzeOptions) -> int:
    """Print every file; what stands before the damage in a damaged one is printed too."""
    code = 0
    separator = ""
    write = writer_for(options)
    for path in options.files:
        try:
            snapshot, summary, damage = read_capture(path, options.settings)
        except CaptureError as error:
            sys.stderr.write(f"{error}\n")
            code = EXIT_UNUSABLE
            continue
        sys.stdout.write(separator)
        separator = "\n" if options.format == "table" else ""
        write(snapshot, summary, sys.stdout, top=options.top)
        if damage is not None:
            sys.stdout.flush()
            sys.stderr.write(f"{damage}\n")
            code = max(code, EXIT_DAMAGED)
    return code


def writer_for(options: AnalyzeOptions) -> WriteRecord:
    """Give what writes the format that was asked for; only a table can have colours."""
    if options.format == "table":
        return partial(write_table, color=options.color)
    # Both are UTF-8 by their definition (RFC 8259; the exposition formats), whatever the locale.
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    return WRITERS[options.format]


def read_capture(
    path: Path, settings: Settings
) -> tuple[Snapshot, CaptureSummary, CaptureError | None]:
    """Count a whole file; the error tells where it is damaged, everything before was counted.

    Raises CaptureError where there is nothing that could be counted.
    """
    monitor = Monitor(settings, [path.name], keep_all=True)
    damage: CaptureError | None = None
    with open_capture(path) as capture, progress(path, capture) as advance:
        try:
            for batch in capture:
                monitor.ingest(0, batch)
                advance()
        except CaptureError as error:
            damage = error
        packets = capture.packets
    monitor.finish()
    snapshot = monitor.snapshot()
    first_s = monitor.began_s(0)
    last_s = None if first_s is None else snapshot.taken_s
    return snapshot, CaptureSummary(str(path), packets, first_s, last_s), damage


@contextmanager
def progress(path: Path, capture: CaptureFile) -> Iterator[Callable[[], None]]:
    """Show how far the reading of a large file has come, where stderr is a terminal."""
    size = path.stat().st_size
    if size < PROGRESS_FROM_BYTES or not sys.stderr.isatty():
        yield lambda: None
        return
    # Here, because a short run would wait longer for this import than for its result.
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(path.name, total=size)
        yield lambda: bar.update(task, completed=capture.bytes_read)
