"""Where a kernel's news come in while it counts, and wait for the lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from threading import Lock

    from qos_exporter.dataplane.values import SlowFrame, StartedStream
    from qos_exporter.monitor.news import News
    from qos_exporter.monitor.source import Source


class Intake:
    """The `KernelListener` of one source."""

    __slots__ = ("_lock", "_news", "_source")

    def __init__(self, source: Source, news: News, lock: Lock) -> None:
        self._source = source
        self._news = news
        self._lock = lock

    def streams_started(self, streams: Sequence[StartedStream]) -> None:
        """Follow new streams."""
        with self._lock:
            self._news.take_streams(self._source, streams)

    def frame_set_aside(self, frame: SlowFrame) -> None:
        """Read signalling."""
        with self._lock:
            self._news.take_frame(frame)
