"""Gives the frames of a replay their times."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from qos_exporter.dataplane.packet_clock import PacketClock
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BETWEEN_ROUNDS_NS = SECOND_NS


class ReplayClock:
    """Starts at the wall clock's time and runs `speed` times as fast."""

    __slots__ = ("_speed", "_start_monotonic_ns", "_start_ns")

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._start_ns = time.time_ns()
        self._start_monotonic_ns = time.monotonic_ns()

    def now_ns(self) -> int:
        """Give the time of the replay."""
        passed_ns = time.monotonic_ns() - self._start_monotonic_ns
        return self._start_ns + int(passed_ns * self._speed)


class Timeline:
    """Shifts the timestamps of a recording that is played once or over and over.

    Distances within a recording never change, however fast it is played: its jitter is its own.
    Only where the clock of the recording was set, its packet time is what is played.
    Without `start_ns` the first round keeps its times. `latest_ns` is the latest time given yet.
    """

    __slots__ = ("_clock", "_first_ns", "_start_ns", "latest_ns")

    def __init__(self, start_ns: int | None) -> None:
        self.latest_ns: int | None = None
        self._start_ns = start_ns
        self._first_ns: np.int64 | None = None
        self._clock = PacketClock()

    def begin_round(self, earliest_ns: int = 0) -> None:
        """Put the next frame a second behind the latest, and not before `earliest_ns`."""
        after_ns = earliest_ns if self.latest_ns is None else self.latest_ns + _BETWEEN_ROUNDS_NS
        self._start_ns = max(earliest_ns, after_ns)
        self._first_ns = None
        self._clock = PacketClock()

    def shift(self, stamps_ns: NDArray[np.int64]) -> NDArray[np.int64]:
        """Shift timestamps in place, and give the times when their frames are due.

        A frame that is older than the one before it is due together with that one.
        """
        self._clock.set_right(stamps_ns)
        if self._first_ns is None:
            self._first_ns = stamps_ns[0]
        if self._start_ns is not None:
            stamps_ns -= self._first_ns
            stamps_ns += self._start_ns
        due_ns = np.maximum.accumulate(stamps_ns)
        if self.latest_ns is not None:
            np.maximum(due_ns, self.latest_ns, out=due_ns)
        self.latest_ns = int(due_ns[-1])
        return due_ns
