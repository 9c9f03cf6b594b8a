"""Interarrival jitter (RFC 3550 A.8) and the media time that a stream's timestamps tell.

A.8 takes packets in order of arrival, late ones and duplicates included, and so do we. Left out
are packets that carry no media timing: telephone events, which repeat one timestamp, and comfort
noise with the packet that follows it.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t

from qos_exporter.dataplane.playout cimport MAX_FRESH_NS, add_fresh, play, rebase_playout
from qos_exporter.dataplane.records cimport (
    AFTER_NOISE,
    FORWARD_APART,
    HAS_BASELINE,
    Playout,
    Stream,
    note_arrival,
)

cdef enum:
    SILENCE_NS = 200000000      # a longer step of the timestamps is silence, not media
    TALKSPURT_NS = 200000000    # a longer silence that was not counted is one
    LEAP_NS = 1000000000        # timestamps that fall back by more have jumped
    MAX_STEP_TICKS = 0xFFFF
    VIDEO_CLOCK = 90000         # the marker ends a frame there, and begins no talkspurt


cdef inline int64_t ticks_to_ns(const Stream *stream, int32_t ticks) noexcept nogil:
    """The media time of so many ticks, towards zero."""
    return <int64_t>(ticks * 1e9 / stream.clock_rate)


cdef inline int64_t media_step(const Stream *stream, int32_t ticks) noexcept nogil:
    """The same; nearly every packet is as long as the one before, which saves a division."""
    return stream.step_ns if ticks == stream.step_ticks else ticks_to_ns(stream, ticks)


cdef inline void forget_step(Stream *stream) noexcept nogil:
    """What is known of a packet's length in ticks means nothing to another clock."""
    add_fresh(stream)
    stream.step_ticks = 0
    stream.step_ns = 0


cdef inline double jitter_sum(const Stream *stream) noexcept nogil:
    """The sum of J after each packet, in nanoseconds, which need not be kept.

    From J += (D - J) / 16 follows that the sum of J before each packet is that of D less 16 times
    what J has grown by. Where J is set to something else, the sum of D is made to fit.
    """
    return stream.difference_sum_ns + stream.fresh_difference_ns - 15.0 * stream.jitter_ns


cdef inline void set_jitter(Stream *stream, double jitter_ns) noexcept nogil:
    """Let J go on from another value; the sum stays what it was."""
    stream.difference_sum_ns += 15.0 * (jitter_ns - stream.jitter_ns)
    stream.jitter_ns = jitter_ns


cdef inline void use_clock(Stream *stream, uint32_t clock_rate) noexcept nogil:
    """Go on with another clock rate (0: unknown)."""
    if stream.clock_rate == clock_rate:
        return
    forget_step(stream)
    stream.clock_rate = clock_rate
    set_jitter(stream, 0.0)
    stream.state &= ~<uint16_t>HAS_BASELINE


cdef inline void add_jitter(Stream *stream, int64_t difference_ns) noexcept nogil:
    """J of A.8, but in nanoseconds: it need not be scaled when the clock changes."""
    if difference_ns < 0:
        difference_ns = -difference_ns
    stream.jitter_ns += (<double>difference_ns - stream.jitter_ns) * (1.0 / 16.0)
    if stream.jitter_ns > stream.window_jitter_max_ns:
        stream.window_jitter_max_ns = stream.jitter_ns
    if difference_ns > MAX_FRESH_NS - <int64_t>stream.fresh_difference_ns:
        stream.difference_sum_ns += difference_ns
    else:
        stream.fresh_difference_ns += <uint32_t>difference_ns
    stream.fresh_timed += 1


cdef inline void learn_step(Stream *stream, int32_t ticks, int64_t step_ns) noexcept nogil:
    """Packets are longer, or shorter, than they were; before the first of all that was unknown."""
    forget_step(stream)
    if stream.packet_ns == 0:
        stream.media_ns += step_ns  # which it holds itself: a step is the media of the one before
    stream.packet_ns = <uint32_t>step_ns
    if ticks <= MAX_STEP_TICKS:
        stream.step_ticks = <uint16_t>ticks
        stream.step_ns = <uint32_t>step_ns


cdef inline void add_other_step(
    Stream *stream, int32_t ticks, int64_t step_ns, int step
) noexcept nogil:
    if step_ns <= 0:
        return
    if step == 1 and step_ns <= SILENCE_NS:
        learn_step(stream, ticks, step_ns)
    if step_ns <= <int64_t>SILENCE_NS * step:
        stream.media_ns += step_ns
    else:
        stream.media_ns += stream.packet_ns     # of the packet before the silence


cdef inline void add_media_time(
    Stream *stream, int32_t ticks, int64_t step_ns, int step
) noexcept nogil:
    """What a packet ahead of all others adds to the media that has passed."""
    if ticks == stream.step_ticks:
        stream.fresh_steps += 1
    else:
        add_other_step(stream, ticks, step_ns, step)


cdef inline bint is_discontinuity(
    int64_t step_ns, int64_t difference_ns, uint8_t marker
) noexcept nogil:
    """Whether the sender's timestamps, not the network, made this difference.

    Either they jumped by more than a second that the arrival does not explain, or a talkspurt
    began after a silence that they did not count.
    """
    if step_ns < -LEAP_NS or difference_ns < -LEAP_NS:
        return True
    return marker and difference_ns > TALKSPURT_NS


cdef inline bint has_jumped(
    const Stream *stream,
    uint32_t rtp_timestamp,
    int64_t step_ns,
    int64_t difference_ns,
    uint8_t marker,
) noexcept nogil:
    """The same of a packet ahead of all others. From one that came late the timestamps go far
    ahead, and have not jumped if they have not from the packet that was ahead before."""
    cdef int64_t ahead_ns = step_ns
    if not is_discontinuity(step_ns, difference_ns, marker):
        return False
    if stream.clock_rate == VIDEO_CLOCK:
        marker = 0
    if stream.state & FORWARD_APART:
        ahead_ns = ticks_to_ns(stream, <int32_t>(rtp_timestamp - stream.forward_timestamp))
    return is_discontinuity(ahead_ns, difference_ns + step_ns - ahead_ns, marker)


cdef inline void set_baseline(
    Stream *stream, int64_t arrival_ns, uint32_t rtp_timestamp
) noexcept nogil:
    if arrival_ns < stream.baseline_ns:
        note_arrival(stream, stream.baseline_ns)
    stream.baseline_ns = arrival_ns
    stream.baseline_timestamp = rtp_timestamp


cdef inline void rebase(
    Stream *stream, int64_t arrival_ns, uint32_t rtp_timestamp, const Playout *playout
) noexcept nogil:
    stream.state |= HAS_BASELINE
    stream.state &= ~<uint16_t>(AFTER_NOISE | FORWARD_APART)
    set_baseline(stream, arrival_ns, rtp_timestamp)
    rebase_playout(stream, arrival_ns, playout)


cdef inline void leave_forward(Stream *stream) noexcept nogil:
    """A packet that is not ahead becomes the baseline: the one that is ahead is kept beside it."""
    if not stream.state & FORWARD_APART:
        stream.state |= FORWARD_APART
        stream.forward_timestamp = stream.baseline_timestamp


cdef inline void pass_media(
    Stream *stream, uint32_t rtp_timestamp, int32_t ticks, int64_t step_ns, int step
) noexcept nogil:
    """The media time from the packet ahead of all others to the next one of them."""
    if stream.state & FORWARD_APART:
        stream.state &= ~<uint16_t>FORWARD_APART
        ticks = <int32_t>(rtp_timestamp - stream.forward_timestamp)
        step_ns = media_step(stream, ticks)
    add_media_time(stream, ticks, step_ns, step)


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
    cdef int64_t step_ns = media_step(stream, ticks)
    cdef int64_t difference_ns = arrival_ns - stream.baseline_ns - step_ns
    if stream.state & AFTER_NOISE:
        stream.state &= ~<uint16_t>AFTER_NOISE
    elif step > 0 and has_jumped(stream, rtp_timestamp, step_ns, difference_ns, marker):
        rebase(stream, arrival_ns, rtp_timestamp, playout)
        return
    else:
        add_jitter(stream, difference_ns)
    stream.over_before_ns += difference_ns
    stream.over_now_ns += difference_ns
    if step > 0:
        pass_media(stream, rtp_timestamp, ticks, step_ns, step)
    else:
        leave_forward(stream)
    set_baseline(stream, arrival_ns, rtp_timestamp)


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
        play(stream, playout)
