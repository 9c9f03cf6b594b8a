"""What the kernels found goes to the calls, and what the calls found goes into the book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.calls.events import AnomalySeen, CallEvent, DescriptionRejected
from qos_exporter.dataplane.rows import SLOW_SIP
from qos_exporter.errors import DecodeError
from qos_exporter.protocols.sip import KEEPALIVE, parse_message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qos_exporter.dataplane.values import SlowFrame, StartedStream
    from qos_exporter.monitor.parts import Parts
    from qos_exporter.monitor.source import Source


class News:
    """Passes news on, in the order in which things happened; whoever calls holds the lock.

    Fragments, tunnels and TCP are counted by the kernel as undecoded; nobody reads them yet.
    """

    def __init__(self, parts: Parts) -> None:
        self._calls = parts.calls
        self._twins = parts.twins
        self._control = parts.control
        self._errors = parts.decode_errors
        self._book = parts.book
        self._reports = parts.reports
        self._readers = {SLOW_SIP: self._take_message, **parts.reports.readers}

    def take_streams(self, source: Source, streams: Sequence[StartedStream]) -> None:
        """Follow new streams of a source, and let the calls place them."""
        started = source.take(streams, self._calls.may_move)
        new = [stream for stream in started if not self._twins.claim(stream)]
        for stream in new:
            self._reports.media_came(stream)
            self._calls.stream_started(stream, source.kernel.now_ns)
        for stream in new:
            if stream.call is None and stream.counts:
                self._control.bind(stream)
        self.take_from_calls()

    def take_frame(self, frame: SlowFrame) -> None:
        """Read a frame, if anybody does."""
        read = self._readers.get(frame.kind)
        if read is not None:
            read(frame)
            self.take_from_calls()

    def take_from_calls(self) -> None:
        """Enter what has happened to the calls."""
        for event in self._calls.drain():
            self._enter(event)

    def _take_message(self, frame: SlowFrame) -> None:
        try:
            message = parse_message(frame.data)
        except DecodeError as error:
            if error.reason != KEEPALIVE:
                self._errors.count("sip", error.reason)
            return
        self._reports.signalled.take(message, frame)
        self._calls.on_message(message, src=frame.src, dst=frame.dst, now_ns=frame.at_ns)

    def _enter(self, event: CallEvent) -> None:
        if isinstance(event, DescriptionRejected):
            self._errors.count("sdp", event.reason)
            return
        self._book.note_event(event)
        if isinstance(event, AnomalySeen):
            call = self._calls.find(event.call_id)
            if call is not None:
                self._book.note_issue(call)
