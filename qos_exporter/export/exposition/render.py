"""The body of a scrape: the client library's output, with the per-call families put in fast."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy

from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from qos_exporter.export.collector import bounded_families
from qos_exporter.export.exposition.call_encoder import encode_calls
from qos_exporter.export.exposition.formats import Format
from qos_exporter.snapshot import Snapshot


def render(
    snapshot: Snapshot,
    *,
    format_: Format,
    process: Collector | None = None,
    names: frozenset[str] | None = None,
) -> bytes:
    """Encode one snapshot, and the families of `process` (the running program) where given.

    `names` are sample names as in Prometheus' `name[]` parameter: nothing else is then encoded.
    """
    return b"".join(render_parts(snapshot, format_=format_, process=process, names=names))


def render_parts(
    snapshot: Snapshot,
    *,
    format_: Format,
    process: Collector | None = None,
    names: frozenset[str] | None = None,
) -> Iterator[bytes]:
    """Give the same in parts, so that one can be compressed while the next is made."""
    families = [*bounded_families(snapshot), *(process.collect() if process else ())]
    end = format_.end.encode()
    yield format_.generate(_Families(_restricted(families, names))).removesuffix(end)
    yield from encode_calls(snapshot.calls, format_=format_, names=names)
    yield end


class _Families(Collector):
    """Families that are there already, as the client library's encoders want to be given them."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def _restricted(families: Iterable[Metric], names: frozenset[str] | None) -> Iterator[Metric]:
    """Keep the samples that were asked for, and the families that have some left."""
    if names is None:
        yield from families
        return
    for family in families:
        samples = [sample for sample in family.samples if sample.name in names]
        if samples:
            # A copy, because the client library keeps some families for the next scrape.
            restricted = copy(family)
            restricted.samples = samples
            yield restricted
