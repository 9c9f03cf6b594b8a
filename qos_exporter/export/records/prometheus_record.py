"""The metrics of `analyze`: what a scrape after the file's last frame would show."""

from __future__ import annotations

from dataclasses import replace
from typing import TextIO

from qos_exporter.export.records.capture_summary import CaptureSummary
from qos_exporter.export.records.order import worst
from qos_exporter.export.text import printable
from qos_exporter.snapshot import CallView, Snapshot


def write_prometheus(
    snapshot: Snapshot, capture: CaptureSummary, out: TextIO, *, top: int | None = None
) -> None:
    """Write text 0.0.4; with `top` only the worst streams get per-call series."""
    from qos_exporter.export.exposition import TEXT, render

    shown = snapshot if top is None else _restricted(snapshot, top)
    out.write(f"# Analysis of {printable(capture.file)}\n")
    out.write(render(shown, format_=TEXT).decode())


def _restricted(snapshot: Snapshot, top: int) -> Snapshot:
    kept = {id(stream) for stream in worst(snapshot.streams, top)}
    return replace(snapshot, calls=tuple(_only(call, kept) for call in snapshot.calls))


def _only(call: CallView, kept: set[int]) -> CallView:
    return call._replace(streams=tuple(view for view in call.streams if id(view) in kept))
