"""How a stream leaves the table: dropped, ended, or driven out by others for want of room."""

from libc.stdint cimport int64_t, uint32_t

from qos_exporter.dataplane.core cimport Core
from qos_exporter.dataplane.records cimport (
    ENDED,
    EVICTED,
    IN_USE,
    PROVEN,
    REPORTED,
    Packet,
    Stream,
    last_packet_ns,
)
from qos_exporter.dataplane.rows cimport REASON_UNPROVEN
from qos_exporter.dataplane.sequence cimport received_packets
from qos_exporter.dataplane.stream_table cimport (
    NO_RECORD,
    StreamTable,
    give_record,
    record_at,
    remove_from_index,
)
from qos_exporter.dataplane.update cimport count_end

cdef enum:
    EVICTION_SAMPLE = 64
    CANDIDATE_SILENCE_NS = 200000000    # the second packet of speech comes earlier
    STREAM_SILENCE_NS = 1000000000
    FULL_NS = 1000000           # for so long a table in which all are heard stays full


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


cdef inline bint may_give_way(
    const Stream *stream, int64_t now_ns, bint is_announced
) noexcept nogil:
    """Whether a newcomer may take the place of a stream: not while its packets come.

    Else whoever has one packet drives out who has many, and is driven out before the next one: of
    twice as many streams as there is room for, hardly any would be followed.
    """
    cdef int64_t silent_ns = now_ns - last_packet_ns(stream)
    if stream.state & REPORTED:
        return True
    if stream.state & PROVEN:
        return silent_ns >= STREAM_SILENCE_NS
    return is_announced or silent_ns >= CANDIDATE_SILENCE_NS


cdef inline uint32_t find_victim(Core *core, int64_t now_ns, bint is_announced) noexcept nogil:
    """The best of the next few records to go, so the cost has a bound; NO_RECORD for none."""
    cdef uint32_t victim = NO_RECORD
    cdef uint32_t seen = 0
    cdef uint32_t steps = 0
    cdef Stream *stream
    while seen < EVICTION_SAMPLE and steps < core.table.used:
        core.table.hand = core.table.hand + 1 if core.table.hand + 1 < core.table.used else 0
        stream = record_at(&core.table, core.table.hand)
        steps += 1
        if stream.state & IN_USE and not stream.state & ENDED:
            seen += 1
            if may_give_way(stream, now_ns, is_announced):
                victim = better_victim(core, victim, core.table.hand)
    return victim


cdef inline bint evict_one(Core *core, int64_t now_ns, bint is_announced) noexcept nogil:
    """Make room; where all are heard, or many have gone since the last window, there is none.

    Then it is the newcomer that has to go, and for a moment nobody looks for room again.
    """
    cdef uint32_t victim
    cdef Stream *stream
    if now_ns < core.full_until_ns and now_ns >= core.full_until_ns - FULL_NS:
        return False
    core.evictions += 1
    victim = find_victim(core, now_ns, is_announced)
    if victim == NO_RECORD:
        core.full_until_ns = now_ns + FULL_NS
        return False
    stream = record_at(&core.table, victim)
    if not stream.state & PROVEN:
        drop_candidate(core, victim)
    elif stream.state & REPORTED:
        drop_muted(core, victim)
    elif not has_room_for_ended(&core.table):
        core.full_until_ns = now_ns + FULL_NS
        return False
    else:
        stream.state |= EVICTED
        end_stream(core, victim)
    return True


cdef inline bint has_room(Core *core, const Packet *packet, bint is_announced) noexcept nogil:
    """Whether there may be one more stream; if need be another one goes."""
    if not core.table.limit or core.table.entries < core.table.limit:
        return True
    return evict_one(core, packet.arrival_ns, is_announced)
