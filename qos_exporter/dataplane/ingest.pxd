"""The packet path: frames of a batch in groups of 32, each in three passes.

Decoding a group first lets the index slots of all its packets be fetched from memory at the same
time, and their records while the group before it is counted: with more streams than the caches
hold, waiting for one packet's memory at a time would cost several times the work itself.
"""

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t
from libc.string cimport memcpy

from qos_exporter.dataplane.classify cimport (
    IS_BAD_RTP,
    IS_CUT,
    IS_DTLS,
    IS_RTCP,
    IS_RTP,
    IS_SIP,
    IS_STUN,
    IS_TUNNELLED,
    IS_TURN,
    IS_ZRTP,
    Protocol,
    classify,
    is_binding,
)
from qos_exporter.dataplane.core cimport GROUP, Core, is_sip_port, push_slow
from qos_exporter.dataplane.frame cimport (
    BAD_IP_HEADER,
    BAD_UDP_LENGTH,
    ICMP_MESSAGE,
    IP_FRAGMENT,
    NO_LINK_TYPE,
    NOT_IP,
    TCP_SEGMENT,
    TRUNCATED,
    TUNNEL,
    UDP_DATAGRAM,
    Carries,
    Datagram,
    read_frame,
)
from qos_exporter.dataplane.lifecycle cimport add_stream, count_rtp
from qos_exporter.dataplane.plain cimport read_plain
from qos_exporter.dataplane.records cimport Packet
from qos_exporter.dataplane.rows cimport (
    REASON_BAD_IP_HEADER,
    REASON_BAD_RTP,
    REASON_BAD_UDP_LENGTH,
    REASON_DTLS,
    REASON_FRAGMENT,
    REASON_ICMP,
    REASON_LINK_TYPE,
    REASON_NOT_IP,
    REASON_NOT_RTP,
    REASON_OTHER_TRANSPORT,
    REASON_STUN,
    REASON_TCP_SIP,
    REASON_TRUNCATED,
    REASON_TUNNEL,
    REASON_TURN,
    REASON_ZRTP,
    SLOW_FRAGMENT,
    SLOW_RTCP,
    SLOW_SIP,
    SLOW_STUN,
    SLOW_TCP,
    SLOW_TUNNEL,
    FrameRow,
    SlowKind,
    SlowRow,
)
from qos_exporter.dataplane.segments cimport is_long, read_segment, segment_length
from qos_exporter.dataplane.stream_table cimport (
    NO_RECORD,
    candidate_record,
    find_record,
    fold_addresses,
    hash_key,
    record_at,
    same_key,
)

cdef extern from *:
    """
    #define qos_prefetch(address) __builtin_prefetch(address, 1)
    #define qos_prefetch_read(address) __builtin_prefetch(address, 0)
    """
    void prefetch "qos_prefetch"(const void *address) noexcept nogil
    void prefetch_read "qos_prefetch_read"(const void *address) noexcept nogil

cdef enum Disposition:
    IS_MEDIA = 0                # a packet of the group
    IS_COUNTED = 1              # nothing more to do
    IS_CONTROL = 2              # signalling: what follows must wait until it was understood

cdef enum:
    FRAMES_AHEAD = 12           # how far ahead the headers of frames are fetched
    RECORD_LINES = 2            # cache lines of a record that a packet in sequence touches

ctypedef struct Group:
    Packet packets[GROUP]
    uint32_t count


cdef inline int reason_of_frame(Carries carries) noexcept nogil:
    """The counter of a frame without a datagram."""
    if carries == NO_LINK_TYPE:
        return REASON_LINK_TYPE
    if carries == TRUNCATED:
        return REASON_TRUNCATED
    if carries == NOT_IP:
        return REASON_NOT_IP
    if carries == BAD_IP_HEADER:
        return REASON_BAD_IP_HEADER
    if carries == ICMP_MESSAGE:
        return REASON_ICMP
    if carries == BAD_UDP_LENGTH:
        return REASON_BAD_UDP_LENGTH
    return REASON_OTHER_TRANSPORT


cdef inline int reason_of_datagram(Protocol protocol) noexcept nogil:
    """The counter of a datagram that is neither media nor signalling."""
    if protocol == IS_STUN:
        return REASON_STUN
    if protocol == IS_DTLS:
        return REASON_DTLS
    if protocol == IS_ZRTP:
        return REASON_ZRTP
    if protocol == IS_TURN:
        return REASON_TURN
    if protocol == IS_CUT:
        return REASON_TRUNCATED
    return REASON_BAD_RTP if protocol == IS_BAD_RTP else REASON_NOT_RTP


cdef inline void hand_over(
    Core *core,
    const FrameRow *frame,
    const Datagram *datagram,
    SlowKind kind,
    uint32_t at,
    uint32_t length,
) noexcept nogil:
    """Give bytes of the frame to the slow path: `length` of them from `at`."""
    cdef SlowRow row
    row.kind = kind
    row.timestamp_ns = frame.timestamp_ns
    row.offset = frame.offset + at
    row.length = length
    memcpy(row.src, &datagram.src_high, 8)
    memcpy(row.src + 8, &datagram.src_low, 8)
    memcpy(row.dst, &datagram.dst_high, 8)
    memcpy(row.dst + 8, &datagram.dst_low, 8)
    row.src_port = datagram.src_port
    row.dst_port = datagram.dst_port
    row.link_type = frame.link_type
    push_slow(core, row)


cdef inline Disposition set_aside(
    Core *core, const FrameRow *frame, const Datagram *datagram, Carries carries
) noexcept nogil:
    """A frame without a datagram: fragments, tunnels and TCP on SIP ports are for the slow path."""
    if carries == IP_FRAGMENT:
        hand_over(core, frame, datagram, SLOW_FRAGMENT, 0, frame.captured)
        core.reasons[REASON_FRAGMENT] += 1
    elif carries == TUNNEL:
        hand_over(core, frame, datagram, SLOW_TUNNEL, 0, frame.captured)
        core.reasons[REASON_TUNNEL] += 1
    elif carries == TCP_SEGMENT and (
        is_sip_port(core, datagram.src_port) or is_sip_port(core, datagram.dst_port)
    ):
        hand_over(core, frame, datagram, SLOW_TCP, 0, frame.captured)
        core.reasons[REASON_TCP_SIP] += 1
    else:
        core.reasons[reason_of_frame(carries)] += 1
    return IS_COUNTED


cdef inline void take_media(
    const Core *core, const FrameRow *frame, uint16_t vlan, Packet *packet
) noexcept nogil:
    """Complete what was read of an RTP packet, and have its index slot brought in."""
    packet.arrival_ns = frame.timestamp_ns
    packet.key.addresses = fold_addresses(packet.key.src_low, packet.key.dst_low)
    packet.key.vlan = vlan if core.vlan_in_key else 0
    packet.hash = hash_key(&core.table, &packet.key)
    prefetch(&core.table.index[packet.hash & core.table.index_mask])


cdef inline void take_key(const Datagram *datagram, Packet *packet) noexcept nogil:
    packet.key.src_high = datagram.src_high
    packet.key.src_low = datagram.src_low
    packet.key.dst_high = datagram.dst_high
    packet.key.dst_low = datagram.dst_low
    packet.key.ports = datagram.ports
    packet.key.wide = datagram.wide


cdef inline Disposition take_datagram(
    Core *core, const FrameRow *frame, const Datagram *datagram, const uint8_t *data, Packet *packet
) noexcept nogil:
    cdef bint on_sip_port = is_sip_port(core, datagram.src_port) or is_sip_port(
        core, datagram.dst_port
    )
    cdef Protocol protocol = classify(data, datagram, on_sip_port, packet)
    if protocol == IS_RTP:
        take_key(datagram, packet)
        take_media(core, frame, datagram.vlan, packet)
        return IS_MEDIA
    if protocol == IS_SIP:
        hand_over(core, frame, datagram, SLOW_SIP, datagram.payload, datagram.captured)
        return IS_CONTROL
    if protocol == IS_RTCP:
        # It is about the packets before it, which have to be counted first.
        hand_over(core, frame, datagram, SLOW_RTCP, datagram.payload, datagram.captured)
        return IS_CONTROL
    if protocol == IS_STUN and is_binding(data):
        hand_over(core, frame, datagram, SLOW_STUN, datagram.payload, datagram.captured)
        return IS_COUNTED
    if protocol == IS_TUNNELLED:
        hand_over(core, frame, datagram, SLOW_TUNNEL, 0, frame.captured)
        core.reasons[REASON_TUNNEL] += 1
    else:
        core.reasons[reason_of_datagram(protocol)] += 1
    return IS_COUNTED


cdef inline Disposition take_frame(
    Core *core, const FrameRow *frame, const uint8_t *data, Packet *packet
) noexcept nogil:
    cdef Datagram datagram
    cdef Carries carries
    if read_plain(data, frame, packet):
        take_media(core, frame, frame.vlan, packet)
        return IS_MEDIA
    datagram.vlan = frame.vlan
    datagram.src_port = 0
    datagram.dst_port = 0
    carries = read_frame(data, frame.link_type, frame.captured, frame.length, &datagram)
    if carries == UDP_DATAGRAM:
        return take_datagram(core, frame, &datagram, data + datagram.payload, packet)
    datagram.src_high = datagram.src_low = datagram.dst_high = datagram.dst_low = 0
    return set_aside(core, frame, &datagram, carries)


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
