"""The JSON of `analyze`: a contract to the key, one call or stream a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TextIO

from qos_exporter.export.records.capture_summary import CaptureSummary
from qos_exporter.export.records.fields import call_fields, stream_fields
from qos_exporter.export.records.figures import Fields, Json
from qos_exporter.export.records.json_text import json_text
from qos_exporter.export.records.order import chosen
from qos_exporter.export.text import writable
from qos_exporter.snapshot import Snapshot


def write_json(
    snapshot: Snapshot, capture: CaptureSummary, out: TextIO, *, top: int | None = None
) -> None:
    """Write one JSON document; with `top` only the worst streams, worst first, and every call."""
    streams = chosen(snapshot.streams, top)
    index = {id(stream): position for position, stream in enumerate(streams)}
    calls = (
        call_fields(call, (index[id(view)] for view in call.streams if id(view) in index))
        for call in snapshot.calls
    )
    out.write(f'{{"capture": {json_text(capture_fields(snapshot, capture))},\n "calls": ')
    out.writelines(_lines(calls))
    out.write(',\n "streams": ')
    out.writelines(_lines(map(stream_fields, streams)))
    out.write("}\n")


def capture_fields(snapshot: Snapshot, capture: CaptureSummary) -> Json:
    """Give what is known of the file as a whole."""
    return {
        "file": writable(capture.file),
        "packets": capture.packets,
        "first_s": capture.first_s,
        "last_s": capture.last_s,
        "counting_s": snapshot.exporter.counting_s,
        "undecoded": dict(snapshot.exporter.undecoded),
    }


def _lines(items: Iterable[Fields]) -> Iterator[str]:
    """Write an array with one item a line: easy on `grep` and `diff`, and on memory."""
    separator = "[\n  "
    for item in items:
        yield separator + json_text(item)
        separator = ",\n  "
    yield "[]" if separator.startswith("[") else "]"
