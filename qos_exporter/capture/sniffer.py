"""The thread that captures on one interface for as long as the program runs."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import threading
import time
from collections.abc import Callable

from qos_exporter.backoff import Backoff
from qos_exporter.capture.guarded_sink import GuardedSink
from qos_exporter.capture.interfaces import require_interface
from qos_exporter.capture.link_state import current_index, is_running, lost_frames
from qos_exporter.capture.live_source import LiveSource
from qos_exporter.capture.sink import FrameSink
from qos_exporter.capture.statistics import CaptureCounters, CaptureStatistics
from qos_exporter.failure_log import FailureLog

logger = logging.getLogger(__name__)

_IDLE_S = 0.2
"""After so long without a frame the sink learns what time it is."""
_DROPS_EVERY_S = 0.5


class Sniffer(threading.Thread):
    """Captures on `interface` through what `opener` opens, and feeds `sink`.

    It does not end before `stop`. Where the link is down or the interface gone it opens again and
    again until it is back, and where another interface has its name now, that one is opened; what
    the sink raises is logged and costs the batch. `healthy` in the statistics is False meanwhile.
    """

    def __init__(
        self, source: int, opener: Callable[[], LiveSource], sink: FrameSink, *, interface: str
    ) -> None:
        super().__init__(name=f"sniffer-{interface}", daemon=True)
        self.interface = interface
        self._opener = opener
        self._capture: LiveSource | None = None
        self._counters = CaptureCounters(interface)
        self._failures = FailureLog(logger, f"capture on {interface}")
        self._sink = GuardedSink(sink, source, self._failures)
        self._backoff = Backoff(first_s=0.1, longest_s=2.0)
        self._stopping = threading.Event()
        self._drops_read_s = 0.0
        self._interface_losses = 0
        self._index = 0

    def prepare(self) -> None:
        """Open the capture before the thread starts; a link that is down is left to the thread.

        Raises `CaptureError` where waiting does not help: no right, no such interface, bad filter.
        """
        try:
            self._open()
        except OSError as error:
            require_interface(self.interface)
            self._failures.report(error)

    def statistics(self) -> CaptureStatistics:
        """Give the totals of now; changes nothing, and may be called from any thread."""
        return self._counters.snapshot()

    def stop(self) -> None:
        """Let the thread end, which takes it a moment."""
        self._stopping.set()

    def run(self) -> None:
        """Capture until `stop`."""
        while not self._stopping.is_set():
            try:
                capture = self._capture or self._open()
                while not self._stopping.is_set():
                    self._take(capture)
            except Exception as error:  # noqa: BLE001 -- a thread that ends would end the capture
                self._failures.report(error)
            self._close()
            # Calls end, and what is shown of them goes, also while nothing can be captured.
            self._sink.tick(time.time_ns())
            self._stopping.wait(self._backoff.next_s())

    def _open(self) -> LiveSource:
        capture = self._opener()
        self._capture = capture
        self._counters.method = capture.method
        self._interface_losses = lost_frames(self.interface)
        self._index = current_index(self.interface)
        logger.info("capturing on %s (%s)", self.interface, capture.method)
        return capture

    def _take(self, capture: LiveSource) -> None:
        """Hand over the frames of one block, or the time if none came; look after the counters."""
        idle = True
        for batch in capture.batches(_IDLE_S):
            idle = False
            self._counters.count(batch)
            self._sink.ingest(batch)
        if idle:
            # Frames may still be on their way to us, and time must not overtake them.
            self._sink.tick(time.time_ns() - capture.latency_ns)
        self._update_health(works=not idle or is_running(self.interface))
        if time.monotonic() - self._drops_read_s > _DROPS_EVERY_S:
            self._read_drops(capture)
            self._check_name()

    def _update_health(self, *, works: bool) -> None:
        self._counters.healthy = works and self._sink.works
        if works:
            self._backoff.reset()
            # The first frames have been handed over: what they show as lost falls into a window
            # that is still open.
            self._counters.interruptions += self._failures.report_recovery()
        else:
            self._failures.report_outage(os.strerror(errno.ENETDOWN))

    def _read_drops(self, capture: LiveSource) -> None:
        self._drops_read_s = time.monotonic()
        self._counters.kernel_drops += capture.take_kernel_drops()
        losses = lost_frames(self.interface)
        # An interface that was made anew counts from 0 again.
        self._counters.interface_drops += max(0, losses - self._interface_losses)
        self._interface_losses = losses

    def _check_name(self) -> None:
        """Raise OSError if the interface was renamed: the socket follows it."""
        if current_index(self.interface) != self._index:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))

    def _close(self) -> None:
        self._counters.healthy = False
        if self._capture is None:
            return
        with contextlib.suppress(OSError):
            self._read_drops(self._capture)
        self._capture.close()
        self._capture = None
