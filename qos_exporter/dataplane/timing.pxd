"""Interarrival jitter (RFC 3550 A.8) and the media time that a stream's timestamps tell.

A.8 takes packets in order of arrival, late ones and duplicates included, and so do we. Left out
are packets that carry no media timing: telephone events, which repeat one timestamp, and comfort
noise with the packet that follows it.
"""

from libc.math cimport fabs
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t

from qos_exporter.dataplane.playout cimport play, rebase_playout
from qos_exporter.dataplane.records cimport (
    AFTER_NOISE,
    HAS_BASELINE,
    Playout,
    Stream,
)

cdef enum:
    SILENCE_NS = 200000000      # a longer step of the timestamps is silence, not media

cdef extern from *:
    """
    #define QOS_TALKSPURT_S 0.2
    """
    const double TALKSPURT_S "QOS_TALKSPURT_S"  # a longer silence that was not counted is one


cdef inline void use_clock(Stream *stream, uint32_t clock_rate) noexcept nogil:
    """Go on with another clock rate (0: unknown); what was measured so far is kept in seconds."""
    if stream.clock_rate == clock_rate:
        return
    if stream.clock_rate:
        stream.jitter_sum_s += stream.jitter_sum_ticks / stream.clock_rate
        stream.window_jitter_max_s = max(
            stream.window_jitter_max_s, stream.window_jitter_max_ticks / stream.clock_rate
        )
    stream.clock_rate = clock_rate
    stream.jitter_ticks = 0.0
    stream.jitter_sum_ticks = 0.0
    stream.window_jitter_max_ticks = 0.0
    stream.state &= ~<uint16_t>HAS_BASELINE


cdef inline void add_jitter(Stream *stream, double difference) noexcept nogil:
    stream.jitter_ticks += (fabs(difference) - stream.jitter_ticks) / 16.0
    stream.jitter_sum_ticks += stream.jitter_ticks
    stream.jitter_count += 1
    if stream.jitter_ticks > stream.window_jitter_max_ticks:
        stream.window_jitter_max_ticks = stream.jitter_ticks


cdef inline void add_media_time(
    Stream *stream, uint32_t rtp_timestamp, int step
) noexcept nogil:
    """What a packet ahead of all others adds to the media that has passed."""
    cdef int32_t ticks = <int32_t>(rtp_timestamp - stream.forward_timestamp)
    cdef int64_t step_ns = <int64_t>(ticks * 1e9 / stream.clock_rate)
    stream.forward_timestamp = rtp_timestamp
    if step_ns <= 0:
        return
    if step == 1 and step_ns <= SILENCE_NS:
        stream.packet_ns = <uint32_t>step_ns
    if step_ns <= <int64_t>SILENCE_NS * step:
        stream.media_ns += step_ns


cdef inline bint is_discontinuity(
    const Stream *stream, int32_t ticks, double difference, uint8_t marker
) noexcept nogil:
    """Whether the sender's timestamps, not the network, made this difference.

    Either they jumped by more than a second that the arrival does not explain, or a talkspurt
    began after a silence that they did not count.
    """
    cdef double clock_rate = stream.clock_rate
    if ticks < -clock_rate or difference < -clock_rate:
        return True
    return marker and difference > TALKSPURT_S * clock_rate


cdef inline void rebase(
    Stream *stream, int64_t arrival_ns, uint32_t rtp_timestamp, const Playout *playout
) noexcept nogil:
    stream.state |= HAS_BASELINE
    stream.state &= ~<uint16_t>AFTER_NOISE
    stream.baseline_ns = arrival_ns
    stream.baseline_timestamp = rtp_timestamp
    stream.forward_timestamp = rtp_timestamp
    rebase_playout(stream, arrival_ns, playout)


cdef inline void follow(
    Stream *stream,
    int64_t arrival_ns,
    uint32_t rtp_timestamp,
    uint8_t marker,
    int step,
    const Playout *playout,
) noexcept nogil:
    """Time a media packet against the one before it; `step` <= 0 is late or a duplicate."""
    cdef int32_t ticks = <int32_t>(rtp_timestamp - stream.baseline_timestamp)
    cdef double difference = (
        <double>(arrival_ns - stream.baseline_ns) * (stream.clock_rate / 1e9) - ticks
    )
    if stream.state & AFTER_NOISE:
        stream.state &= ~<uint16_t>AFTER_NOISE
    elif step > 0 and is_discontinuity(stream, ticks, difference, marker):
        rebase(stream, arrival_ns, rtp_timestamp, playout)
        return
    else:
        add_jitter(stream, difference)
    stream.relative_ticks += ticks
    stream.baseline_ns = arrival_ns
    stream.baseline_timestamp = rtp_timestamp
    if step > 0:
        add_media_time(stream, rtp_timestamp, step)


cdef inline void time_media(
    Stream *stream,
    int64_t arrival_ns,
    uint32_t rtp_timestamp,
    uint8_t marker,
    int step,
    bint is_new,
    const Playout *playout,
) noexcept nogil:
    """One media packet of known clock: jitter first, then the playout buffer if it is new."""
    if stream.state & HAS_BASELINE:
        follow(stream, arrival_ns, rtp_timestamp, marker, step, playout)
    else:
        rebase(stream, arrival_ns, rtp_timestamp, playout)
    if is_new:
        play(stream, arrival_ns, rtp_timestamp, playout)
