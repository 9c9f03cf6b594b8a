"""Signalling alone: how many messages of ordinary calls a second one core follows."""

from __future__ import annotations

import gc
import time
from pathlib import Path

from benchmarks.report import Row, at_least
from benchmarks.trunk import MESSAGES_PER_CALL, write_trunk
from qos_exporter.capture.capture_file import open_capture
from qos_exporter.monitor.monitor import Monitor
from qos_exporter.settings import Settings

CALLS = 2000
ROUNDS = 5
BUDGET = 15_000


def run(directory: Path) -> list[Row]:
    """Follow the same calls several times, each time from the start; the best counts."""
    path = directory / "trunk.pcap"
    messages = write_trunk(path, CALLS)
    best_s = min(_following_s(path) for _ in range(ROUNDS))
    name = f"signalling, {CALLS} calls of {MESSAGES_PER_CALL} messages"
    cost = Row(benchmark=name, figure="a message", value=f"{best_s / messages * 1e6:.0f} us")
    return [cost, at_least(name, "followed", messages / best_s, BUDGET, " messages/s")]


def _following_s(path: Path) -> float:
    """Measure the processor time from frames to calls."""
    monitor = Monitor(Settings(), [path.name])
    gc.collect()
    began_s = time.process_time()
    with open_capture(path) as capture:
        for batch in capture:
            monitor.ingest(0, batch)
    spent_s = time.process_time() - began_s
    outcomes = dict(monitor.snapshot().totals.by_outcome)
    if outcomes["answered"] != CALLS:
        message = f"followed {outcomes} instead of {CALLS} answered calls"
        raise RuntimeError(message)
    return spent_s
