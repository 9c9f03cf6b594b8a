"""From a snapshot to the bytes of a scrape."""

from __future__ import annotations

from qos_exporter.export.exposition.formats import OPENMETRICS, TEXT, Format
from qos_exporter.export.exposition.negotiation import accepts_gzip, choose_format
from qos_exporter.export.exposition.render import render, render_parts

__all__ = [
    "OPENMETRICS",
    "TEXT",
    "Format",
    "accepts_gzip",
    "choose_format",
    "render",
    "render_parts",
]
