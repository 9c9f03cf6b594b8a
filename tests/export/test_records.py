"""What all records of a capture file have in common, and the one in Prometheus' format."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import TextIO

import pytest

from qos_exporter.export.records import WRITERS, CaptureSummary, RecordFormat
from qos_exporter.snapshot import Snapshot, StreamView
from tests.export.limits import time_limit_s
from tests.export.parsed import families
from tests.export.recorded import BAD, CAPTURE, written
from tests.export.snapshots import (
    STREAM,
    call,
    snapshot,
)
from tests.export.variants import replace


@pytest.mark.pitfall(111)
@pytest.mark.parametrize("format_", list(WRITERS))
def test_records_can_be_written_as_utf8_whatever_was_received(format_: RecordFormat) -> None:
    """Bytes that are no text do not stop the output half-way."""
    broken = b"\xffPCMA".decode(errors="surrogateescape")
    shown = snapshot(replace(call(broken, replace(STREAM, codec=broken)), caller=broken))
    written(format_, shown, capture=replace(CAPTURE, file=broken)).encode()


def test_prometheus_record_is_a_body_without_process_metrics() -> None:
    """Analyze shows what was measured, not how the program itself does."""
    text = written("prometheus", snapshot(call()))
    names = {sample.name for family in families(text.encode()) for sample in family.samples}
    assert "voip_call_mos_lq" in names
    assert "voip_window_mos_lq_bucket" in names
    assert not any(name.startswith("process_") for name in names)


def test_prometheus_top_restricts_per_call_series_only() -> None:
    """With top the worst streams have series, and aggregates stay whole."""
    text = written("prometheus", snapshot(call("a", STREAM), call("b", BAD)), top=1)
    assert 'voip_call_info{call_id="b"' in text
    assert 'voip_call_info{call_id="a"' not in text
    assert "\nvoip_calls_active 1.0\n" in text


def many(count: int) -> tuple[StreamView, ...]:
    return tuple(replace(STREAM, ssrc=number) for number in range(count))


@pytest.mark.parametrize("format_", ["table", "json"])
def test_records_of_many_streams_are_fast(format_: RecordFormat) -> None:
    """20,000 streams are written in far less time than it takes to look at them."""
    shown = replace(snapshot(), streams=many(20_000))
    began = time.thread_time()
    text = written(format_, shown)
    assert text.count("10.0.0.1:5004") == 20_000
    assert time.thread_time() - began < time_limit_s(3.0)


def test_every_writer_takes_a_text_stream() -> None:
    """The writers are interchangeable."""
    writers: list[Callable[[Snapshot, CaptureSummary, TextIO], None]] = list(WRITERS.values())
    for write in writers:
        write(snapshot(call()), CAPTURE, io.StringIO())
