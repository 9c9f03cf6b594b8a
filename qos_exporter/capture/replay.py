"""The thread that plays a capture file as if it came from an interface."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

import numpy as np

from qos_exporter.capture.capture_file import CaptureFile, open_capture
from qos_exporter.capture.guarded_sink import GuardedSink
from qos_exporter.capture.sink import FrameSink
from qos_exporter.capture.statistics import CaptureCounters, CaptureStatistics
from qos_exporter.capture.timeline import ReplayClock, Timeline
from qos_exporter.dataplane.frames import FrameBatch
from qos_exporter.errors import CaptureError
from qos_exporter.failure_log import FailureLog

logger = logging.getLogger(__name__)

_IDLE_S = 0.2
"""After so long without a frame the sink learns what time it is."""
_SHORTEST_WAIT_S = 0.01
"""Frames that are due within it go out together."""
_LONG_WAIT_S = 60.0
"""A longer wait for the next frame is told of, lest the replay seem to hang."""


class Replay(threading.Thread):
    """Plays `path` to `sink`, `speed` times as fast as it was recorded; 0 is as fast as possible.

    A paced replay begins at the wall clock's time. With `loop` it is played over and over, and time
    goes on from round to round. Behind the last frame `finished` is set; then the thread ends
    (`exit_at_end`), or goes on telling the sink the time. What was wrong with the file is in
    `error`; all frames before the damage are played.
    """

    def __init__(
        self,
        source: int,
        path: Path,
        sink: FrameSink,
        *,
        speed: float = 1.0,
        loop: bool = False,
        exit_at_end: bool = False,
    ) -> None:
        super().__init__(name=f"replay-{path.name}", daemon=True)
        self.finished = threading.Event()
        self.error: CaptureError | None = None
        self._path = path
        self._speed = speed
        self._loop = loop
        self._exit_at_end = exit_at_end
        self._capture: CaptureFile | None = None
        self._clock = ReplayClock(speed)
        self._timeline = Timeline(None)
        self._awaited_ns = 0
        self._counters = CaptureCounters(path.name)
        self._counters.method = "file"
        self._failures = FailureLog(logger, f"replay of {path}")
        self._sink = GuardedSink(sink, source, self._failures)
        self._stopping = threading.Event()

    def prepare(self) -> None:
        """Open the file before the thread starts; raises `CaptureError` if that cannot be done."""
        self._capture = open_capture(self._path)

    def statistics(self) -> CaptureStatistics:
        """Give the totals of now; changes nothing, and may be called from any thread."""
        return self._counters.snapshot()

    def stop(self) -> None:
        """Let the thread end, which takes it a moment."""
        self._stopping.set()

    def run(self) -> None:
        """Play the file, then keep the time."""
        try:
            self._play()
        except Exception as error:  # noqa: BLE001 -- a thread that ends silently helps nobody
            self._failures.report(error)
            self._counters.healthy = False
        self.finished.set()
        if not self._exit_at_end:
            self._keep_time()

    def _play(self) -> None:
        if self._speed:
            self._clock = ReplayClock(self._speed)
            self._timeline = Timeline(self._clock.now_ns())
        again = True
        while again:
            before = self._counters.packets
            self._play_round()
            # A file without a frame would be played over and over in no time.
            again = self._loop and self._counters.packets > before and not self._stopping.is_set()
            if again:
                self._timeline.begin_round(self._clock.now_ns() if self._speed else 0)
                self._sink.restart()

    def _play_round(self) -> None:
        try:
            with self._capture or open_capture(self._path) as capture:
                self._capture = None
                self._counters.healthy = True
                for batch in capture:
                    self._play_batch(capture, batch)
                    if self._stopping.is_set():
                        return
        except CaptureError as error:
            self.error = error
            self._failures.report(error)
            self._counters.healthy = False

    def _play_batch(self, capture: CaptureFile, batch: FrameBatch) -> None:
        due_ns = self._timeline.shift(batch.frames["timestamp_ns"][: batch.count])
        start = 0
        while start < batch.count and not self._stopping.is_set():
            end = batch.count
            if self._speed:
                end = int(np.searchsorted(due_ns, self._clock.now_ns(), side="right"))
            if end > start:
                # Minutes may have passed since the batch was read.
                capture.check()
                self._hand_over(FrameBatch(batch.data, batch.frames[start:end], end - start))
                start = end
            else:
                self._wait_until(int(due_ns[start]))

    def _hand_over(self, batch: FrameBatch) -> None:
        self._counters.count(batch)
        self._sink.ingest(batch)
        self._counters.healthy = self._sink.works

    def _wait_until(self, due_ns: int) -> None:
        wait_s = (due_ns - self._clock.now_ns()) / self._speed / 1e9
        if wait_s > _LONG_WAIT_S and due_ns != self._awaited_ns:
            self._awaited_ns = due_ns
            logger.info("replay of %s: the next frame is due in %.0f s", self._path, wait_s)
        self._stopping.wait(min(max(wait_s, _SHORTEST_WAIT_S), _IDLE_S))
        if wait_s > _IDLE_S:
            self._sink.tick(min(self._clock.now_ns(), due_ns))

    def _keep_time(self) -> None:
        """Let time go on behind the last frame, as fast as the wall clock's."""
        ended_ns = time.monotonic_ns()
        latest_ns = self._timeline.latest_ns
        start_ns = time.time_ns() if latest_ns is None else latest_ns
        while not self._stopping.wait(_IDLE_S):
            self._sink.tick(start_ns + time.monotonic_ns() - ended_ns)
