"""Metric families of the client library, made from rows of the catalogue, and their series."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from prometheus_client.core import (
    CounterMetricFamily,
    Exemplar,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
)
from prometheus_client.metrics_core import Metric

from qos_exporter.export.catalogue import BY_NAME, Family
from qos_exporter.export.series import number_text
from qos_exporter.export.text import writable
from qos_exporter.snapshot import Exemplar as Observation
from qos_exporter.snapshot import Histogram

EXEMPLAR_MAX_CHARACTERS = 128
"""Names and values of an exemplar's labels together (OpenMetrics 1.0.0, section "Exemplars")."""

Item = TypeVar("Item")
Bucket = tuple[str, float] | tuple[str, float, Exemplar]


def info(family: Family) -> InfoMetricFamily:
    """Give an info family without series; its values are its labels."""
    return InfoMetricFamily(family.base_name, family.help)


def add_info(metric: InfoMetricFamily, family: Family, values: Sequence[str]) -> None:
    """Add one series of an info family."""
    metric.add_metric((), dict(zip(family.labels, map(writable, values), strict=True)))


def number(family: Family) -> CounterMetricFamily | GaugeMetricFamily:
    """Give a counter or gauge family without series."""
    make = CounterMetricFamily if family.kind == "counter" else GaugeMetricFamily
    return make(family.base_name, family.help, labels=family.labels, unit=family.exposed_unit)


def add_number(
    metric: CounterMetricFamily | GaugeMetricFamily, values: Sequence[str], value: float
) -> None:
    """Add one series of a counter or gauge family; zero has no sign."""
    metric.add_metric(tuple(map(writable, values)), value + 0.0)


def numbers(name: str, series: Iterable[tuple[tuple[str, ...], float]]) -> Metric:
    """Give the counter or gauge of a name with its series (label values, number)."""
    metric = number(BY_NAME[name])
    for values, value in series:
        add_number(metric, values, value)
    return metric


def labelled(rows: Iterable[tuple[str, float]]) -> Iterator[tuple[tuple[str], float]]:
    """Turn (label value, number) pairs into series with one label."""
    return (((label,), number) for label, number in rows)


def histogram(family: Family) -> HistogramMetricFamily:
    """Give a histogram family without series."""
    return HistogramMetricFamily(
        family.base_name, family.help, labels=family.labels, unit=family.exposed_unit
    )


def add_histogram(
    metric: HistogramMetricFamily, family: Family, values: Sequence[str], observed: Histogram
) -> None:
    """Add one series; every bucket is there from the start, so that `rate()` sees the first one."""
    metric.add_metric(tuple(map(writable, values)), buckets(family, observed), observed.sum)


def buckets(family: Family, observed: Histogram) -> list[Bucket]:
    """Give the cumulative buckets, with exemplars where there are some."""
    width = len(family.edges) + 1
    counts = _padded(observed.counts, width, 0)
    exemplars = _padded(observed.exemplars, width, None)
    rows: list[Bucket] = []
    total = 0
    for edge, count, example in zip((*family.edges, float("inf")), counts, exemplars, strict=True):
        total += count
        bound = number_text(edge)
        exemplar = None if example is None else _exemplar(example)
        rows.append((bound, total) if exemplar is None else (bound, total, exemplar))
    return rows


def _padded(items: tuple[Item, ...], width: int, filler: Item) -> tuple[Item, ...]:
    """Nothing observed yet may be given as nothing at all."""
    return (*items[:width], *(filler,) * (width - len(items)))


def _exemplar(observation: Observation) -> Exemplar | None:
    """Name the call of an observation, unless its Call-ID does not fit into an exemplar.

    One that is too long is left out, not cut: half a Call-ID names no call. One with a quote is
    left out because the client library's own parser rejects the whole body over an escaped quote
    in an exemplar.
    """
    call_id = writable(observation.call_id)
    if len("call_id") + len(call_id) > EXEMPLAR_MAX_CHARACTERS or '"' in call_id:
        return None
    return Exemplar({"call_id": call_id}, observation.value, observation.timestamp_s)


def empty(family: Family) -> Metric:
    """Give the family without series."""
    make = {"info": info, "histogram": histogram}.get(family.kind, number)
    return make(family)
