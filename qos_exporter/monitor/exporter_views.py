"""What the exporter shows about itself."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

from qos_exporter.snapshot import CaptureView, ExporterView, TableView
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qos_exporter.dataplane.values import KernelStatistics
    from qos_exporter.monitor.source import Source
    from qos_exporter.snapshot import ReportTotals


class OwnState:
    """What the program knows of its own configuration; set by whoever reloads it."""

    def __init__(self) -> None:
        self.reload_successful = True
        self.reload_success_s: float | None = None


def capture_views(sources: Sequence[Source]) -> tuple[CaptureView, ...]:
    """How every source of frames fares."""
    return tuple(source.view() for source in sources)


def undecoded(
    statistics: Sequence[KernelStatistics], *, encrypted_reports: int
) -> tuple[tuple[str, int], ...]:
    """Frames that were not read, by reason, of all sources together."""
    sums: Counter[str] = Counter()
    for each in statistics:
        sums.update(dict(each.undecoded))
    return (*sums.items(), ("srtcp", encrypted_reports))


def stream_table(statistics: Sequence[KernelStatistics]) -> TableView:
    """The stream tables of all sources as one."""
    return TableView(
        name="streams",
        entries=sum(each.entries for each in statistics),
        limit=sum(each.limit for each in statistics),
        evictions=sum(each.evictions for each in statistics),
    )


def exporter_view(
    sources: Sequence[Source],
    *,
    errors: tuple[tuple[str, str, int], ...],
    tables: tuple[TableView, ...],
    reports: ReportTotals,
    own: OwnState,
    began_s: float,
) -> ExporterView:
    """Put together what the exporter shows about itself, last of all: it says how long all took.

    `began_s` is of the clock that measures durations (`time.perf_counter`).
    """
    statistics = [source.kernel.statistics() for source in sources]
    counting_ns = sum(each.counting_ns for each in statistics)
    return ExporterView(
        undecoded=undecoded(statistics, encrypted_reports=reports.encrypted),
        decode_errors=errors,
        tables=(stream_table(statistics), *tables),
        config_reload_successful=own.reload_successful,
        config_reload_success_s=own.reload_success_s,
        snapshot_duration_s=time.perf_counter() - began_s,
        counting_s=counting_ns / SECOND_NS,
    )
