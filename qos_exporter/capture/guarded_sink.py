"""Keeps what a sink raises from ending the thread that feeds it."""

from __future__ import annotations

from collections.abc import Callable

from qos_exporter.capture.sink import FrameSink
from qos_exporter.dataplane.frames import FrameBatch
from qos_exporter.failure_log import FailureLog


class GuardedSink:
    """The sink of one source: a defect there is logged, and costs no more than the call it met.

    `works` is False from a defect until frames are taken again.
    """

    __slots__ = ("_failures", "_number", "_sink", "works")

    def __init__(self, sink: FrameSink, number: int, failures: FailureLog) -> None:
        self.works = True
        self._sink = sink
        self._number = number
        self._failures = failures

    def ingest(self, batch: FrameBatch) -> None:
        """Hand over frames."""
        self.works = self._survives(lambda: self._sink.ingest(self._number, batch))

    def tick(self, now_ns: int) -> None:
        """Hand over the time."""
        self.works &= self._survives(lambda: self._sink.tick(self._number, now_ns))

    def restart(self) -> None:
        """Tell of the beginning of another recording."""
        self.works &= self._survives(lambda: self._sink.restart(self._number))

    def _survives(self, call: Callable[[], None]) -> bool:
        try:
            call()
        except Exception as error:  # noqa: BLE001 -- whatever it is, the next call may be fine
            self._failures.report(error)
            return False
        return True
