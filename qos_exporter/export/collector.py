"""The custom collector: a pure view of one snapshot at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from qos_exporter.export import metric_family
from qos_exporter.export.aggregates import aggregate_families
from qos_exporter.export.call_media import CallMedia
from qos_exporter.export.call_rows import DIRECTIONS, TOLD_DIRECTIONS, CallRows, call_rows
from qos_exporter.export.call_values import CALL_INFO, CALL_VALUES, info_values
from qos_exporter.export.catalogue import FAMILIES
from qos_exporter.export.own_state import build_info, exporter_families
from qos_exporter.snapshot import Snapshot

logger = logging.getLogger(__name__)

TakeSnapshot = Callable[[], Snapshot]


class SnapshotCollector(Collector):
    """All families of the catalogue, for a registry of the client library.

    Each `collect()` takes one snapshot and builds new objects from it, so that what it yields is
    consistent in itself and two readers never disturb each other::

        # HELP voip_calls_active Calls that have begun and not ended.
        # TYPE voip_calls_active gauge
        voip_calls_active 2.0
    """

    def __init__(self, take_snapshot: TakeSnapshot) -> None:
        self._take_snapshot = take_snapshot

    def describe(self) -> Iterator[Metric]:
        """Give every family without series; a registry finds names and clashes by them."""
        return map(metric_family.empty, FAMILIES)

    def collect(self) -> Iterator[Metric]:
        """Give every family with its series, or nothing but the version when that cannot be done.

        Never raises: one exception would cost Prometheus the metrics of the whole process.
        """
        try:
            families = list(families_of(self._take_snapshot()))
        except Exception:
            logger.exception("cannot make metrics of the current state")
            families = [build_info()]
        yield from families


def families_of(snapshot: Snapshot) -> Iterator[Metric]:
    """Give all families of one snapshot."""
    yield from bounded_families(snapshot)
    yield from call_families(snapshot)


def bounded_families(snapshot: Snapshot) -> Iterator[Metric]:
    """Give all families but the per-call ones: their size does not grow with the calls."""
    yield from exporter_families(snapshot)
    yield from aggregate_families(snapshot)


def call_families(snapshot: Snapshot) -> Iterator[Metric]:
    """Give the per-call families; for many calls the exposition has a faster encoder."""
    rows = call_rows(snapshot.calls)
    yield _call_info(rows)
    for family, values in CALL_VALUES:
        metric = metric_family.number(family)
        for source in values:
            for row in rows[source.kind]:
                value = source.of(row)
                if value is not None:
                    metric_family.add_number(metric, source.labels_of(row), value)
        yield metric


def _call_info(rows: CallRows) -> Metric:
    metric = metric_family.info(CALL_INFO)
    for row in (*rows[DIRECTIONS], *rows[TOLD_DIRECTIONS]):
        if isinstance(row, CallMedia):
            metric_family.add_info(metric, CALL_INFO, info_values(row))
    return metric
