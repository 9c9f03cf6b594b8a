"""The clock rate of a dynamic payload type that nobody announced, from its own timestamps.

The timing of the first packets is held back; what their timestamps advanced by, against the time
they arrived in, is snapped to a standard rate, and then they are timed after all. A second of them
is enough where most come evenly; where they do not, more time makes up for it.
"""

from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t
from libc.stdlib cimport calloc, free

from qos_exporter.dataplane.playout cimport add_fresh
from qos_exporter.dataplane.records cimport (
    AFTER_NOISE,
    CLOCK_FROM_TIMESTAMPS,
    HELD_PACKETS,
    HeldPacket,
    HeldPackets,
    Playout,
    Stream,
)
from qos_exporter.dataplane.timing cimport time_media, use_clock

cdef enum:
    MIN_HELD = 8
    MAX_ATTEMPTS = 8
    FIRST_CHECK_NS = 1000000000
    HELD_NEW = 1                # no duplicate

cdef extern from *:
    """
    #define QOS_SURE_FACTOR 1.12
    #define QOS_SNAP_FACTOR 1.25
    """
    const double SURE_FACTOR "QOS_SURE_FACTOR"  # as near as this to a rate: no more need to wait
    const double SNAP_FACTOR "QOS_SNAP_FACTOR"  # and this where no more can be held, or will come


cdef inline uint32_t nearer(
    double rate, uint32_t candidate, double *best, uint32_t found
) noexcept nogil:
    cdef double factor = rate / candidate if rate > candidate else candidate / rate
    if factor > best[0]:
        return found
    best[0] = factor
    return candidate


cdef inline uint32_t snap(double rate, double factor) noexcept nogil:
    """The nearest standard clock rate, or 0 where none is within the factor."""
    cdef double best = factor
    cdef uint32_t found = 0
    if rate <= 0:
        return 0
    found = nearer(rate, 8000, &best, found)
    found = nearer(rate, 16000, &best, found)
    found = nearer(rate, 24000, &best, found)
    found = nearer(rate, 32000, &best, found)
    found = nearer(rate, 48000, &best, found)
    return nearer(rate, 90000, &best, found)


cdef inline int64_t held_ns(const HeldPackets *held) noexcept nogil:
    return held.packets[held.count - 1].arrival_ns - held.packets[0].arrival_ns


cdef inline uint32_t clock_between(
    const HeldPacket *before, const HeldPacket *after, double factor
) noexcept nogil:
    cdef int32_t ticks = <int32_t>(after.rtp_timestamp - before.rtp_timestamp)
    cdef int64_t elapsed_ns = after.arrival_ns - before.arrival_ns
    return snap(ticks * 1e9 / elapsed_ns, factor) if elapsed_ns > 0 else 0


cdef inline uint32_t estimate(const HeldPackets *held, double factor) noexcept nogil:
    """The clock that most pairs of packets show which are half of all packets apart, else 0.

    A burst at the beginning, a stall or a late packet spoils some of the pairs, and not the answer.
    """
    cdef uint32_t apart = held.count // 2
    cdef uint32_t pairs = held.count - apart
    cdef uint32_t clock = 0
    cdef uint32_t index
    cdef uint32_t seen
    cdef int lead = 0           # what more than half of them show leads whatever else is there
    cdef uint32_t count = 0
    for index in range(pairs):
        seen = clock_between(&held.packets[index], &held.packets[index + apart], factor)
        if lead == 0:
            clock = seen
        lead += 1 if seen == clock else -1
    for index in range(pairs):
        seen = clock_between(&held.packets[index], &held.packets[index + apart], factor)
        count += seen == clock
    return clock if 2 * count > pairs else 0


cdef inline void replay_held(Stream *stream, const Playout *playout) noexcept nogil:
    cdef HeldPackets *held = stream.held
    cdef HeldPacket *packet
    cdef uint32_t index
    cdef uint16_t noise_now = stream.state & AFTER_NOISE
    for index in range(held.count):
        packet = &held.packets[index]
        stream.state &= ~<uint16_t>AFTER_NOISE
        stream.state |= packet.state & AFTER_NOISE
        time_media(
            stream, packet.arrival_ns, packet.rtp_timestamp, packet.marker,
            packet.step, packet.state & HELD_NEW, playout,
        )
        add_fresh(stream)       # which happens by itself only from packet to packet of the wire
    stream.state |= noise_now


cdef inline void forget_held(Stream *stream) noexcept nogil:
    free(stream.held)
    stream.held = NULL


cdef inline void begin_holding(Stream *stream) noexcept nogil:
    """Hold from the next packet on: what was held is of no use any more."""
    if stream.held != NULL:
        stream.held.count = 0
        stream.held.check_after_ns = FIRST_CHECK_NS


cdef inline bint accept_clock(
    Stream *stream, double factor, const Playout *playout
) noexcept nogil:
    cdef uint32_t rate = estimate(stream.held, factor)
    if rate == 0:
        return False
    stream.clock_source = CLOCK_FROM_TIMESTAMPS
    use_clock(stream, rate)
    replay_held(stream, playout)
    forget_held(stream)
    return True


cdef inline void settle_clock(Stream *stream, const Playout *playout) noexcept nogil:
    """No more can be held, or will come: estimate from what there is."""
    if stream.held == NULL:
        return
    if stream.held.count >= MIN_HELD and accept_clock(stream, SNAP_FACTOR, playout):
        return
    stream.held.attempts += 1
    begin_holding(stream)


cdef inline void try_clock(Stream *stream, const Playout *playout) noexcept nogil:
    """Estimate when enough time has passed, and again after twice that time."""
    cdef HeldPackets *held = stream.held
    if held.count >= MIN_HELD and held_ns(held) >= held.check_after_ns:
        if accept_clock(stream, SURE_FACTOR, playout):
            return
        held.check_after_ns *= 2
    if held.count == HELD_PACKETS:
        settle_clock(stream, playout)


cdef inline void hold(
    Stream *stream,
    int64_t arrival_ns,
    uint32_t rtp_timestamp,
    uint8_t marker,
    int step,
    bint is_new,
    const Playout *playout,
) noexcept nogil:
    """Keep the timing of a packet whose clock is unknown."""
    cdef HeldPacket *packet
    if stream.held == NULL:
        stream.held = <HeldPackets *>calloc(1, sizeof(HeldPackets))
        if stream.held == NULL:
            return
        begin_holding(stream)
    if stream.held.attempts >= MAX_ATTEMPTS:
        return
    packet = &stream.held.packets[stream.held.count]
    packet.arrival_ns = arrival_ns
    packet.rtp_timestamp = rtp_timestamp
    packet.marker = marker
    packet.step = <int16_t>step
    packet.state = <uint8_t>(stream.state & AFTER_NOISE) | (HELD_NEW if is_new else 0)
    stream.state &= ~<uint16_t>AFTER_NOISE
    stream.held.count += 1
    try_clock(stream, playout)
