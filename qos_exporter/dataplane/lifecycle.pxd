"""How a stream comes into the table and leaves it: candidate, proven, muted, ended, evicted."""

from libc.stdint cimport int16_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memset

from qos_exporter.dataplane.classify cimport NO_LENGTH, is_plausible
from qos_exporter.dataplane.clock cimport forget_held
from qos_exporter.dataplane.core cimport Core, push_started
from qos_exporter.dataplane.endpoints cimport knows_endpoint
from qos_exporter.dataplane.frame cimport be16
from qos_exporter.dataplane.records cimport (
    ENDED,
    EVICTED,
    IN_USE,
    MUTED,
    PROVEN,
    REORDER_WINDOW,
    REPORTED,
    Key,
    Packet,
    Stream,
    last_packet_ns,
    note_arrival,
)
from qos_exporter.dataplane.rows cimport (
    REASON_AFTER_CALL,
    REASON_BAD_RTP,
    REASON_IMPLAUSIBLE,
    REASON_UNPROVEN,
)
from qos_exporter.dataplane.sequence cimport received_packets
from qos_exporter.dataplane.stream_table cimport (
    NO_RECORD,
    StreamTable,
    give_record,
    insert_key,
    key_of,
    record_at,
    remove_from_index,
    set_key,
)
from qos_exporter.dataplane.update cimport count_end, count_first, count_packet

cdef enum:
    EVICTION_SAMPLE = 64
    ON_THE_WAY_NS = 200000000


cdef inline bint is_announced(const Core *core, const Packet *packet) noexcept nogil:
    """Whether SDP named the endpoint that receives this packet, or the one that sends it."""
    cdef const unsigned char *ports = <const unsigned char *>&packet.key.ports
    return knows_endpoint(
        &core.announced, packet.key.dst_high, packet.key.dst_low, be16(ports + 2)
    ) or knows_endpoint(&core.announced, packet.key.src_high, packet.key.src_low, be16(ports))


cdef inline void start_stream(Core *core, uint32_t number) noexcept nogil:
    """It is RTP: from now on the stream is visible, its first packet included."""
    record_at(&core.table, number).state |= PROVEN
    push_started(core, number)


cdef inline void drop_candidate(Core *core, uint32_t number) noexcept nogil:
    core.reasons[REASON_UNPROVEN] += received_packets(record_at(&core.table, number))
    remove_from_index(&core.table, number)
    give_record(&core.table, number)


cdef inline void end_stream(Core *core, uint32_t number) noexcept nogil:
    """No packet will find it any more; its last window row is still to come."""
    cdef Stream *stream = record_at(&core.table, number)
    if not stream.state & REPORTED:
        count_end(stream, &core.playout)
    stream.state |= ENDED
    remove_from_index(&core.table, number)


cdef inline void drop_muted(Core *core, uint32_t number) noexcept nogil:
    """Its last row is out already: nothing is to come of it."""
    remove_from_index(&core.table, number)
    give_record(&core.table, number)


cdef inline uint32_t better_victim(const Core *core, uint32_t left, uint32_t right) noexcept nogil:
    """A candidate before a stream, the longest silent before the others."""
    cdef Stream *first
    cdef Stream *second
    if left == NO_RECORD:
        return right
    first = record_at(&core.table, left)
    second = record_at(&core.table, right)
    if (first.state & PROVEN) != (second.state & PROVEN):
        return right if first.state & PROVEN else left
    return right if last_packet_ns(second) < last_packet_ns(first) else left


cdef inline bint has_room_for_ended(const StreamTable *table) noexcept nogil:
    """Whether one more stream may end and wait for its last row: so many as run, and no more."""
    return table.used - table.free_count - table.entries < table.limit


cdef inline bint evict_one(Core *core) noexcept nogil:
    """Make room: the worst of the next few records goes, so the cost has a bound.

    Where many have gone since the last window, it is the newcomer that has to go.
    """
    cdef uint32_t victim = NO_RECORD
    cdef uint32_t seen = 0
    cdef uint32_t steps = 0
    cdef Stream *stream
    while seen < EVICTION_SAMPLE and steps < core.table.used:
        core.table.hand = core.table.hand + 1 if core.table.hand + 1 < core.table.used else 0
        stream = record_at(&core.table, core.table.hand)
        steps += 1
        if stream.state & IN_USE and not stream.state & ENDED:
            victim = better_victim(core, victim, core.table.hand)
            seen += 1
    if victim == NO_RECORD:
        return False
    core.evictions += 1
    stream = record_at(&core.table, victim)
    if not stream.state & PROVEN:
        drop_candidate(core, victim)
    elif stream.state & REPORTED:
        drop_muted(core, victim)
    elif not has_room_for_ended(&core.table):
        return False
    else:
        stream.state |= EVICTED
        end_stream(core, victim)
    return True


cdef inline void add_stream(Core *core, const Packet *packet) noexcept nogil:
    """The first packet of a key: a stream where SDP said so, a candidate elsewhere."""
    cdef uint32_t number
    cdef Stream *stream
    cdef bint announced
    if packet.payload_length == NO_LENGTH:
        core.reasons[REASON_BAD_RTP] += 1
        return
    announced = is_announced(core, packet)
    if not announced and not is_plausible(packet.payload_type, packet.payload_length):
        core.reasons[REASON_IMPLAUSIBLE] += 1
        return
    if core.table.limit and core.table.entries >= core.table.limit and not evict_one(core):
        return
    number = insert_key(&core.table, &packet.key, packet.hash)
    if number == NO_RECORD:
        return
    stream = record_at(&core.table, number)
    stream.state |= IN_USE
    stream.serial = core.next_serial
    core.next_serial += 1
    count_first(stream, core.profiles, packet, &core.playout)
    if announced:
        start_stream(core, number)


cdef inline void drop_count(Core *core, uint32_t number) noexcept nogil:
    """Empty the record but for its key and place in the table."""
    cdef Stream *stream = record_at(&core.table, number)
    cdef Key key = key_of(stream)
    cdef uint64_t serial = stream.serial
    forget_held(stream)
    memset(stream, 0, sizeof(Stream))
    set_key(stream, &key)
    stream.serial = serial
    stream.state |= IN_USE


cdef inline void start_over(Core *core, uint32_t number, const Packet *packet) noexcept nogil:
    """Not in sequence with the candidate's last packet: this one is the first again."""
    core.reasons[REASON_UNPROVEN] += 1
    drop_count(core, number)
    count_first(
        record_at(&core.table, number), core.profiles, packet, &core.playout
    )


cdef inline void try_candidate(Core *core, uint32_t number, const Packet *packet) noexcept nogil:
    """Two packets in sequence prove a stream (RFC 3550 A.1, MIN_SEQUENTIAL)."""
    cdef Stream *stream = record_at(&core.table, number)
    cdef uint16_t ahead = packet.sequence_number - <uint16_t>stream.max_seq
    if packet.payload_length == NO_LENGTH:
        core.reasons[REASON_BAD_RTP] += 1
        return
    if ahead > 1 or not is_plausible(packet.payload_type, packet.payload_length):
        start_over(core, number, packet)
        return
    count_packet(stream, core.profiles, packet, &core.playout)
    if ahead == 1:
        start_stream(core, number)


cdef inline bint is_tail(const Stream *stream, const Packet *packet) noexcept nogil:
    """Whether a packet after the end of its call was already on its way then.

    For a moment that is taken of all that are near in sequence, so that what the network did to
    the last packets of a call counts as well.
    """
    return (
        not stream.state & REPORTED
        and packet.arrival_ns <= stream.muted_ns + ON_THE_WAY_NS
        and <int16_t>(packet.sequence_number - <uint16_t>stream.max_seq) < REORDER_WINDOW
    )


cdef inline void count_rtp(Core *core, uint32_t number, const Packet *packet) noexcept nogil:
    """A packet of a stream that is in the table."""
    cdef Stream *stream = record_at(&core.table, number)
    if stream.state & PROVEN:
        if stream.state & MUTED and not is_tail(stream, packet):
            note_arrival(stream, packet.arrival_ns)
            core.reasons[REASON_AFTER_CALL] += 1
            return
        count_packet(stream, core.profiles, packet, &core.playout)
    else:
        try_candidate(core, number, packet)
