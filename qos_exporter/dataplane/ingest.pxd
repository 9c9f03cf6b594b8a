"""The packet path: frames of a batch in groups of 32, each in three passes.

Decoding a group first lets the index slots of all its packets be fetched from memory at the same
time, and their records while the group before it is counted: with more streams than the caches
hold, waiting for one packet's memory at a time would cost several times the work itself.
"""

from libc.stdint cimport int64_t, uint8_t, uint32_t

from qos_exporter.dataplane.core cimport GROUP, Core
from qos_exporter.dataplane.dispatch cimport IS_CONTROL, IS_MEDIA, Disposition, take_frame
from qos_exporter.dataplane.lifecycle cimport add_stream, count_rtp
from qos_exporter.dataplane.prefetch cimport prefetch, prefetch_read
from qos_exporter.dataplane.records cimport Packet
from qos_exporter.dataplane.rows cimport FrameRow
from qos_exporter.dataplane.segments cimport is_long, read_segment, segment_length
from qos_exporter.dataplane.stream_table cimport (
    NO_RECORD,
    candidate_record,
    find_record,
    record_at,
    same_key,
)

cdef enum:
    FRAMES_AHEAD = 12           # how far ahead the headers of frames are fetched
    RECORD_LINES = 2            # cache lines of a record that a packet in sequence touches

ctypedef struct Group:
    Packet packets[GROUP]
    uint32_t count


cdef inline bint passes_time(Core *core, int64_t timestamp_ns) noexcept nogil:
    """Let packet time go on; False where a window has to be closed first."""
    if core.window_end_ns == 0:
        core.window_end_ns = timestamp_ns + core.window_ns
    if timestamp_ns >= core.window_end_ns:
        return False
    if timestamp_ns > core.now_ns:
        core.now_ns = timestamp_ns
    return True


cdef inline void fetch_headers(const uint8_t *frame) noexcept nogil:
    """Have the headers of a frame brought in: link to RTP, in two cache lines at most."""
    prefetch_read(frame + 12)
    prefetch_read(frame + 53)


cdef inline uint32_t decode_group(
    Core *core,
    const uint8_t *data,
    const FrameRow *frames,
    uint32_t index,
    uint32_t end,
    Group *group,
    bint *stop,
) noexcept nogil:
    """First pass: up to 32 packets, or up to the frame that everything after must wait for."""
    cdef Disposition disposition
    group.count = 0
    while index < end and group.count < GROUP:
        if not passes_time(core, frames[index].timestamp_ns):
            stop[0] = True
            return index
        if index + FRAMES_AHEAD < end:
            fetch_headers(data + frames[index + FRAMES_AHEAD].offset)
        core.frames += 1
        core.bytes += frames[index].length
        disposition = take_frame(
            core, &frames[index], data + frames[index].offset, &group.packets[group.count]
        )
        index += 1
        if disposition == IS_MEDIA:
            group.count += 1
        elif disposition == IS_CONTROL:
            stop[0] = True
            return index
    return index


cdef inline void fetch_record(const Core *core, Packet *packet) noexcept nogil:
    """Second pass: find the record and have its lines brought in."""
    cdef int line
    cdef const char *record
    packet.candidate = candidate_record(&core.table, packet.hash)
    if packet.candidate != NO_RECORD:
        record = <const char *>record_at(&core.table, packet.candidate)
        for line in range(RECORD_LINES):
            prefetch(record + 64 * line)


cdef inline uint32_t record_of(Core *core, const Packet *packet) noexcept nogil:
    """The record of a packet's stream, which is the candidate in nearly all cases."""
    cdef uint32_t number = packet.candidate
    if number == NO_RECORD or not same_key(record_at(&core.table, number), &packet.key):
        number = find_record(&core.table, &packet.key, packet.hash)
    return number


cdef inline void count_as(Core *core, uint32_t number, const Packet *packet) noexcept nogil:
    if number == NO_RECORD:
        add_stream(core, packet)
    else:
        count_rtp(core, number, packet)


cdef inline void count_segments(Core *core, const Packet *whole, uint32_t length) noexcept nogil:
    """Count several packets that lie in one datagram; they arrived at the same time."""
    cdef Packet packet
    cdef uint32_t start = 0
    while read_segment(whole, start, length, &packet):
        count_as(core, find_record(&core.table, &packet.key, packet.hash), &packet)
        core.rtp_packets += start > 0
        start += length


cdef inline void count_one(Core *core, const Packet *packet) noexcept nogil:
    """Third pass: count."""
    cdef uint32_t number = record_of(core, packet)
    cdef uint32_t length = 0
    if number == NO_RECORD or is_long(record_at(&core.table, number), packet):
        length = segment_length(packet)
    if length:
        count_segments(core, packet, length)
    else:
        count_as(core, number, packet)


cdef inline void count_group(Core *core, Group *group, Group *coming) noexcept nogil:
    """Count a group while the records of the group that comes after it are on their way."""
    cdef uint32_t index
    core.rtp_packets += group.count
    for index in range(max(group.count, coming.count)):
        if index < coming.count:
            fetch_record(core, &coming.packets[index])
        if index < group.count:
            count_one(core, &group.packets[index])


cdef inline uint32_t ingest_frames(
    Core *core, const uint8_t *data, const FrameRow *frames, uint32_t start, uint32_t end
) noexcept nogil:
    """Count frames from `start` on; returns where to go on, short of `end` where Python is due."""
    cdef Group groups[2]
    cdef int turn = 0
    cdef bint stop = False
    groups[0].count = 0
    while True:
        groups[1 - turn].count = 0
        if start < end and not stop:
            start = decode_group(core, data, frames, start, end, &groups[1 - turn], &stop)
        count_group(core, &groups[turn], &groups[1 - turn])
        if core.started.count:
            # What signalling says of the new stream is wanted before much more of it is counted.
            stop = True
        turn = 1 - turn
        if groups[turn].count == 0 and (stop or start == end):
            return start
