"""From a snapshot to the aggregated families, as new objects of the client library."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric

from qos_exporter.export import metric_family
from qos_exporter.export.catalogue import BY_NAME
from qos_exporter.export.group_values import (
    GROUP_BREAKDOWNS,
    GROUP_HISTOGRAMS,
    GROUP_NUMBERS,
    group_labels,
)
from qos_exporter.export.metric_family import labelled, numbers
from qos_exporter.snapshot import CallTotals, GroupView, Snapshot


def aggregate_families(snapshot: Snapshot) -> Iterator[Metric]:
    """Give every aggregated family, in the order of the catalogue."""
    yield from _call_families(snapshot.totals)
    yield numbers("voip_rtcp_reports_total", labelled(snapshot.reports.rtcp_packets))
    yield from _number_families(snapshot.groups)
    yield from _breakdown_families(snapshot.groups)
    yield from _histogram_families(snapshot.groups)


def _call_families(totals: CallTotals) -> Iterator[Metric]:
    yield numbers("voip_calls_active", (((), totals.active),))
    yield numbers("voip_calls_total", labelled(totals.by_outcome))
    yield numbers("voip_calls_rated_total", labelled(totals.by_rating))
    yield numbers("voip_media_anomalies_total", labelled(totals.anomalies))
    family = BY_NAME["voip_post_dial_delay_seconds"]
    delays = metric_family.histogram(family)
    metric_family.add_histogram(delays, family, (), totals.post_dial_delay_s)
    yield delays


def _number_families(groups: tuple[GroupView, ...]) -> Iterator[Metric]:
    for family, values in GROUP_NUMBERS:
        metric = metric_family.number(family)
        for source, value_of in values:
            for group in groups:
                value = value_of(group)
                if value is not None:
                    labels = group_labels(family, group, source=source)
                    metric_family.add_number(metric, labels, value)
        yield metric


def _breakdown_families(groups: tuple[GroupView, ...]) -> Iterator[Metric]:
    for family, values in GROUP_BREAKDOWNS:
        metric = metric_family.number(family)
        for source, rows_of in values:
            for group in groups:
                labels = group_labels(family, group, source=source)
                for *further, value in rows_of(group):
                    metric_family.add_number(metric, (*labels, *map(str, further)), float(value))
        yield metric


def _histogram_families(groups: tuple[GroupView, ...]) -> Iterator[Metric]:
    for family, values in GROUP_HISTOGRAMS:
        metric = metric_family.histogram(family)
        for source, observed in values:
            for group in groups:
                histogram = observed(group)
                if histogram is not None:
                    labels = group_labels(family, group, source=source)
                    metric_family.add_histogram(metric, family, labels, histogram)
        yield metric
