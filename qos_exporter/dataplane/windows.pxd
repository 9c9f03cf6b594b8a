"""Closing a window: one row per stream that was active in it, and the end of silent streams."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.math cimport NAN
from libc.string cimport memcpy, memset

from qos_exporter.dataplane.burst_gap cimport cluster_packets, is_burst
from qos_exporter.dataplane.core cimport Core
from qos_exporter.dataplane.leaving cimport drop_candidate, drop_muted, end_stream
from qos_exporter.dataplane.playout cimport add_fresh, add_fresh_peak
from qos_exporter.dataplane.records cimport (
    CLOCK_UNKNOWN,
    COMFORT_NOISE,
    ENDED,
    EVICTED,
    HAS_PLAYOUT,
    IN_USE,
    MUTED,
    PROVEN,
    REPORTED,
    RESTARTED,
    STOPPED_GAP,
    WINDOW_OPEN,
    ClockSource,
    Mark,
    Stream,
    last_packet_ns,
    shown_type,
)
from qos_exporter.dataplane.rows cimport (
    ROW_CAPTURED_TWICE,
    ROW_COMFORT_NOISE,
    ROW_ENDED,
    ROW_EVICTED,
    ROW_MUTED,
    ROW_RESTARTED,
    ROW_STOPPED_GAP,
    TotalsRow,
    WindowRow,
)
from qos_exporter.dataplane.sequence cimport expected_packets, received_packets, runs_so_far
from qos_exporter.dataplane.stream_table cimport record_at
from qos_exporter.dataplane.timing cimport jitter_sum
from qos_exporter.dataplane.update cimport captured_twice, count_end

cdef inline uint64_t above(uint64_t now, uint64_t *mark) noexcept nogil:
    """How much a figure has grown since the last row; what fell back is made up for first."""
    cdef uint64_t grown = now - mark[0] if now > mark[0] else 0
    mark[0] += grown
    return grown


cdef inline uint32_t above32(uint32_t now, uint32_t *mark) noexcept nogil:
    """The same of 32 bits, which may have wrapped."""
    cdef uint32_t grown = now - mark[0] if <int32_t>(now - mark[0]) > 0 else 0
    mark[0] += grown
    return grown


cdef inline double jitter_mean(double sum_ns, uint32_t count) noexcept nogil:
    return sum_ns / count / 1e9 if count else 0.0


cdef inline double playout_delay(const Stream *stream) noexcept nogil:
    return stream.delay_ns / 1e9 if stream.state & HAS_PLAYOUT else 0.0


cdef inline uint16_t standing_flags(const Stream *stream) noexcept nogil:
    cdef uint16_t flags = 0
    if stream.state & (ENDED | MUTED):
        flags |= ROW_ENDED
    if stream.state & MUTED:
        flags |= ROW_MUTED
    if stream.state & EVICTED:
        flags |= ROW_EVICTED
    if captured_twice(stream):
        flags |= ROW_CAPTURED_TWICE
    return flags


cdef inline uint16_t window_flags(const Stream *stream) noexcept nogil:
    cdef uint16_t flags = standing_flags(stream)
    if stream.window_events & RESTARTED:
        flags |= ROW_RESTARTED
    if stream.window_events & STOPPED_GAP:
        flags |= ROW_STOPPED_GAP
    if stream.window_events & COMFORT_NOISE:
        flags |= ROW_COMFORT_NOISE
    return flags


cdef inline uint32_t loss_runs_now(const Stream *stream) noexcept nogil:
    """Of a stream that is over everything has settled; of others the window is looked through."""
    return stream.loss_runs if stream.state & (ENDED | MUTED) else runs_so_far(stream)


cdef inline void fill_counts(Stream *stream, Mark *mark, WindowRow *row) noexcept nogil:
    """Packets by fate. Loss counts every hole as it stands now: a packet that is late by more than
    the rest of the window makes the next row smaller, never this one wrong for good."""
    cdef uint32_t expected = expected_packets(stream)
    cdef uint32_t received = received_packets(stream)
    row.expected = above32(expected, &mark.expected)
    row.received = above32(received, &mark.received)
    row.lost = above32(expected - received, &mark.lost)
    row.lost_for_good = above32(stream.lost, &mark.lost_for_good)
    row.duplicate = above32(stream.duplicate, &mark.duplicate)
    row.reordered = above32(stream.reordered, &mark.reordered)
    row.discarded = above32(stream.discarded, &mark.discarded)
    row.loss_runs = above32(loss_runs_now(stream), &mark.loss_runs)
    row.concealed_s = stream.window_concealed_s
    row.severely_concealed_s = stream.window_severely_concealed_s
    row.bytes = above(stream.bytes, &mark.bytes)


cdef inline void fill_timing(Stream *stream, Mark *mark, WindowRow *row) noexcept nogil:
    row.first_ns = stream.window_first_ns
    row.last_ns = last_packet_ns(stream)
    row.media_ns = stream.media_ns - mark.media_ns
    row.clock_rate = stream.clock_rate
    row.jitter_last_s = stream.jitter_ns / 1e9
    if stream.jitter_count > mark.jitter_count:
        row.jitter_mean_s = jitter_mean(
            jitter_sum(stream) - mark.jitter_sum_ns, stream.jitter_count - mark.jitter_count
        )
    else:
        row.jitter_mean_s = NAN     # nothing was timed, which is not a jitter of zero
    row.jitter_max_s = stream.window_jitter_max_ns / 1e9
    row.delay_variation_max_s = stream.window_variation_max_ns / 1e9
    row.playout_delay_s = playout_delay(stream)
    mark.media_ns = stream.media_ns
    mark.jitter_sum_ns = jitter_sum(stream)
    mark.jitter_count = stream.jitter_count


cdef inline void fill_histograms(Stream *stream, Mark *mark, WindowRow *row) noexcept nogil:
    row.delay_variation_sum_s = stream.window_variation_sum_ns / 1e9
    row.loss_run_packets = above32(stream.lost - stream.current_run, &mark.run_packets)
    memcpy(
        row.delay_variation_histogram, stream.window_variation, sizeof(stream.window_variation)
    )
    memcpy(row.loss_run_histogram, stream.window_runs, sizeof(stream.window_runs))


cdef inline void clear_window(Stream *stream) noexcept nogil:
    """The next window begins; what it is the maximum of goes into the maximum of all."""
    stream.jitter_max_ns = max(stream.jitter_max_ns, stream.window_jitter_max_ns)
    stream.variation_max_ns = max(stream.variation_max_ns, stream.window_variation_max_ns)
    stream.window_jitter_max_ns = 0.0
    stream.window_variation_max_ns = 0
    stream.window_variation_sum_ns = 0
    memset(stream.window_variation, 0, sizeof(stream.window_variation))
    memset(stream.window_runs, 0, sizeof(stream.window_runs))
    stream.state &= ~<uint16_t>WINDOW_OPEN
    stream.window_types = 0
    stream.window_events = 0
    stream.window_concealed_s = 0
    stream.window_severely_concealed_s = 0


cdef inline void fill_window(Stream *stream, uint32_t number, WindowRow *row) noexcept nogil:
    add_fresh(stream)
    add_fresh_peak(stream)
    row.slot = number
    row.serial = stream.serial
    row.group = stream.group
    row.profile = stream.profile
    row.payload_type = shown_type(stream)
    row.payload_types_seen = stream.window_types
    row.flags = window_flags(stream)
    fill_counts(stream, &stream.mark, row)
    fill_timing(stream, &stream.mark, row)
    fill_histograms(stream, &stream.mark, row)
    clear_window(stream)


cdef inline bint has_row(const Stream *stream) noexcept nogil:
    """Active since the last row, or over with its last row still to come."""
    if not stream.state & PROVEN or stream.state & REPORTED:
        return False
    return stream.state & (WINDOW_OPEN | ENDED | MUTED)


cdef inline void expire(Core *core, uint32_t number, int64_t now_ns) noexcept nogil:
    cdef Stream *stream = record_at(&core.table, number)
    cdef int64_t silent_ns = now_ns - last_packet_ns(stream)
    if stream.state & ENDED:
        return
    if not stream.state & PROVEN:
        if silent_ns > core.candidate_ns:
            drop_candidate(core, number)
    elif silent_ns > core.idle_ns:
        if stream.state & REPORTED:
            drop_muted(core, number)
        else:
            end_stream(core, number)


cdef inline uint32_t close_window(Core *core, int64_t now_ns, WindowRow *rows) noexcept nogil:
    """Fill `rows` (one per record at most) and say how many there are."""
    cdef uint32_t number
    cdef uint32_t count = 0
    cdef Stream *stream
    for number in range(core.table.used):
        stream = record_at(&core.table, number)
        if not stream.state & IN_USE:
            continue
        expire(core, number, now_ns)
        if has_row(stream):
            if stream.state & MUTED and not stream.state & ENDED:
                count_end(stream, &core.playout)
            fill_window(stream, number, &rows[count])
            count += 1
            if stream.state & (ENDED | MUTED):
                stream.state |= REPORTED
    return count


cdef inline ClockSource clock_source(const Stream *stream) noexcept nogil:
    if stream.clock_rate == 0 or stream.media_type >= 128:
        return CLOCK_UNKNOWN
    return <ClockSource>stream.clock_source


cdef inline void fill_total_counts(const Stream *stream, TotalsRow *row) noexcept nogil:
    row.expected = expected_packets(stream)
    row.received = received_packets(stream)
    row.lost = stream.lost
    row.duplicate = stream.duplicate
    row.reordered = stream.reordered
    row.discarded = stream.discarded
    row.ignored = stream.ignored
    row.restarts = stream.restarts
    row.stopped_gaps = stream.stopped_gaps
    row.loss_runs = stream.loss_runs
    row.concealed_s = stream.concealed_s
    row.severely_concealed_s = stream.severely_concealed_s
    row.bytes = stream.bytes + stream.fresh_bytes


cdef inline int64_t latest_variation_max(const Stream *stream) noexcept nogil:
    return max(stream.variation_max_ns, <int64_t>stream.fresh_variation_max_ns)


cdef inline void fill_total_bursts(const Stream *stream, TotalsRow *row) noexcept nogil:
    """Bursts with the one that may still go on."""
    row.bursts = stream.bursts
    row.burst_packets = stream.burst_packets
    row.burst_lost = stream.burst_lost
    if is_burst(stream):
        row.bursts += 1
        row.burst_packets += cluster_packets(stream)
        row.burst_lost += stream.cluster_lost


cdef inline void fill_total_timing(const Stream *stream, TotalsRow *row) noexcept nogil:
    row.clock_rate = stream.clock_rate
    row.first_ns = stream.first_ns
    row.last_ns = last_packet_ns(stream)
    row.media_ns = stream.media_ns + <int64_t>stream.step_ns * stream.fresh_steps
    row.packet_ns = stream.packet_ns
    row.jitter_count = stream.jitter_count + stream.fresh_timed
    row.jitter_last_s = stream.jitter_ns / 1e9
    row.jitter_mean_s = jitter_mean(jitter_sum(stream), row.jitter_count)
    row.jitter_max_s = max(stream.jitter_max_ns, stream.window_jitter_max_ns) / 1e9
    row.delay_variation_max_s = (
        max(latest_variation_max(stream), stream.window_variation_max_ns) / 1e9
    )
    row.playout_delay_s = playout_delay(stream)


cdef inline void fill_totals(
    const Core *core, uint32_t number, TotalsRow *row
) noexcept nogil:
    """Everything about a stream since its first packet."""
    cdef const Stream *stream = record_at(&core.table, number)
    row.slot = number
    row.serial = stream.serial
    memcpy(row.payload_types, stream.payload_types, 16)
    row.payload_type = shown_type(stream)
    row.clock_source = <uint8_t>clock_source(stream)
    row.flags = standing_flags(stream)
    fill_total_counts(stream, row)
    fill_total_bursts(stream, row)
    fill_total_timing(stream, row)
