"""The end of windows: what happened in them is scored, and streams that are over leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.calls.call import Anomaly
from qos_exporter.dataplane.rows import (
    FLAG_CAPTURED_TWICE,
    FLAG_ENDED,
    FLAG_MUTED,
    FLAG_STOPPED_GAP,
)
from qos_exporter.monitor.stream_views import copy_streams, stream_views

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from qos_exporter.monitor.parts import Parts
    from qos_exporter.monitor.source import Source
    from qos_exporter.monitor.tracked import TrackedStream


ANOMALIES = {FLAG_STOPPED_GAP: Anomaly.STOPPED, FLAG_CAPTURED_TWICE: Anomaly.CAPTURED_TWICE}
"""What the flags of a window mean for the call."""
ANOMALOUS = FLAG_STOPPED_GAP | FLAG_CAPTURED_TWICE


class Windows:
    """Closes the windows of all sources. `over` is where streams go that are to be kept."""

    def __init__(self, parts: Parts, *, over: list[TrackedStream] | None) -> None:
        self._parts = parts
        self._over = over

    def roll(self, source: Source, now_ns: int) -> None:
        """Close the open window of a source; `now_ns` is the time that has come instead."""
        end_ns = source.kernel.window_end_ns
        self._close(source, source.kernel.roll(now_ns), end_ns, is_last=False)

    def finish(self, source: Source) -> None:
        """End all streams of a source."""
        rows = source.kernel.finish()
        self._close(source, rows, source.kernel.now_ns, is_last=True)

    def _close(self, source: Source, rows: NDArray[np.void], end_ns: int, *, is_last: bool) -> None:
        for slot in self._parts.scoring.close_window(source, rows, end_ns).tolist():
            stream = source.at(slot)
            if stream is not None and stream.call is not None:
                self._parts.book.note_issue(stream.call)
                self._parts.admission.note_degraded(stream.call)
        self._report_anomalies(source, rows[(rows["flags"] & ANOMALOUS) != 0])
        self._report_twins(source)
        self._end_streams(source, rows[(rows["flags"] & FLAG_ENDED) != 0], is_last=is_last)

    def _report_anomalies(self, source: Source, rows: NDArray[np.void]) -> None:
        """Tell the calls what only the packets show."""
        for slot, flags in zip(rows["slot"].tolist(), rows["flags"].tolist(), strict=True):
            stream = source.at(slot)
            if stream is None or stream.call is None:
                continue
            for flag, anomaly in ANOMALIES.items():
                if flags & flag:
                    calls = self._parts.calls
                    calls.report_anomaly(stream.call, anomaly, source.kernel.now_ns)

    def _report_twins(self, source: Source) -> None:
        """Tell the calls that their packets come from two interfaces."""
        for first in self._parts.twins.firsts(source):
            if first.call is not None:
                self._parts.calls.report_anomaly(
                    first.call, Anomaly.CAPTURED_TWICE, source.kernel.now_ns
                )
        self._parts.twins.let_go(source)

    def _end_streams(self, source: Source, rows: NDArray[np.void], *, is_last: bool) -> None:
        """Take leave of the streams whose last row this was."""
        slots, serials = rows["slot"].tolist(), rows["serial"].tolist()
        streams = [source.at(slot) for slot in slots]
        self._keep_last_words(source, [each for each in streams if each is not None])
        muted = ((rows["flags"] & FLAG_MUTED) != 0).tolist()
        for stream, slot, serial, is_muted in zip(streams, slots, serials, muted, strict=True):
            # The kernel still swallows the tail of a muted stream, until the calls release it.
            stays = is_muted and not is_last and stream is not None and stream.is_live
            if stream is not None:
                source.drop(slot)
            if not stays:
                if stream is not None and not self._parts.twins.discard(stream):
                    self._parts.calls.stream_ended(stream)
                source.kernel.release(slot, serial)

    def _keep_last_words(self, source: Source, streams: list[TrackedStream]) -> None:
        counted = [stream for stream in streams if stream.counts]
        views = stream_views(copy_streams(source, counted, self._parts, active=False))
        for stream, view in zip(counted, views, strict=True):
            stream.final = view
            stream.last_ns = source.kernel.last_packet_ns(stream.slot)
        if self._over is not None:
            self._over.extend(counted)
