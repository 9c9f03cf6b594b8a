"""A sink that writes down what it gets."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from qos_exporter.dataplane.frames import FrameBatch
from tests.capture.reading import Captured, frames_of


@dataclass(slots=True)
class RecordingSink:
    """Holds frames, times and restarts; while `failing` it raises instead."""

    frames: list[Captured] = field(default_factory=list)
    ticks: list[int] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    sources: set[int] = field(default_factory=set)
    failing: bool = False

    def ingest(self, source: int, batch: FrameBatch) -> None:
        """Write the frames down."""
        self._note("ingest", source)
        self.frames += frames_of(batch)

    def tick(self, source: int, now_ns: int) -> None:
        """Write the time down."""
        self._note("tick", source)
        self.ticks.append(now_ns)

    def restart(self, source: int) -> None:
        """Write the restart down."""
        self._note("restart", source)

    def _note(self, call: str, source: int) -> None:
        self.calls.append(call)
        self.sources.add(source)
        if self.failing:
            raise ZeroDivisionError(call)


def eventually(condition: Callable[[], bool], *, within_s: float = 5.0) -> bool:
    """Wait until a condition holds, and say whether it ever did."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
