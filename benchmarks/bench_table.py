"""The stream table half and nearly full: a look-up must not become slower with the load.

The same streams go through two tables, one of a size that they half fill, one that they fill to
nine tenths. Equal work on equal memory leaves the length of the probing as the only difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.generate import Load, write_capture
from benchmarks.report import Row, at_most
from qos_exporter.capture.capture_file import open_capture
from qos_exporter.dataplane.kernel import Kernel
from qos_exporter.dataplane.settings import KernelSettings
from qos_exporter.dataplane.values import SlowFrame, StartedStream

ROUNDS = 5
LIMIT = 65_536
STREAMS = int(LIMIT * 0.9)
LOAD = Load(streams=STREAMS, packets_per_stream=60, captured_bytes=60)
SLOWDOWN_BUDGET = 1.1
HALF_FULL = 2 * STREAMS
LIMITS = {"50 %": HALF_FULL, "90 %": LIMIT}


class Nobody:
    """Listens to the kernel and does nothing."""

    def streams_started(self, streams: Sequence[StartedStream]) -> None:
        """Take no note of streams."""

    def frame_set_aside(self, frame: SlowFrame) -> None:
        """Read no frame."""


def run(directory: Path) -> list[Row]:
    """Measure both tables in turn; the best of each counts."""
    path = directory / "table.pcap"
    packets = write_capture(path, LOAD)
    best = dict.fromkeys(LIMITS, float("inf"))
    for _ in range(ROUNDS):
        for load, limit in LIMITS.items():
            best[load] = min(best[load], _counting_ns(path, limit) / packets)
    name = f"table, {STREAMS} streams"
    rows = [
        Row(benchmark=name, figure=f"a packet at {load} load", value=f"{best[load]:.0f} ns")
        for load in LIMITS
    ]
    ratio = best["90 %"] / best["50 %"]
    return [*rows, at_most(name, "90 % / 50 %", ratio, SLOWDOWN_BUDGET, "x")]


def _counting_ns(path: Path, limit: int) -> int:
    """Time the packet path alone over the whole capture."""
    kernel, nobody = Kernel(KernelSettings(table_limit=limit)), Nobody()
    with open_capture(path) as capture:
        for batch in capture:
            at = 0
            while at < batch.count:
                at = kernel.ingest(batch, at, nobody)
    return kernel.statistics().counting_ns
