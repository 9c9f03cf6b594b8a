"""Records of a capture that was analysed: JSON for programs, a table for people, metrics."""

from __future__ import annotations

from typing import Literal, Protocol, TextIO

from qos_exporter.export.records.capture_summary import CaptureSummary
from qos_exporter.export.records.json_record import write_json
from qos_exporter.export.records.prometheus_record import write_prometheus
from qos_exporter.export.records.table_record import write_table
from qos_exporter.snapshot import Snapshot

RecordFormat = Literal["table", "json", "prometheus"]


class WriteRecord(Protocol):
    """Writes one analysed capture to a text stream."""

    def __call__(
        self, snapshot: Snapshot, capture: CaptureSummary, out: TextIO, *, top: int | None = None
    ) -> None:
        """Write everything, or with `top` only the worst streams; counts always stay whole."""


WRITERS: dict[RecordFormat, WriteRecord] = {
    "table": write_table,
    "json": write_json,
    "prometheus": write_prometheus,
}
"""By the name that `--format` gives."""

__all__ = ["WRITERS", "CaptureSummary", "RecordFormat", "WriteRecord"]
