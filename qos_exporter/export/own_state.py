"""From a snapshot to the families in which the exporter speaks about itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client.metrics_core import Metric

from qos_exporter import __version__
from qos_exporter.export import metric_family
from qos_exporter.export.catalogue import BY_NAME
from qos_exporter.export.metric_family import labelled, numbers
from qos_exporter.snapshot import CaptureView, ExporterView, PbxView, ReportTotals, Snapshot


def exporter_families(snapshot: Snapshot) -> Iterator[Metric]:
    """Give every family about the exporter."""
    yield build_info()
    yield from _operation_families(snapshot.exporter)
    yield from _capture_families(snapshot.captures)
    yield from _decoding_families(snapshot.exporter)
    yield from _report_families(snapshot.reports)
    yield from _pbx_families(snapshot.pbxs)
    yield from _table_families(snapshot.exporter)
    yield numbers("qos_exporter_call_series_dropped_total", (((), snapshot.totals.series_dropped),))


def build_info() -> Metric:
    """Say which version this is; the one family that needs no snapshot."""
    return _info("qos_exporter_build_info", ((__version__,),))


def _info(name: str, series: Iterable[tuple[str, ...]]) -> Metric:
    family = BY_NAME[name]
    metric = metric_family.info(family)
    for values in series:
        metric_family.add_info(metric, family, values)
    return metric


def _operation_families(exporter: ExporterView) -> Iterator[Metric]:
    reloaded_s = exporter.config_reload_success_s
    yield numbers(
        "qos_exporter_config_last_reload_successful",
        (((), exporter.config_reload_successful),),
    )
    yield numbers(
        "qos_exporter_config_last_reload_success_timestamp_seconds",
        () if reloaded_s is None else (((), reloaded_s),),
    )
    yield numbers("qos_exporter_snapshot_duration_seconds", (((), exporter.snapshot_duration_s),))


def _capture_families(captures: tuple[CaptureView, ...]) -> Iterator[Metric]:
    methods = {(capture.interface, capture.method): None for capture in captures}
    yield _info("qos_exporter_capture_info", methods)
    by_interface = _by_interface(captures)
    yield numbers(
        "qos_exporter_capture_healthy",
        labelled((name, all(view.healthy for view in views)) for name, views in by_interface),
    )
    for quantity in ("packets", "bytes", "kernel_drops", "interface_drops", "interruptions"):
        yield numbers(
            f"qos_exporter_capture_{quantity}_total",
            labelled((name, _sum(views, quantity)) for name, views in by_interface),
        )
    yield numbers("qos_exporter_last_packet_timestamp_seconds", labelled(_last_packets(captures)))


def _by_interface(captures: tuple[CaptureView, ...]) -> list[tuple[str, list[CaptureView]]]:
    """Gather the sources of one interface: the label tells interfaces apart and nothing else."""
    gathered: dict[str, list[CaptureView]] = {}
    for capture in captures:
        gathered.setdefault(capture.interface, []).append(capture)
    return list(gathered.items())


def _sum(views: list[CaptureView], quantity: str) -> int:
    return sum(getattr(view, quantity) for view in views)


def _last_packets(captures: tuple[CaptureView, ...]) -> Iterable[tuple[str, float]]:
    last_s: dict[str, float] = {}
    for capture in captures:
        if capture.last_packet_s is not None:
            last_s[capture.interface] = max(
                capture.last_packet_s, last_s.get(capture.interface, capture.last_packet_s)
            )
    return last_s.items()


def _decoding_families(exporter: ExporterView) -> Iterator[Metric]:
    yield numbers("qos_exporter_undecoded_frames_total", labelled(exporter.undecoded))
    yield numbers(
        "qos_exporter_decode_errors_total",
        (((protocol, reason), count) for protocol, reason, count in exporter.decode_errors),
    )


def _report_families(reports: ReportTotals) -> Iterator[Metric]:
    yield numbers("qos_exporter_reports_unmatched_total", labelled(reports.unmatched))
    yield numbers(
        "qos_exporter_round_trips_rejected_total",
        (((source, reason), count) for source, reason, count in reports.rejected_round_trips),
    )


def _pbx_families(pbxs: tuple[PbxView, ...]) -> Iterator[Metric]:
    yield numbers("qos_exporter_ami_up", labelled((pbx.server, pbx.up) for pbx in pbxs))
    yield numbers("qos_exporter_ami_fault", _by_server(pbxs, "faults"))
    yield numbers(
        "qos_exporter_ami_reconnects_total",
        labelled((pbx.server, pbx.reconnects) for pbx in pbxs),
    )
    yield numbers("qos_exporter_ami_events_total", _by_server(pbxs, "events"))
    yield numbers("qos_exporter_ami_values_rejected_total", _by_server(pbxs, "rejected"))
    yield numbers("qos_exporter_cdr_writes_total", _by_server(pbxs, "cdr_writes"))


def _by_server(pbxs: Iterable[PbxView], quantity: str) -> Iterator[tuple[tuple[str, str], float]]:
    """Give the series of counters that each server has by a second label."""
    for pbx in pbxs:
        for label, number in getattr(pbx, quantity):
            yield (pbx.server, label), number


def _table_families(exporter: ExporterView) -> Iterator[Metric]:
    tables = exporter.tables
    yield numbers("qos_exporter_table_entries", labelled((t.name, t.entries) for t in tables))
    yield numbers("qos_exporter_table_limit", labelled((t.name, t.limit) for t in tables))
    yield numbers("qos_exporter_evictions_total", labelled((t.name, t.evictions) for t in tables))
