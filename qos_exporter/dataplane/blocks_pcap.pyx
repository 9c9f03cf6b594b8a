"""Walks the records of a pcap file (draft-ietf-opsawg-pcap section 5)."""

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t

from qos_exporter.dataplane.blocks_common cimport (
    NANOSECONDS,
    WalkStatus,
    read32,
)
from qos_exporter.dataplane.prefetch cimport prefetch_read
from qos_exporter.dataplane.rows cimport NO_VLAN, FrameRow

cdef enum:
    RECORD_HEADER = 16
    # libpcap's own limit for network link types, MAXIMUM_SNAPLEN.
    LARGEST_CAPTURED = 262_144
    # A fraction of a second or more comes from writers that round up, and is carried. One of many
    # seconds is noise, and believing it would move the clock of all streams: it counts as 0.
    LARGEST_CARRY_S = 10
    # Frames of one capture are mostly of one size, so the header to come is where the last step
    # says. Far enough ahead to hide a miss of the last-level cache.
    RECORDS_AHEAD = 32
    # A file header: magic number with microseconds or nanoseconds, in either byte order.
    MAGIC = 0xA1B2C3D4
    MAGIC_TURNED = 0xD4C3B2A1
    MAGIC_NS = 0xA1B23C4D
    MAGIC_NS_TURNED = 0x4D3CB2A1


cdef struct Form:
    bint swapped
    int64_t fraction_ns
    uint16_t link_type


cdef class Records:
    """The form of one pcap file's records: what its file header says.

    `fraction_ns` is what one unit of the record's fraction is worth: 1,000 or 1.
    """

    cdef Form form

    def __init__(self, *, bint swapped, int64_t fraction_ns, uint16_t link_type):
        self.form = Form(swapped=swapped, fraction_ns=fraction_ns, link_type=link_type)

    def walk(self, const uint8_t[::1] data, Py_ssize_t position, FrameRow[::1] frames):
        """Index the records from `position` on; give (frames, position of the next, status)."""
        cdef Py_ssize_t count = 0
        cdef WalkStatus status
        if position < 0 or data.shape[0] == 0 or frames.shape[0] == 0:
            return 0, position, WalkStatus.STARVED
        with nogil:
            status = self._walk(&data[0], data.shape[0], &position, frames, &count)
        return count, position, status

    cdef WalkStatus _walk(
        self,
        const uint8_t *data,
        Py_ssize_t size,
        Py_ssize_t *position,
        FrameRow[::1] frames,
        Py_ssize_t *count,
    ) noexcept nogil:
        # Copies, because the compiler must suppose that a row it writes to changes `self`.
        cdef Form form = self.form
        cdef Py_ssize_t at = position[0]
        cdef Py_ssize_t row = 0
        cdef uint32_t captured
        cdef WalkStatus status = WalkStatus.FULL
        while row < frames.shape[0]:
            if size - at < RECORD_HEADER:
                status = WalkStatus.STARVED
                break
            captured = read32(data + at + 8, form.swapped)
            if captured > LARGEST_CAPTURED:
                status = WalkStatus.CAPTURED_LENGTH
                break
            if size - at - RECORD_HEADER < captured:
                status = WalkStatus.STARVED
                break
            if captured == 0:
                status = doubt_empty(data + at)
                if status != WalkStatus.FULL:
                    break
            prefetch_read(data + at + RECORDS_AHEAD * (RECORD_HEADER + captured))
            index_record(form, data, at, captured, &frames[row])
            row += 1
            at += RECORD_HEADER + captured
        position[0] = at
        count[0] = row
        return status


cdef inline WalkStatus doubt_empty(const uint8_t *record) noexcept nogil:
    """What stands where a frame has no bytes: FULL if it is a record all the same."""
    cdef uint32_t first = read32(record, False)
    if read32(record + 12, False):
        return WalkStatus.FULL
    if first == MAGIC or first == MAGIC_TURNED or first == MAGIC_NS or first == MAGIC_NS_TURNED:
        return WalkStatus.ANOTHER_FILE
    return WalkStatus.FULL if first or read32(record + 4, False) else WalkStatus.BLANK


cdef inline void index_record(
    Form form, const uint8_t *data, Py_ssize_t at, uint32_t captured, FrameRow *frame
) noexcept nogil:
    cdef const uint8_t *record = data + at
    cdef uint32_t length = read32(record + 12, form.swapped)
    cdef int64_t fraction_ns = read32(record + 4, form.swapped) * form.fraction_ns
    if fraction_ns >= <int64_t> LARGEST_CARRY_S * NANOSECONDS:
        fraction_ns = 0
    frame.offset = at + RECORD_HEADER
    frame.timestamp_ns = read32(record, form.swapped) * <int64_t> NANOSECONDS + fraction_ns
    frame.captured = captured
    # Some writers leave the length on the wire unset.
    frame.length = length if length > captured else captured
    frame.link_type = form.link_type
    frame.vlan = NO_VLAN
    frame.interface = 0
