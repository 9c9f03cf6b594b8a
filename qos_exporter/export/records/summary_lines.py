"""The few lines above the table: the file, its calls, its windows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from qos_exporter.export.records.capture_summary import CaptureSummary
from qos_exporter.export.text import printable
from qos_exporter.quality.rating import RESULTS
from qos_exporter.snapshot import Snapshot, StreamView


def summary_lines(snapshot: Snapshot, capture: CaptureSummary) -> Iterator[str]:
    """Give the summary of a whole file, whatever part of its streams is listed below."""
    yield f"{printable(capture.file)}: {_plural(capture.packets, 'packet')}{_duration(capture)}"
    outcomes = Counter(call.outcome or "undecided" for call in snapshot.calls)
    yield f"{_plural(len(snapshot.calls), 'call')}{_breakdown(outcomes.items())}"
    if anomalies := Counter(kind for call in snapshot.calls for kind in call.anomalies):
        yield f"calls with anomalies{_breakdown(anomalies.items())}"
    yield f"{_plural(len(snapshot.streams), 'stream')}, {_windows(snapshot.streams)}"
    if undecoded := [row for row in snapshot.exporter.undecoded if row[1]]:
        yield f"not decoded{_breakdown(undecoded)}"
    if errors := [row for row in snapshot.exporter.decode_errors if row[2]]:
        yield f"faulty messages{_breakdown(_message_errors(errors))}"


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _duration(capture: CaptureSummary) -> str:
    if capture.first_s is None or capture.last_s is None:
        return ""
    return f" in {capture.last_s - capture.first_s:,.1f} s"


def _breakdown(rows: Iterable[tuple[str, int]]) -> str:
    text = ", ".join(f"{count:,} {word.replace('_', ' ')}" for word, count in rows)
    return f": {text}" if text else ""


def _message_errors(errors: Iterable[tuple[str, str, int]]) -> Iterator[tuple[str, int]]:
    return ((f"{protocol} ({reason})", count) for protocol, reason, count in errors)


def _windows(streams: Iterable[StreamView]) -> str:
    totals = Counter[str]()
    for stream in streams:
        totals.update({result: getattr(stream.windows, result) for result in RESULTS})
    return f"windows{_breakdown((result, totals[result]) for result in RESULTS)}"
