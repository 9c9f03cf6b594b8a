from __future__ import annotations

import logging
import threading

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.registry import DuplicateTimeseries

from qos_exporter.export.catalogue import FAMILIES
from qos_exporter.export.collector import SnapshotCollector
from qos_exporter.snapshot import Snapshot
from tests.export.parsed import families
from tests.export.snapshots import GROUP, TOTALS, call, snapshot
from tests.export.variants import replace


def busy(calls: int) -> Snapshot:
    """Give a snapshot in which every number is the number of calls."""
    packets = replace(GROUP.packets, expected=calls, received=calls)
    return replace(
        snapshot(*(call(f"c{i}") for i in range(calls))),
        totals=replace(TOTALS, active=calls),
        groups=(replace(GROUP, packets=packets, bytes=calls, streams_active=calls),),
    )


def test_describe_lists_what_collect_gives() -> None:
    """Names, types and help are known before there is any value, in the same order."""
    collector = SnapshotCollector(lambda: snapshot(call()))
    described = [(m.name, m.type, m.documentation, m.unit) for m in collector.describe()]
    collected = [(m.name, m.type, m.documentation, m.unit) for m in collector.collect()]
    assert described == collected
    assert len(described) == len(FAMILIES)


def test_describe_takes_no_snapshot() -> None:
    """A registry can describe the collector before the monitor runs."""

    def fail() -> Snapshot:
        raise AssertionError

    CollectorRegistry().register(SnapshotCollector(fail))


def test_clashing_collectors_are_noticed() -> None:
    """A registry refuses a second collector with the same families."""
    registry = CollectorRegistry()
    registry.register(SnapshotCollector(snapshot))
    with pytest.raises(DuplicateTimeseries):
        registry.register(SnapshotCollector(snapshot))


def test_collect_builds_new_objects() -> None:
    """What one reader does with the families does not reach the next one."""
    collector = SnapshotCollector(snapshot)
    for family in collector.collect():
        family.samples.clear()
    assert any(family.samples for family in collector.collect())


def test_reading_changes_nothing() -> None:
    """Two scrapes of the same state give the same bytes."""
    registry = CollectorRegistry()
    registry.register(SnapshotCollector(lambda: snapshot(call())))
    assert generate_latest(registry) == generate_latest(registry)


@pytest.mark.pitfall(112)
def test_collect_never_raises(caplog: pytest.LogCaptureFixture) -> None:
    """When no snapshot can be had, the version is still told, and the log says why."""

    def fail() -> Snapshot:
        message = "the monitor is gone"
        raise RuntimeError(message)

    with caplog.at_level(logging.ERROR):
        names = [family.name for family in SnapshotCollector(fail).collect()]
    assert names == ["qos_exporter_build"]
    assert "the monitor is gone" in caplog.text


@pytest.mark.pitfall(112)
def test_scrapes_during_churn_are_consistent() -> None:
    """Two scrapers at once, while calls come and go, each see one state and never half of two."""
    state = [busy(0)]
    registry = CollectorRegistry()
    registry.register(SnapshotCollector(lambda: state[0]))
    seen: list[set[float]] = []

    def scrape() -> None:
        for _ in range(20):
            found = {f.name: f for f in families(generate_latest(registry))}
            assert (
                len(found["voip_call_info"].samples)
                == 2 * found["voip_calls_active"].samples[0].value
            )
            names = ("voip_calls_active", "voip_streams_active", "voip_bytes")
            seen.append({found[name].samples[0].value for name in names})

    scrapers = [threading.Thread(target=scrape) for _ in range(2)]
    for scraper in scrapers:
        scraper.start()
    turn = 0
    while any(scraper.is_alive() for scraper in scrapers):
        turn = (turn + 1) % 30
        state[0] = busy(turn)
    for scraper in scrapers:
        scraper.join()
    assert len(seen) == 40
    assert all(len(numbers) == 1 for numbers in seen)
