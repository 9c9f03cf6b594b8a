"""The clock rate of a dynamic payload type that nobody announced, from its own timestamps.

The timing of the first packets is held back; what their timestamps advanced by, against the time
they arrived in, is snapped to a standard rate, and then they are timed after all.
"""

from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t, uint32_t
from libc.stdlib cimport calloc, free

from qos_exporter.dataplane.records cimport (
    CLOCK_ESTIMATED,
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

cdef extern from *:
    """
    #define QOS_SNAP_FACTOR 1.25
    """
    const double SNAP_FACTOR "QOS_SNAP_FACTOR"


cdef inline uint32_t nearer(
    double rate, uint32_t candidate, double *best, uint32_t found
) noexcept nogil:
    cdef double factor = rate / candidate if rate > candidate else candidate / rate
    if factor > best[0]:
        return found
    best[0] = factor
    return candidate


cdef inline uint32_t snap(double rate) noexcept nogil:
    """The nearest standard clock rate, or 0 where none is within a quarter."""
    cdef double best = SNAP_FACTOR
    cdef uint32_t found = 0
    if rate <= 0:
        return 0
    found = nearer(rate, 8000, &best, found)
    found = nearer(rate, 16000, &best, found)
    found = nearer(rate, 24000, &best, found)
    found = nearer(rate, 32000, &best, found)
    found = nearer(rate, 48000, &best, found)
    return nearer(rate, 90000, &best, found)


cdef inline uint32_t estimate(const HeldPackets *held) noexcept nogil:
    cdef const HeldPacket *first = &held.packets[0]
    cdef const HeldPacket *last = &held.packets[held.count - 1]
    cdef int64_t elapsed_ns = last.arrival_ns - first.arrival_ns
    cdef int32_t ticks = <int32_t>(last.rtp_timestamp - first.rtp_timestamp)
    if elapsed_ns <= 0:
        return 0
    return snap(ticks * 1e9 / elapsed_ns)


cdef inline void replay_held(Stream *stream, const Playout *playout) noexcept nogil:
    cdef HeldPackets *held = stream.held
    cdef HeldPacket *packet
    cdef uint32_t index
    for index in range(held.count):
        packet = &held.packets[index]
        time_media(
            stream, packet.arrival_ns, packet.rtp_timestamp, packet.marker,
            packet.step, packet.is_new, playout,
        )


cdef inline void forget_held(Stream *stream) noexcept nogil:
    free(stream.held)
    stream.held = NULL


cdef inline void settle_clock(Stream *stream, const Playout *playout) noexcept nogil:
    """Enough packets were held, or no more will come: estimate now."""
    cdef uint32_t rate = 0
    if stream.held == NULL:
        return
    if stream.held.count >= MIN_HELD:
        rate = estimate(stream.held)
    if rate:
        stream.state |= CLOCK_ESTIMATED
        use_clock(stream, rate)
        replay_held(stream, playout)
        forget_held(stream)
    else:
        stream.held.attempts += 1
        stream.held.count = 0


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
    if stream.held.attempts >= MAX_ATTEMPTS:
        return
    packet = &stream.held.packets[stream.held.count]
    packet.arrival_ns = arrival_ns
    packet.rtp_timestamp = rtp_timestamp
    packet.marker = marker
    packet.step = <int16_t>step
    packet.is_new = is_new
    stream.held.count += 1
    if stream.held.count == HELD_PACKETS:
        settle_clock(stream, playout)
