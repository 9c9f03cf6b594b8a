"""One packet of one stream: everything that is counted about it, in the order of the wire."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

from qos_exporter.dataplane.clock cimport (
    begin_holding,
    forget_held,
    hold,
    replay_held,
    settle_clock,
)
from qos_exporter.dataplane.concealment cimport begin_second, close_last_second, pass_second
from qos_exporter.dataplane.playout cimport add_fresh, discard_pending
from qos_exporter.dataplane.records cimport (
    AFTER_NOISE,
    CLOCK_SDP,
    CLOCK_STATIC,
    COMFORT_NOISE,
    FRESH_PACKETS,
    HAS_BASELINE,
    KIND_COMFORT_NOISE,
    KIND_EVENT,
    KIND_MEDIA,
    KIND_UNKNOWN,
    WINDOW_OPEN,
    Packet,
    Playout,
    Profile,
    Stream,
    note_arrival,
)
from qos_exporter.dataplane.sequence cimport (
    DUPLICATE,
    IGNORED,
    NEW_EPOCH,
    Arrival,
    accept_sequence,
    begin_epoch,
    received_packets,
    settle_all,
)
from qos_exporter.dataplane.timing cimport time_media, use_clock

cdef enum:
    EVENT_BYTES = 4             # a telephone-event payload (RFC 4733 section 2.3)
    NO_TYPE = 255
    MAX_FRESH_BYTES = 0xFFFF    # no UDP payload is larger
    TWICE_MIN_RECEIVED = 16


cdef inline bint captured_twice(const Stream *stream) noexcept nogil:
    """Nearly every packet came twice: that is the mirror port, not the network."""
    cdef uint64_t received = received_packets(stream)
    return received >= TWICE_MIN_RECEIVED and 4 * <uint64_t>stream.duplicate > 3 * received


cdef inline void count_size(Stream *stream, uint32_t size) noexcept nogil:
    if stream.fresh_packets == FRESH_PACKETS or size + stream.fresh_bytes > MAX_FRESH_BYTES:
        add_fresh(stream)
    stream.fresh_packets += 1
    stream.fresh_bytes += <uint16_t>size


cdef inline uint8_t guess_kind(const Stream *stream, const Packet *packet) noexcept nogil:
    """What an unannounced payload type carries: four bytes beside other media are an event."""
    if (
        packet.payload_type >= 96
        and packet.payload_length == EVENT_BYTES
        and stream.media_type != packet.payload_type
    ):
        return KIND_EVENT
    return KIND_MEDIA


cdef inline void note_type(
    Stream *stream, const Profile *profiles, uint8_t payload_type
) noexcept nogil:
    """A payload type other than the last packet's."""
    stream.payload_types[payload_type >> 6] |= (<uint64_t>1) << (payload_type & 63)
    stream.last_type = payload_type
    stream.last_kind = profiles[stream.profile].kind[payload_type]


cdef inline void take_clock(Stream *stream, const Profile *profile) noexcept nogil:
    """Time the media by the clock rate that signalling, or RFC 3551, gives its type."""
    use_clock(stream, profile.clock_rate[stream.media_type])
    stream.clock_source = CLOCK_SDP if profile.announced[stream.media_type] else CLOCK_STATIC


cdef inline void note_media_type(
    Stream *stream, const Profile *profiles, uint8_t payload_type
) noexcept nogil:
    """The codec of the media: a change of it brings its own clock."""
    if stream.media_type == payload_type:
        if stream.window_types == 0:
            stream.window_types = 1
        return
    stream.media_type = payload_type
    take_clock(stream, &profiles[stream.profile])
    forget_held(stream)
    if stream.window_types < 255:
        stream.window_types += 1


cdef inline bint is_announced_type(const Stream *stream, const Profile *profiles) noexcept nogil:
    return profiles[stream.profile].announced[stream.media_type]


cdef inline void apply_profile(
    Stream *stream, const Profile *profiles, const Playout *playout
) noexcept nogil:
    """Signalling has told (anew) what the payload types are; what was held back can be timed."""
    cdef uint32_t rate
    cdef uint8_t kind
    stream.last_type = NO_TYPE
    if stream.media_type == NO_TYPE:
        return
    kind = profiles[stream.profile].kind[stream.media_type]
    rate = profiles[stream.profile].clock_rate[stream.media_type]
    if kind != KIND_MEDIA and kind != KIND_UNKNOWN:
        forget_held(stream)
        return
    if rate == 0 or (rate == stream.clock_rate and not is_announced_type(stream, profiles)):
        return
    take_clock(stream, &profiles[stream.profile])
    if stream.held != NULL:
        replay_held(stream, playout)
        forget_held(stream)


cdef inline void time_packet(
    Stream *stream, const Packet *packet, int step, bint is_new, const Playout *playout
) noexcept nogil:
    # Where there is a baseline the clock is known, and its rate need not be fetched.
    if stream.state & HAS_BASELINE or stream.clock_rate:
        time_media(
            stream, packet.arrival_ns, packet.rtp_timestamp, packet.marker, step, is_new, playout
        )
    else:
        hold(
            stream, packet.arrival_ns, packet.rtp_timestamp, packet.marker, step, is_new, playout
        )


cdef inline void count_payload(
    Stream *stream,
    const Profile *profiles,
    const Packet *packet,
    int step,
    bint is_new,
    const Playout *playout,
) noexcept nogil:
    cdef uint8_t kind
    if packet.payload_type != stream.last_type:
        note_type(stream, profiles, packet.payload_type)
    kind = stream.last_kind
    if kind == KIND_UNKNOWN:
        kind = guess_kind(stream, packet)
    if kind == KIND_MEDIA:
        if is_new or not captured_twice(stream):
            note_media_type(stream, profiles, packet.payload_type)
            time_packet(stream, packet, step, is_new, playout)
    elif kind == KIND_COMFORT_NOISE:
        stream.state |= AFTER_NOISE
        stream.window_events |= COMFORT_NOISE


cdef inline void count_first(
    Stream *stream, const Profile *profiles, const Packet *packet, const Playout *playout
) noexcept nogil:
    """The first packet of a stream, or of a candidate that starts over."""
    stream.first_ns = packet.arrival_ns
    stream.last_ns = packet.arrival_ns
    stream.window_first_ns = packet.arrival_ns
    begin_second(stream, packet.arrival_ns)
    stream.last_type = NO_TYPE
    stream.media_type = NO_TYPE
    stream.first_type = packet.payload_type
    stream.state |= WINDOW_OPEN
    begin_epoch(stream, packet.sequence_number)
    count_size(stream, packet.size)
    count_payload(stream, profiles, packet, 1, True, playout)


cdef inline void begin_timing(Stream *stream) noexcept nogil:
    """A new epoch: what was timed or held back belongs to the old one."""
    discard_pending(stream)
    stream.state &= ~<uint16_t>HAS_BASELINE
    begin_holding(stream)


cdef inline void count_packet(
    Stream *stream, const Profile *profiles, const Packet *packet, const Playout *playout
) noexcept nogil:
    """Any later packet of a stream."""
    cdef int step = 0
    cdef Arrival arrival = accept_sequence(stream, packet.sequence_number, &step)
    if arrival == IGNORED:
        note_arrival(stream, packet.arrival_ns)
        return
    if not stream.state & WINDOW_OPEN:
        stream.state |= WINDOW_OPEN
        stream.window_first_ns = packet.arrival_ns
    pass_second(stream, packet.arrival_ns)
    count_size(stream, packet.size)
    if arrival == NEW_EPOCH:
        begin_timing(stream)
        step = 1
    count_payload(stream, profiles, packet, step, arrival != DUPLICATE, playout)
    if packet.arrival_ns != stream.baseline_ns:
        note_arrival(stream, packet.arrival_ns)


cdef inline void count_end(Stream *stream, const Playout *playout) noexcept nogil:
    """No more packets will be counted: everything that was held back is decided."""
    settle_clock(stream, playout)
    forget_held(stream)
    settle_all(stream)
    discard_pending(stream)
    close_last_second(stream)
