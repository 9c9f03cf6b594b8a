"""What the exporter shows about itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.snapshot import CaptureView, ExporterView, TableView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qos_exporter.monitor.source import Source

SECOND_NS = 1_000_000_000


class OwnState:
    """What the program knows of its own configuration; set by whoever reloads it."""

    def __init__(self) -> None:
        self.reload_successful = True
        self.reload_success_s: float | None = None


def capture_views(sources: Sequence[Source]) -> tuple[CaptureView, ...]:
    """How every source of frames fares."""
    return tuple(source.view() for source in sources)


def undecoded(sources: Sequence[Source]) -> tuple[tuple[str, int], ...]:
    """Frames that were not counted as media, by reason, of all sources together."""
    sums: dict[str, int] = {}
    for source in sources:
        for reason, count in source.kernel.statistics().undecoded:
            sums[reason] = sums.get(reason, 0) + count
    return tuple(sums.items())


def stream_table(sources: Sequence[Source]) -> TableView:
    """The stream tables of all sources as one."""
    statistics = [source.kernel.statistics() for source in sources]
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
    own: OwnState,
    duration_s: float,
) -> ExporterView:
    """Put together what the exporter shows about itself."""
    counting_ns = sum(source.kernel.statistics().counting_ns for source in sources)
    return ExporterView(
        undecoded=undecoded(sources),
        decode_errors=errors,
        tables=(stream_table(sources), *tables),
        config_reload_successful=own.reload_successful,
        config_reload_success_s=own.reload_success_s,
        snapshot_duration_s=duration_s,
        counting_s=counting_ns / SECOND_NS,
    )
