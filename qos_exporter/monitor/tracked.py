"""A stream as the monitor follows it: where it is counted, and its last words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.calls.media import MediaStream
from qos_exporter.monitor.pbx.stream import PbxStream
from qos_exporter.reports.stream_reports import StreamReports

if TYPE_CHECKING:
    from qos_exporter.dataplane.values import StartedStream
    from qos_exporter.snapshot import Reported, StreamView

SOURCE_BITS = 8
"""Serials of different kernels are told apart by their lowest bits."""


class TrackedStream(MediaStream):
    """A `MediaStream` with its slot in a kernel, and the view of it once it is over."""

    __slots__ = (
        "counts",
        "final",
        "last_ns",
        "path",
        "profile",
        "reports",
        "shown_reports",
        "slot",
    )

    def __init__(self, started: StartedStream, *, source: int) -> None:
        key = started.key
        super().__init__(
            serial=started.serial << SOURCE_BITS | source,
            src=key.src,
            dst=key.dst,
            ssrc=key.ssrc,
            payload_type=key.payload_type,
            first_ns=started.first_ns,
            source=source,
        )
        self.slot = started.slot
        self.path = 0
        """Its number in `Paths`."""
        self.profile = 0
        """Its number in `Profiles`."""
        self.counts = True
        """False for what is nobody's media: the tail of a call that has ended, or a recording."""
        self.reports: StreamReports | None = None
        """What was reported about it; most streams never get a report."""
        self.shown_reports: Reported | None = None
        """What is shown of them; `None` while it has to be made anew."""
        self.final: StreamView | None = None
        """What is left to show after the stream has ended."""
        self.last_ns = started.first_ns
        """When it was heard for the last time, once it has ended."""

    @property
    def is_whole(self) -> bool:
        """Whether it was followed from its first packet on: we saw the call being set up."""
        dialog = None if self.call is None else self.call.dialog
        return dialog is not None and dialog.invited_ns is not None

    def reported(self) -> StreamReports:
        """Its reports, to be added to; begun if this is the first one."""
        self.shown_reports = None
        if self.reports is None:
            self.reports = StreamReports()
        return self.reports

    @property
    def kernel_serial(self) -> int:
        """The serial that its kernel knows it by."""
        return self.serial >> SOURCE_BITS


def final_view(stream: MediaStream) -> StreamView | None:
    """What is left of a stream that has ended; `None` while it is followed."""
    return stream.final if isinstance(stream, TrackedStream | PbxStream) else None
