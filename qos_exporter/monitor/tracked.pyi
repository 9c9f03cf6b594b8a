"""A stream as the monitor follows it: where it is counted, and its last words."""

from qos_exporter.calls.media import MediaStream
from qos_exporter.dataplane.values import StartedStream
from qos_exporter.reports.stream_reports import StreamReports
from qos_exporter.snapshot import Reported, StreamView

class TrackedStream(MediaStream):
    """A `MediaStream` with its slot in a kernel, and the view of it once it is over."""

    slot: int
    path: int
    """Its number in `Paths`."""
    profile: int
    """Its number in `Profiles`."""
    counts: bool
    """False for what is nobody's media: the tail of a call that has ended, or a recording."""
    reports: StreamReports | None
    """What was reported about it; most streams never get a report."""
    shown_reports: Reported | None
    """What is shown of them; `None` while it has to be made anew."""
    final: StreamView | None
    """What is left to show after the stream has ended."""
    last_ns: int
    """When it was heard for the last time, once it has ended."""

    def __init__(self, started: StartedStream, *, source: int) -> None: ...
    @property
    def is_whole(self) -> bool:
        """Whether it was followed from its first packet on: we saw the call being set up.

        Not where the call had a stream of this SSRC before, as before a long hold: its receiver
        goes on counting.
        """

    def open_reports(self) -> StreamReports:
        """Give its reports, to be added to; begun if this is the first one."""

    @property
    def kernel_serial(self) -> int:
        """The serial that its kernel knows it by."""

def final_view(stream: MediaStream) -> StreamView | None:
    """What is left of a stream that has ended; `None` while it is followed."""
