"""A playout buffer of its own for every stream: which packets would have come too late.

The delay of a packet is measured against the quickest one of the last five to ten seconds. That
short memory is what lets a sender's clock drift by hundreds of parts per million for hours without
one packet being called late.
"""

from libc.stdint cimport int64_t, uint16_t, uint32_t

from qos_exporter.dataplane.concealment cimport conceal
from qos_exporter.dataplane.records cimport (
    HAS_PLAYOUT,
    PENDING_LATE,
    VARIATION_BUCKETS,
    Playout,
    Stream,
)

cdef enum:
    GROW_NS = 20000000
    STEP_NS = 5000000
    MS = 1000000


cdef extern from *:
    """
    #define QOS_BUCKET_NS INT64_C(5000000000)
    """
    const int64_t BUCKET_NS "QOS_BUCKET_NS"     # the memory of the quickest packet is two of these


cdef inline int variation_bucket(int64_t variation_ns) noexcept nogil:
    """Index of the first edge (5 10 20 50 70 90 120 150 200 300 500 ms) not below the value."""
    if variation_ns <= 20 * MS:
        if variation_ns <= 5 * MS:
            return 0
        return 1 if variation_ns <= 10 * MS else 2
    if variation_ns <= 90 * MS:
        if variation_ns <= 50 * MS:
            return 3
        return 4 if variation_ns <= 70 * MS else 5
    if variation_ns <= 200 * MS:
        if variation_ns <= 120 * MS:
            return 6
        return 7 if variation_ns <= 150 * MS else 8
    if variation_ns <= 300 * MS:
        return 9
    return 10 if variation_ns <= 500 * MS else 11


cdef inline void add_fresh_variation(Stream *stream) noexcept nogil:
    """Bring the histogram up to date: its small hot counters must not overflow."""
    cdef int bucket
    for bucket in range(VARIATION_BUCKETS):
        stream.variation[bucket] += stream.fresh_variation[bucket]
        stream.fresh_variation[bucket] = 0


cdef inline void count_variation(Stream *stream, int64_t variation_ns) noexcept nogil:
    cdef int bucket = variation_bucket(variation_ns)
    if stream.fresh_variation[bucket] == 0xFFFF:
        add_fresh_variation(stream)
    stream.fresh_variation[bucket] += 1
    stream.variation_sum_ns += variation_ns
    if variation_ns > stream.window_variation_max_ns:
        stream.window_variation_max_ns = variation_ns
    if variation_ns > stream.peak_now:
        stream.peak_now = variation_ns


cdef inline void discard_pending(Stream *stream) noexcept nogil:
    if stream.state & PENDING_LATE:
        stream.state &= ~<uint16_t>PENDING_LATE
        stream.discarded += 1
        conceal(stream, stream.packet_ns)


cdef inline void rebase_playout(
    Stream *stream, int64_t arrival_ns, const Playout *playout
) noexcept nogil:
    """Delays are measured from this packet on; what was learnt about their spread is kept."""
    discard_pending(stream)
    stream.origin_ns = arrival_ns
    stream.relative_ticks = 0
    stream.floor_before = 0
    stream.floor_now = 0
    if not stream.state & HAS_PLAYOUT:
        stream.state |= HAS_PLAYOUT
        stream.peak_before = playout.nominal_ns
        stream.peak_now = 0
        stream.delay_ns = playout.nominal_ns
        stream.bucket_end_ns = arrival_ns + BUCKET_NS


cdef inline void turn_bucket(
    Stream *stream, int64_t arrival_ns, int64_t transit, const Playout *playout
) noexcept nogil:
    """Five seconds are over: the buffer takes the size that the last ten seconds needed."""
    cdef int64_t peak = max(stream.peak_before, stream.peak_now)
    if playout.adaptive:
        stream.delay_ns = min(max(peak, playout.min_ns), playout.max_ns)
    if arrival_ns >= stream.bucket_end_ns + BUCKET_NS:
        stream.floor_before = transit
        stream.peak_before = 0
    else:
        stream.floor_before = stream.floor_now
        stream.peak_before = stream.peak_now
    stream.floor_now = transit
    stream.peak_now = 0
    stream.bucket_end_ns = arrival_ns + BUCKET_NS


cdef inline void arrive_late(
    Stream *stream, int64_t transit, uint32_t rtp_timestamp, const Playout *playout
) noexcept nogil:
    """Too late for the buffer, unless the whole stream was shifted for good.

    A pause that the timestamps did not count, or a new route, shifts every packet by the same
    time; a queue that drains shifts each one less than the one before. So the verdict on a late
    packet waits for the next late one.
    """
    cdef int64_t shift = transit - stream.pending_transit
    if (
        stream.state & PENDING_LATE
        and -STEP_NS <= shift <= STEP_NS
        and rtp_timestamp != stream.pending_timestamp
    ):
        stream.floor_before = transit
        stream.floor_now = transit
        stream.peak_now = 0
        stream.state &= ~<uint16_t>PENDING_LATE
        return
    discard_pending(stream)
    stream.state |= PENDING_LATE
    stream.pending_transit = transit
    stream.pending_timestamp = rtp_timestamp
    if playout.adaptive:
        stream.delay_ns = min(playout.max_ns, stream.delay_ns + GROW_NS)


cdef inline void play(
    Stream *stream, int64_t arrival_ns, uint32_t rtp_timestamp, const Playout *playout
) noexcept nogil:
    """Pass one new packet, whose ticks are already added up, through the buffer."""
    cdef int64_t media_ns = <int64_t>(stream.relative_ticks * 1e9 / stream.clock_rate)
    cdef int64_t transit = (arrival_ns - stream.origin_ns) - media_ns
    cdef int64_t variation
    if arrival_ns >= stream.bucket_end_ns:
        turn_bucket(stream, arrival_ns, transit, playout)
    if transit < stream.floor_now:
        stream.floor_now = transit
    variation = transit - min(stream.floor_before, stream.floor_now)
    count_variation(stream, variation)
    if variation > stream.delay_ns:
        arrive_late(stream, transit, rtp_timestamp, playout)
    elif stream.state & PENDING_LATE:
        discard_pending(stream)
