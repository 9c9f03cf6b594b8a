"""A playout buffer of its own for every stream: which packets would have come too late.

The delay of a packet is measured against the quickest one of the last five to ten seconds. That
short memory is what lets a sender's clock drift by hundreds of parts per million for hours without
one packet being called late.
"""

from libc.stdint cimport int64_t, uint16_t, uint32_t

from qos_exporter.dataplane.concealment cimport conceal, set_due
from qos_exporter.dataplane.records cimport (
    HAS_PLAYOUT,
    NEAR_BUCKETS,
    PENDING_LATE,
    PENDING_TWICE,
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
    #define QOS_MAX_FRESH_NS INT64_C(4294967295)
    """
    const int64_t BUCKET_NS "QOS_BUCKET_NS"     # the memory of the quickest packet is two of these
    const int64_t MAX_FRESH_NS "QOS_MAX_FRESH_NS"   # what 32 bits hold


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


cdef inline void add_fresh(Stream *stream) noexcept nogil:
    """Bring the totals up to date, so that the small hot counters do not overflow."""
    cdef int bucket
    for bucket in range(NEAR_BUCKETS):
        stream.window_variation[bucket] += stream.fresh_variation[bucket]
        stream.fresh_variation[bucket] = 0
    stream.window_variation_sum_ns += stream.fresh_variation_sum_ns
    stream.difference_sum_ns += stream.fresh_difference_ns
    stream.bytes += stream.fresh_bytes
    stream.jitter_count += stream.fresh_timed
    stream.media_ns += <int64_t>stream.step_ns * stream.fresh_steps
    stream.fresh_variation_sum_ns = 0
    stream.fresh_difference_ns = 0
    stream.fresh_bytes = 0
    stream.fresh_timed = 0
    stream.fresh_steps = 0
    stream.fresh_packets = 1    # the present one, which may not have been counted everywhere yet


cdef inline void raise_peaks(Stream *stream, int64_t variation_ns) noexcept nogil:
    stream.peak_now_ns = <uint32_t>min(max(<int64_t>stream.peak_now_ns, variation_ns), MAX_FRESH_NS)
    stream.window_variation_max_ns = max(stream.window_variation_max_ns, variation_ns)


cdef inline void add_fresh_peak(Stream *stream) noexcept nogil:
    """To do before one of the two maxima begins anew."""
    raise_peaks(stream, stream.fresh_variation_max_ns)
    stream.fresh_variation_max_ns = 0


cdef inline void count_variation(Stream *stream, int64_t variation_ns) noexcept nogil:
    cdef int bucket = variation_bucket(variation_ns)
    if bucket < NEAR_BUCKETS:
        stream.fresh_variation[bucket] += 1
    else:
        stream.window_variation[bucket] += 1
    if variation_ns > MAX_FRESH_NS - <int64_t>stream.fresh_variation_sum_ns:
        stream.window_variation_sum_ns += variation_ns
        raise_peaks(stream, variation_ns)
        return
    stream.fresh_variation_sum_ns += <uint32_t>variation_ns
    if variation_ns > stream.fresh_variation_max_ns:
        stream.fresh_variation_max_ns = <uint32_t>variation_ns


cdef inline void discard(Stream *stream) noexcept nogil:
    stream.discarded += 1
    conceal(stream, stream.packet_ns)


cdef inline void discard_pending(Stream *stream) noexcept nogil:
    if stream.state & PENDING_LATE:
        discard(stream)
        if stream.state & PENDING_TWICE:
            discard(stream)
        forgive_pending(stream)


cdef inline void forgive_pending(Stream *stream) noexcept nogil:
    stream.state &= ~<uint16_t>(PENDING_LATE | PENDING_TWICE)


cdef inline void rebase_playout(
    Stream *stream, int64_t arrival_ns, const Playout *playout
) noexcept nogil:
    """Delays are measured from this packet on; what was learnt about their spread is kept."""
    discard_pending(stream)
    stream.over_before_ns = 0
    stream.over_now_ns = 0
    if not stream.state & HAS_PLAYOUT:
        stream.state |= HAS_PLAYOUT
        stream.peak_before_ns = <uint32_t>playout.nominal_ns
        stream.peak_now_ns = 0
        stream.delay_ns = <uint32_t>playout.nominal_ns
        stream.bucket_end_ns = arrival_ns + BUCKET_NS
        set_due(stream)


cdef inline void turn_bucket(
    Stream *stream, int64_t arrival_ns, const Playout *playout
) noexcept nogil:
    """Five seconds are over: the buffer takes the size that the last ten seconds needed."""
    cdef int64_t over_ns = stream.over_now_ns
    cdef int64_t peak
    add_fresh_peak(stream)
    peak = max(stream.peak_before_ns, stream.peak_now_ns)
    if playout.adaptive:
        stream.delay_ns = <uint32_t>min(max(peak, playout.min_ns), playout.max_ns)
    if arrival_ns >= stream.bucket_end_ns + BUCKET_NS:
        over_ns = 0
        stream.peak_before_ns = 0
    else:
        stream.peak_before_ns = stream.peak_now_ns
    stream.pending_over_ns += over_ns - stream.over_before_ns
    stream.over_before_ns = over_ns
    stream.over_now_ns = 0
    stream.peak_now_ns = 0
    stream.bucket_end_ns = arrival_ns + BUCKET_NS
    set_due(stream)


cdef inline bint is_late_alike(const Stream *stream) noexcept nogil:
    """Whether a late packet is so by the same time as the one that waits for its verdict."""
    cdef int64_t shift = stream.over_before_ns - stream.pending_over_ns
    return (stream.state & PENDING_LATE) != 0 and -STEP_NS <= shift <= STEP_NS


cdef inline void follow_shift(Stream *stream) noexcept nogil:
    """What is usual from now on is not late."""
    stream.over_before_ns = 0
    stream.over_now_ns = 0
    add_fresh_peak(stream)
    stream.peak_now_ns = 0
    forgive_pending(stream)


cdef inline void wait_on(Stream *stream) noexcept nogil:
    """One more that is late alike. A shift needs no deeper buffer, so that does not grow yet."""
    if stream.baseline_timestamp == stream.pending_timestamp:
        discard(stream)
    elif stream.state & PENDING_TWICE:
        follow_shift(stream)
    else:
        stream.state |= PENDING_TWICE
        stream.pending_over_ns = stream.over_before_ns
        stream.pending_timestamp = stream.baseline_timestamp


cdef inline void arrive_late(Stream *stream, const Playout *playout) noexcept nogil:
    """Too late for the buffer, unless the whole stream was shifted for good.

    A pause that the timestamps did not count, or a new route, shifts every packet by the same
    time, and a queue that fills each one by a little more; one that drains shifts each by much
    less than the one before, and of independent delays two in a row are often alike, but rarely
    three. So the verdict on two late packets waits for the third. Packets of one timestamp were
    sent together: they say no more than the first.
    """
    if is_late_alike(stream):
        wait_on(stream)
        return
    discard_pending(stream)
    stream.state |= PENDING_LATE
    stream.pending_over_ns = stream.over_before_ns
    stream.pending_timestamp = stream.baseline_timestamp
    if playout.adaptive:
        stream.delay_ns = <uint32_t>min(playout.max_ns, <int64_t>stream.delay_ns + GROW_NS)


cdef inline void play(Stream *stream, const Playout *playout) noexcept nogil:
    """Pass one new packet, the baseline, through the buffer."""
    cdef int64_t variation_ns
    if stream.baseline_ns >= stream.due_ns and stream.baseline_ns >= stream.bucket_end_ns:
        turn_bucket(stream, stream.baseline_ns, playout)
    if stream.over_now_ns < 0:
        stream.over_now_ns = 0
    variation_ns = max(stream.over_now_ns, stream.over_before_ns)
    count_variation(stream, variation_ns)
    if variation_ns > stream.delay_ns:
        arrive_late(stream, playout)
    elif stream.state & PENDING_LATE:
        discard_pending(stream)
