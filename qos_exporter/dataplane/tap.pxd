"""How far a stream has come, and how far it had come at an earlier number of it.

A receiver's report speaks of the highest number that it had got. To compare what it lost with what
was lost on the way to us, we have to count up to that number and no further.
"""

from libc.stdint cimport int64_t, uint16_t, uint32_t, uint64_t

from qos_exporter.dataplane.records cimport REORDER_WINDOW, Stream
from qos_exporter.dataplane.sequence cimport expected_packets, is_marked, received_packets

ctypedef struct TapCount:
    uint64_t expected_now
    uint64_t lost_now
    int64_t expected            # -1 where the number is too far back, or ahead of what was seen
    uint64_t lost


cdef inline uint32_t missing_after(const Stream *stream, uint32_t number) noexcept nogil:
    """How many numbers above `number` have not arrived; it is within the reorder window."""
    cdef uint32_t missing = 0
    cdef uint32_t after
    for after in range(stream.max_seq - number):
        missing += not is_marked(stream, number + 1 + after)
    return missing


cdef inline TapCount tap_count(const Stream *stream, uint16_t sequence_number) noexcept nogil:
    """Count up to now, and up to `sequence_number`, of which only 16 bits are known."""
    cdef TapCount count
    cdef uint16_t behind = <uint16_t>(<uint16_t>stream.max_seq - sequence_number)
    count.expected_now = expected_packets(stream)
    count.lost_now = count.expected_now - received_packets(stream)
    count.expected = -1
    count.lost = 0
    if behind < REORDER_WINDOW and behind <= stream.max_seq - stream.base_seq:
        count.expected = count.expected_now - behind
        count.lost = count.lost_now - missing_after(stream, stream.max_seq - behind)
    return count
