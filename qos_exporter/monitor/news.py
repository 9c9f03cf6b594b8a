"""What the kernels found goes to the calls, and what the calls found goes into the book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.calls.events import AnomalySeen, CallEvent, DescriptionRejected
from qos_exporter.dataplane.rows import STARTED
from qos_exporter.monitor.rows import Event

if TYPE_CHECKING:
    from qos_exporter.dataplane.frames import FrameBatch
    from qos_exporter.monitor.parts import Parts
    from qos_exporter.monitor.source import Source


class News:
    """Passes news on, in the order in which things happened."""

    def __init__(self, parts: Parts) -> None:
        self._calls = parts.calls
        self._control = parts.control
        self._signalling = parts.signalling
        self._book = parts.book

    def take_from(self, source: Source, batch: FrameBatch) -> None:
        """Take the new streams and the messages that the kernel met in `batch`."""
        if source.kernel.has_events:
            for event in map(Event._make, source.kernel.events().tolist()):
                if event.kind == STARTED:
                    self._start_stream(source, event)
        frames = source.kernel.slow_frames()
        for message, src, dst, at_ns in self._signalling.messages(frames, batch):
            self._calls.on_message(message, src=src, dst=dst, now_ns=at_ns)
        self.take_from_calls()

    def take_from_calls(self) -> None:
        """Enter what has happened to the calls."""
        for event in self._calls.drain():
            self._enter(event)

    def _start_stream(self, source: Source, event: Event) -> None:
        if source.resume(event.slot):
            return
        stream = source.start(event.slot, event.serial, event.at_ns)
        self._calls.stream_started(stream, source.kernel.now_ns)
        if stream.call is None and stream.counts:
            self._control.bind(stream)

    def _enter(self, event: CallEvent) -> None:
        if isinstance(event, DescriptionRejected):
            self._signalling.errors["sdp", event.reason] += 1
            return
        self._book.note_event(event)
        if isinstance(event, AnomalySeen):
            call = self._calls.find(event.call_id)
            if call is not None:
                self._book.note_issue(call)
