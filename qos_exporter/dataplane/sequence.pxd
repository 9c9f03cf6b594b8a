"""Sequence numbers of a stream: expected, received, lost, duplicate, reordered (RFC 3550 A.1, A.3).

A mark per number of the last 128 tells a late packet from a duplicate. A number is lost when it
leaves that window unmarked, so the count of lost packets only grows.
"""

from libc.stdint cimport int16_t, int64_t, uint16_t, uint32_t, uint64_t

from qos_exporter.dataplane.burst_gap cimport add_losses, close_cluster
from qos_exporter.dataplane.concealment cimport conceal
from qos_exporter.dataplane.records cimport (
    HAS_BAD_SEQ,
    IN_RUN,
    MAX_DROPOUT,
    MAX_LOSS_RUN,
    REORDER_WINDOW,
    RESTARTED,
    STOPPED_GAP,
    Stream,
)

cdef enum Arrival:
    FORWARD = 1
    LATE = 2
    DUPLICATE = 3
    IGNORED = 4
    NEW_EPOCH = 5

cdef enum:
    FIRST_CYCLE = 1 << 17       # so that a lowered base never goes below zero
    CYCLE = 1 << 16
    HIGHEST = 1 << 30           # at the end of 32 bits, counting through numbers would never end


cdef extern from *:
    """
    #define qos_ones(word) __builtin_popcountll(word)
    """
    int ones "qos_ones"(uint64_t word) noexcept nogil


cdef inline bint is_marked(const Stream *stream, uint32_t number) noexcept nogil:
    return (stream.marks[(number >> 6) & 1] >> (number & 63)) & 1


cdef inline void set_mark(Stream *stream, uint32_t number) noexcept nogil:
    stream.marks[(number >> 6) & 1] |= (<uint64_t>1) << (number & 63)


cdef inline void clear_mark(Stream *stream, uint32_t number) noexcept nogil:
    stream.marks[(number >> 6) & 1] &= ~((<uint64_t>1) << (number & 63))


cdef inline void mark_all(Stream *stream) noexcept nogil:
    """No number in the window is missing; those before the first one never are."""
    stream.marks[0] = ~<uint64_t>0
    stream.marks[1] = ~<uint64_t>0


cdef inline uint32_t holes(const Stream *stream) noexcept nogil:
    """How many numbers of the window are missing."""
    return REORDER_WINDOW - ones(stream.marks[0]) - ones(stream.marks[1])


cdef inline int run_bucket(uint32_t length) noexcept nogil:
    """Index of the first edge (1 2 3 4 5 7 10 20 50 100) that is not below `length`."""
    if length <= 5:
        return <int>length - 1
    if length <= 10:
        return 5 if length <= 7 else 6
    if length <= 50:
        return 7 if length <= 20 else 8
    return 9 if length <= 100 else 10


cdef inline void close_run(Stream *stream) noexcept nogil:
    if stream.state & IN_RUN:
        stream.state &= ~<uint16_t>IN_RUN
        stream.loss_runs += 1
        stream.window_runs[run_bucket(stream.current_run)] += 1
        stream.current_run = 0


cdef inline void settle_lost(Stream *stream, uint32_t number, uint32_t count) noexcept nogil:
    stream.lost += count
    stream.current_run += count
    stream.state |= IN_RUN
    conceal(stream, <int64_t>stream.packet_ns * count)
    add_losses(stream, number, count)


cdef inline void settle(Stream *stream, uint32_t number) noexcept nogil:
    """`number` leaves the reorder window: whatever it is now, it stays."""
    if is_marked(stream, number):
        close_run(stream)
    else:
        settle_lost(stream, number, 1)


cdef inline void settle_all(Stream *stream) noexcept nogil:
    """The stream (or this epoch of it) is over: every number still in the window settles."""
    cdef uint32_t number = stream.max_seq - REORDER_WINDOW + 1
    while number <= stream.max_seq and holes(stream):
        settle(stream, number)
        set_mark(stream, number)
        number += 1
    close_run(stream)
    close_cluster(stream)


cdef inline void begin_epoch(Stream *stream, uint16_t sequence_number) noexcept nogil:
    stream.base_seq = FIRST_CYCLE + sequence_number
    stream.max_seq = stream.base_seq
    mark_all(stream)


cdef inline void end_epoch(Stream *stream) noexcept nogil:
    settle_all(stream)
    stream.expected_prior += stream.max_seq - stream.base_seq + 1


cdef inline void jump_over(Stream *stream, int count) noexcept nogil:
    """`count` numbers were skipped: more than the window holds leave it unseen."""
    cdef uint32_t number = stream.max_seq - REORDER_WINDOW + 1
    cdef uint32_t last = number + count
    cdef int unseen = count + 1 - REORDER_WINDOW
    cdef int hole = max(unseen, 0) + 1
    while number <= last and number <= stream.max_seq:
        settle(stream, number)
        number += 1
    if unseen > 0:
        settle_lost(stream, stream.max_seq + 1, <uint32_t>unseen)
    while hole <= count:
        clear_mark(stream, stream.max_seq + hole)
        hole += 1


cdef inline void lower_cycles(Stream *stream) noexcept nogil:
    """Leave out cycles that are over: who skips a thousand numbers each time gets far in a minute.

    Marks are by the number modulo 128, so that they stay where they are.
    """
    cdef uint32_t surplus = (stream.max_seq - FIRST_CYCLE) & ~<uint32_t>(CYCLE - 1)
    cdef uint32_t span = stream.max_seq - stream.base_seq
    stream.max_seq -= surplus
    stream.cluster_first -= surplus
    stream.cluster_last -= surplus
    stream.base_seq = stream.max_seq - CYCLE
    stream.expected_prior += span - CYCLE


cdef inline void advance(Stream *stream, int step) noexcept nogil:
    """A packet `step` numbers ahead of the highest one so far."""
    if step == 1:
        settle(stream, stream.max_seq + 1 - REORDER_WINDOW)
    else:
        if stream.max_seq >= HIGHEST:
            lower_cycles(stream)
        jump_over(stream, step - 1)
    stream.max_seq += step
    set_mark(stream, stream.max_seq)


cdef inline Arrival accept_late(Stream *stream, uint32_t number) noexcept nogil:
    """A number of the last 128: the first time late, every other time a duplicate."""
    cdef uint32_t hole
    if number < stream.base_seq:
        hole = number + 1
        while hole < stream.base_seq:
            clear_mark(stream, hole)
            hole += 1
        stream.base_seq = number
    elif is_marked(stream, number):
        stream.duplicate += 1
        return DUPLICATE
    set_mark(stream, number)
    stream.reordered += 1
    return LATE


cdef inline Arrival accept_jump(Stream *stream, uint16_t sequence_number) noexcept nogil:
    """Two packets in sequence after a jump restart the stream; one alone is ignored (A.1)."""
    if stream.state & HAS_BAD_SEQ and stream.bad_seq == sequence_number:
        end_epoch(stream)
        begin_epoch(stream, sequence_number)
        stream.state &= ~<uint16_t>HAS_BAD_SEQ
        stream.restarts += 1
        stream.window_events |= RESTARTED
        return NEW_EPOCH
    stream.bad_seq = (sequence_number + 1) & 0xFFFF
    stream.state |= HAS_BAD_SEQ
    stream.ignored += 1
    return IGNORED


cdef inline Arrival accept_sequence(
    Stream *stream, uint16_t sequence_number, int *step
) noexcept nogil:
    """Count a packet by its sequence number and say what it was; `step` is how far it is ahead."""
    cdef int ahead = <int16_t>(sequence_number - <uint16_t>stream.max_seq)
    step[0] = ahead
    if 0 < ahead < MAX_LOSS_RUN:
        advance(stream, ahead)
        return FORWARD
    if ahead == 0:
        stream.duplicate += 1
        return DUPLICATE
    if -REORDER_WINDOW < ahead < 0:
        return accept_late(stream, stream.max_seq + ahead)
    if 0 < ahead < MAX_DROPOUT:
        end_epoch(stream)
        begin_epoch(stream, sequence_number)
        stream.stopped_gaps += 1
        stream.window_events |= STOPPED_GAP
        return NEW_EPOCH
    return accept_jump(stream, sequence_number)


cdef inline uint32_t expected_packets(const Stream *stream) noexcept nogil:
    return stream.expected_prior + (stream.max_seq - stream.base_seq + 1)


cdef inline uint32_t received_packets(const Stream *stream) noexcept nogil:
    """What is not lost and not a hole in the window: that costs no count for each packet."""
    return expected_packets(stream) - stream.lost - holes(stream)


cdef inline uint32_t runs_so_far(const Stream *stream) noexcept nogil:
    """Loss runs that have ended plus those that lie, whole or begun, in the reorder window."""
    cdef bint in_run = (stream.state & IN_RUN) != 0
    cdef uint32_t runs = stream.loss_runs + (1 if in_run else 0)
    cdef uint32_t number = stream.max_seq - REORDER_WINDOW + 1
    if number < stream.base_seq:
        number = stream.base_seq
    while number <= stream.max_seq and holes(stream):
        if is_marked(stream, number):
            in_run = False
        elif not in_run:
            in_run = True
            runs += 1
        number += 1
    return runs
