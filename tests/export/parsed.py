"""What a scraper reads: bodies parsed by the client library, as a flat table of samples."""

from __future__ import annotations

from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as parse_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families as parse_text

from qos_exporter.export.exposition import OPENMETRICS, TEXT, Format, render
from qos_exporter.snapshot import Snapshot

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def families(body: bytes, format_: Format = TEXT) -> list[Metric]:
    """Parse a body as the client library does."""
    parse = parse_openmetrics if format_ is OPENMETRICS else parse_text
    return list(parse(body.decode()))


def samples(snapshot: Snapshot, format_: Format = TEXT) -> Samples:
    """Give all samples of a scrape by name and labels; a series that is there twice fails."""
    found: Samples = {}
    for family in families(render(snapshot, format_=format_), format_):
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in found, f"{key} appears twice"
            found[key] = sample.value
    return found


def value(table: Samples, name: str, **labels: str) -> float | None:
    """Give the one sample of `name` that has these labels among others, or `None`."""
    wanted = set(labels.items())
    matches = [number for (name_, own), number in table.items() if name_ == name and wanted <= own]
    assert len(matches) <= 1, f"{name} {labels} matches {len(matches)} series"
    return matches[0] if matches else None


def series(table: Samples, prefix: str) -> set[tuple[str, frozenset[tuple[str, str]]]]:
    """Give the series whose name starts with `prefix`."""
    return {key for key in table if key[0].startswith(prefix)}
