"""The records that the kernel keeps: one per stream, hottest fields first."""

from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

cdef enum:
    REORDER_WINDOW = 128
    MAX_DROPOUT = 3000          # RFC 3550 A.1
    MAX_LOSS_RUN = 1024
    VARIATION_BUCKETS = 12
    NEAR_BUCKETS = 5            # of them, up to 70 ms, are counted where packets are
    FRESH_PACKETS = 255         # so that the small counters of a record do not overflow
    RUN_BUCKETS = 11
    HELD_PACKETS = 256
    PAYLOAD_TYPES = 128

cdef enum StreamState:
    IN_USE = 1
    PROVEN = 2
    MUTED = 4                   # its call is over: later packets count nowhere
    ENDED = 8                   # out of the index, waits for its last window row
    REPORTED = 16               # the last window row went out
    AFTER_NOISE = 32
    HAS_BASELINE = 64
    HAS_PLAYOUT = 128
    PENDING_LATE = 256          # the verdict on a late packet waits
    WIDE = 512                  # an address is not IPv4
    EVICTED = 1024
    HAS_BAD_SEQ = 2048
    IN_RUN = 4096               # the last number that settled was lost
    WINDOW_OPEN = 8192          # a packet came since the last window row
    FORWARD_APART = 16384       # the last packet was not the one ahead of all others
    PENDING_TWICE = 32768       # on two

cdef enum WindowEvent:
    RESTARTED = 1
    STOPPED_GAP = 2
    COMFORT_NOISE = 4

cdef enum ClockSource:
    CLOCK_UNKNOWN = 0
    CLOCK_STATIC = 1
    CLOCK_SDP = 2
    CLOCK_FROM_TIMESTAMPS = 3

cdef enum PayloadKind:
    KIND_UNKNOWN = 0
    KIND_MEDIA = 1
    KIND_EVENT = 2
    KIND_COMFORT_NOISE = 3

ctypedef struct Key:
    uint64_t src_high
    uint64_t src_low
    uint64_t dst_high
    uint64_t dst_low
    uint32_t ports              # as they stand on the wire: source in the first two bytes
    uint32_t ssrc
    uint64_t addresses          # both, folded; of IPv4 nothing is lost
    uint16_t vlan
    uint16_t wide               # an address is not IPv4

ctypedef struct Packet:
    Key key
    uint64_t hash
    int64_t arrival_ns
    const uint8_t *rtp          # in the frame, and how much of it was captured
    uint32_t captured
    uint32_t rtp_timestamp
    uint32_t size
    uint32_t payload_length
    uint32_t candidate
    uint16_t sequence_number
    uint8_t payload_type
    uint8_t marker

ctypedef struct HeldPacket:
    int64_t arrival_ns
    uint32_t rtp_timestamp
    int16_t step
    uint8_t marker
    uint8_t state               # HELD_NEW, and AFTER_NOISE

ctypedef struct HeldPackets:
    HeldPacket packets[HELD_PACKETS]
    uint32_t count
    uint32_t attempts
    int64_t check_after_ns

ctypedef struct Profile:
    uint32_t clock_rate[PAYLOAD_TYPES]
    uint8_t kind[PAYLOAD_TYPES]
    uint8_t announced[PAYLOAD_TYPES]

# What the last window row ended with: a row is the difference from here.
ctypedef struct Mark:
    uint64_t bytes
    int64_t media_ns
    double jitter_sum_ns
    uint32_t expected
    uint32_t lost
    uint32_t received
    uint32_t jitter_count
    uint32_t duplicate
    uint32_t reordered
    uint32_t discarded
    uint32_t loss_runs
    uint32_t run_packets
    uint32_t lost_for_good

# The first 128 bytes, two cache lines that a processor fetches as a pair, are all that a packet in
# sequence touches. So they hold what a packet changes in the smallest form: what is `fresh_` has
# yet to be added to the whole. What is below is for the rarer events and for window rows.
ctypedef struct Stream:
    uint64_t addresses          # the fields of Key
    uint32_t ports
    uint32_t ssrc
    uint16_t vlan
    uint16_t state
    uint8_t last_type           # payload type of the last packet, and its kind
    uint8_t last_kind
    uint8_t media_type          # payload type of the last media packet
    uint8_t window_types        # media types in the open window
    uint64_t marks[2]
    int64_t due_ns              # a second or a bucket of the playout buffer ends
    int64_t baseline_ns         # arrival of the last media packet, and its timestamp
    int64_t over_before_ns      # its transit time above the floor of the bucket before
    int64_t over_now_ns         # and of this one
    double jitter_ns
    double window_jitter_max_ns
    uint32_t max_seq
    uint32_t baseline_timestamp
    uint32_t step_ns            # media time of a packet in sequence; 0 is unknown
    uint32_t delay_ns           # of the playout buffer
    uint32_t fresh_difference_ns
    uint32_t fresh_variation_sum_ns
    uint32_t fresh_variation_max_ns
    uint16_t step_ticks         # the same in ticks
    uint16_t fresh_bytes
    uint8_t fresh_packets
    uint8_t fresh_timed
    uint8_t fresh_steps
    uint8_t fresh_variation[NEAR_BUCKETS]
    # rarer
    uint64_t src_high           # the other fields of Key; of dst_low see stream_table
    uint64_t src_low
    uint64_t dst_high
    uint32_t base_seq
    uint32_t clock_rate         # of the media type; 0 is unknown
    int64_t last_ns             # of packets that are not the baseline
    int64_t second_end_ns
    int64_t bucket_end_ns
    uint32_t peak_now_ns        # at most MAX_FRESH_NS, which is more than any buffer holds
    uint32_t peak_before_ns
    int64_t media_ns
    int64_t window_variation_sum_ns
    int64_t window_variation_max_ns
    double difference_sum_ns    # all the differences that jitter was made of: see jitter_sum
    uint64_t bytes
    uint32_t group
    uint32_t jitter_count
    uint32_t packet_ns
    uint32_t forward_timestamp
    uint32_t expected_prior     # as all that counts packets: of a thousand a second, for 49 days
    uint32_t current_run
    uint32_t lost
    uint32_t duplicate
    uint32_t discarded
    uint32_t reordered
    uint32_t ignored
    uint32_t loss_runs
    uint32_t concealed_s
    uint32_t severely_concealed_s
    uint16_t restarts
    uint16_t stopped_gaps
    uint32_t pending_timestamp
    int64_t conceal_ns          # of the running second, and what spills over
    int64_t pending_over_ns     # as `over_before_ns`
    int64_t muted_ns
    int64_t window_first_ns
    int64_t first_ns
    int64_t variation_max_ns
    double jitter_max_ns
    uint64_t payload_types[2]
    uint64_t serial
    HeldPackets *held
    uint16_t profile
    uint16_t bad_seq
    uint8_t clock_source
    uint8_t first_type
    uint8_t window_events       # the sum of what has happened since the last window row
    uint16_t window_concealed_s
    uint16_t window_severely_concealed_s
    uint32_t window_runs[RUN_BUCKETS]
    uint32_t window_variation[VARIATION_BUCKETS]
    Mark mark
    uint32_t cluster_first      # numbers of the latest losses that lie near each other
    uint32_t cluster_last
    uint32_t cluster_lost
    uint32_t bursts
    uint32_t burst_packets
    uint32_t burst_lost

ctypedef struct Playout:
    int64_t nominal_ns
    int64_t min_ns
    int64_t max_ns
    bint adaptive


cdef inline int64_t last_packet_ns(const Stream *stream) noexcept nogil:
    """When the latest packet of a stream arrived."""
    return max(stream.last_ns, stream.baseline_ns)


cdef inline uint8_t shown_type(const Stream *stream) noexcept nogil:
    """The payload type of the media, or of whatever came first where no media did."""
    return stream.media_type if stream.media_type < 128 else stream.first_type


cdef inline void note_arrival(Stream *stream, int64_t arrival_ns) noexcept nogil:
    """A packet arrived that does not become, or no longer is, the baseline."""
    if arrival_ns > stream.last_ns:
        stream.last_ns = arrival_ns
