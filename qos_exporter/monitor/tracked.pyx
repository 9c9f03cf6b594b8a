"""A stream as the monitor follows it: where it is counted, and its last words.

Compiled for the sake of memory, like the stream that it adds to.
"""

from qos_exporter.monitor.pbx.stream import PbxStream
from qos_exporter.reports.stream_reports import StreamReports

from libc.stdint cimport int64_t, uint32_t

from qos_exporter.calls.media cimport MediaStream, flag

cdef enum:
    SOURCE_BITS = 8             # serials of different kernels are told apart by their lowest bits


cdef class TrackedStream(MediaStream):
    """A `MediaStream` in a kernel. See tracked.pyi for the meaning of its fields."""

    cdef public object reports
    cdef public object shown_reports
    cdef public object final
    cdef public int64_t last_ns
    cdef public uint32_t slot
    cdef public uint32_t path
    cdef public uint32_t profile
    cdef public flag counts

    def __init__(self, started, *, source):
        key = started.key
        MediaStream.__init__(
            self,
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
        self.profile = 0
        self.counts = True
        self.reports = None
        self.shown_reports = None
        self.final = None
        self.last_ns = self.first_ns

    @property
    def is_whole(self):
        cdef MediaStream other
        dialog = None if self.call is None else self.call.dialog
        if dialog is None or dialog.invited_ns is None:
            return False
        for other in self.call.streams:
            if other.ssrc == self.ssrc and not other.is_live and other is not self:
                return False
        return True

    def open_reports(self):
        self.shown_reports = None
        if self.reports is None:
            self.reports = StreamReports()
        return self.reports

    @property
    def kernel_serial(self):
        return self.serial >> SOURCE_BITS


def final_view(stream):
    return stream.final if isinstance(stream, (TrackedStream, PbxStream)) else None
