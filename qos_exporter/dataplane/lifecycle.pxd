"""How a stream comes into the table, and what becomes of its packets: candidate, proven, muted."""

from libc.stdint cimport int16_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memset

from qos_exporter.dataplane.classify cimport NO_LENGTH, is_plausible
from qos_exporter.dataplane.clock cimport forget_held
from qos_exporter.dataplane.core cimport Core, push_started
from qos_exporter.dataplane.endpoints cimport knows_endpoint
from qos_exporter.dataplane.frame cimport be16
from qos_exporter.dataplane.leaving cimport has_room
from qos_exporter.dataplane.records cimport (
    IN_USE,
    MUTED,
    PROVEN,
    REORDER_WINDOW,
    REPORTED,
    Key,
    Packet,
    Stream,
    note_arrival,
)
from qos_exporter.dataplane.rows cimport (
    REASON_AFTER_CALL,
    REASON_BAD_RTP,
    REASON_IMPLAUSIBLE,
    REASON_UNPROVEN,
)
from qos_exporter.dataplane.stream_table cimport (
    NO_RECORD,
    insert_key,
    key_of,
    record_at,
    set_key,
)
from qos_exporter.dataplane.update cimport count_first, count_packet

cdef enum:
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
    if not has_room(core, packet, announced):
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
