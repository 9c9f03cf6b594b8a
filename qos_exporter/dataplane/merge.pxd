"""A stream that goes on under another address: NAT has given one of its ends a new port."""

from libc.stdint cimport int16_t, int64_t, uint16_t, uint32_t

from qos_exporter.dataplane.burst_gap cimport add_burst
from qos_exporter.dataplane.clock cimport settle_clock
from qos_exporter.dataplane.concealment cimport conceal
from qos_exporter.dataplane.core cimport Core
from qos_exporter.dataplane.playout cimport add_fresh, add_fresh_peak, discard_pending
from qos_exporter.dataplane.records cimport (
    ENDED,
    MUTED,
    PROVEN,
    REORDER_WINDOW,
    RUN_BUCKETS,
    VARIATION_BUCKETS,
    WINDOW_OPEN,
    Stream,
    last_packet_ns,
)
from qos_exporter.dataplane.sequence cimport expected_packets, run_bucket, settle_all
from qos_exporter.dataplane.stream_table cimport give_record, record_at, remove_from_index
from qos_exporter.dataplane.timing cimport jitter_sum, set_jitter


cdef extern from *:
    """
    #define QOS_REBIND_NS INT64_C(3000000000)
    """
    const int64_t REBIND_NS "QOS_REBIND_NS"     # a longer silence is the end of a stream


cdef inline int numbers_between(const Stream *earlier, const Stream *later) noexcept nogil:
    """How far the later one begins after the end of the earlier; not positive: it does not."""
    return <int16_t>(<uint16_t>later.base_seq - <uint16_t>earlier.max_seq)


cdef inline bint follows(const Stream *earlier, const Stream *later) noexcept nogil:
    """Whether the later one goes on where the earlier one fell silent."""
    cdef uint32_t over = MUTED | ENDED
    if (earlier.state | later.state) & over or not earlier.state & later.state & PROVEN:
        return False
    if later.expected_prior or not 0 <= later.first_ns - last_packet_ns(earlier) <= REBIND_NS:
        return False
    return 0 < numbers_between(earlier, later) <= REORDER_WINDOW


cdef inline void add_bursts(Stream *stream, const Stream *earlier, uint32_t gap) noexcept nogil:
    """What was lost between the two stands by itself, apart from the losses on both sides."""
    stream.bursts += earlier.bursts
    stream.burst_packets += earlier.burst_packets
    stream.burst_lost += earlier.burst_lost
    if gap > 1:
        add_burst(stream, gap, gap)


cdef inline void add_counts(Stream *stream, const Stream *earlier, uint32_t gap) noexcept nogil:
    stream.expected_prior = expected_packets(earlier) + gap
    stream.lost += earlier.lost + gap
    stream.duplicate += earlier.duplicate
    stream.reordered += earlier.reordered
    stream.discarded += earlier.discarded
    stream.ignored += earlier.ignored
    stream.restarts += earlier.restarts
    stream.stopped_gaps += earlier.stopped_gaps
    stream.loss_runs += earlier.loss_runs
    stream.concealed_s += earlier.concealed_s
    stream.severely_concealed_s += earlier.severely_concealed_s
    stream.window_concealed_s += earlier.window_concealed_s
    stream.window_severely_concealed_s += earlier.window_severely_concealed_s
    stream.window_events |= earlier.window_events
    stream.bytes += earlier.bytes
    # The second that was open at the move takes in what was lost in it.
    conceal(stream, <int64_t>earlier.conceal_ns + <int64_t>earlier.packet_ns * gap)
    add_bursts(stream, earlier, gap)
    if gap:
        stream.loss_runs += 1
        stream.window_runs[run_bucket(gap)] += 1


cdef inline void add_timing(Stream *stream, const Stream *earlier) noexcept nogil:
    stream.media_ns += earlier.media_ns
    stream.difference_sum_ns += jitter_sum(earlier)
    stream.jitter_count += earlier.jitter_count
    stream.jitter_max_ns = max(stream.jitter_max_ns, earlier.jitter_max_ns)
    stream.window_jitter_max_ns = max(
        stream.window_jitter_max_ns, earlier.window_jitter_max_ns
    )
    stream.window_variation_sum_ns += earlier.window_variation_sum_ns
    stream.variation_max_ns = max(stream.variation_max_ns, earlier.variation_max_ns)
    stream.window_variation_max_ns = max(
        stream.window_variation_max_ns, earlier.window_variation_max_ns
    )
    if stream.clock_rate == earlier.clock_rate:
        set_jitter(stream, earlier.jitter_ns)


cdef inline void add_histograms(Stream *stream, const Stream *earlier) noexcept nogil:
    cdef int bucket
    for bucket in range(VARIATION_BUCKETS):
        stream.window_variation[bucket] += earlier.window_variation[bucket]
    for bucket in range(RUN_BUCKETS):
        stream.window_runs[bucket] += earlier.window_runs[bucket]


cdef inline void take_identity(Stream *stream, const Stream *earlier) noexcept nogil:
    stream.serial = earlier.serial
    stream.group = earlier.group
    stream.first_ns = earlier.first_ns
    stream.first_type = earlier.first_type
    stream.payload_types[0] |= earlier.payload_types[0]
    stream.payload_types[1] |= earlier.payload_types[1]
    stream.mark = earlier.mark
    if earlier.state & WINDOW_OPEN:
        stream.window_first_ns = earlier.window_first_ns


cdef inline bint merge_streams(Core *core, uint32_t number, uint32_t earlier_number) noexcept nogil:
    """Let a new record go on with the counts and the serial of an earlier one, which is freed."""
    cdef Stream *stream = record_at(&core.table, number)
    cdef Stream *earlier = record_at(&core.table, earlier_number)
    cdef uint32_t gap
    if not follows(earlier, stream):
        return False
    gap = numbers_between(earlier, stream) - 1
    settle_clock(earlier, &core.playout)
    settle_all(earlier)
    discard_pending(earlier)
    add_fresh(earlier)
    add_fresh_peak(earlier)
    add_counts(stream, earlier, gap)
    add_timing(stream, earlier)
    add_histograms(stream, earlier)
    take_identity(stream, earlier)
    remove_from_index(&core.table, earlier_number)
    give_record(&core.table, earlier_number)
    return True
