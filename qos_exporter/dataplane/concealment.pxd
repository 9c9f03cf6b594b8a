"""Seconds in which the listener heard concealment instead of speech."""

from libc.stdint cimport int64_t

from qos_exporter.dataplane.records cimport HAS_PLAYOUT, Stream

cdef enum:
    SECOND_NS = 1000000000
    SEVERE_NS = 50000000        # more concealment than this makes a second a severe one


cdef inline void conceal(Stream *stream, int64_t missing_ns) noexcept nogil:
    stream.conceal_ns += missing_ns


cdef inline void count_concealed(Stream *stream, int64_t concealed_ns) noexcept nogil:
    stream.concealed_s += 1
    stream.window_concealed_s += 1
    if concealed_ns > SEVERE_NS:
        stream.severely_concealed_s += 1
        stream.window_severely_concealed_s += 1


cdef inline void close_second(Stream *stream) noexcept nogil:
    """The losses of an outage become certain together: they fill the second and spill over."""
    if stream.conceal_ns <= SECOND_NS:
        if stream.conceal_ns > 0:
            count_concealed(stream, stream.conceal_ns)
        stream.conceal_ns = 0
    while stream.conceal_ns > SECOND_NS:
        count_concealed(stream, SECOND_NS)
        stream.conceal_ns -= SECOND_NS


cdef inline void close_last_second(Stream *stream) noexcept nogil:
    """Nothing follows that could take what spills over."""
    close_second(stream)
    close_second(stream)


cdef inline void set_due(Stream *stream) noexcept nogil:
    """Until then a packet need look neither at its second nor at the playout buffer's bucket."""
    stream.due_ns = stream.second_end_ns
    if stream.state & HAS_PLAYOUT and stream.bucket_end_ns < stream.due_ns:
        stream.due_ns = stream.bucket_end_ns


cdef inline void begin_second(Stream *stream, int64_t arrival_ns) noexcept nogil:
    stream.second_end_ns = arrival_ns + SECOND_NS
    set_due(stream)


cdef inline void pass_second(Stream *stream, int64_t arrival_ns) noexcept nogil:
    if arrival_ns >= stream.due_ns and arrival_ns >= stream.second_end_ns:
        close_second(stream)
        begin_second(stream, arrival_ns)
