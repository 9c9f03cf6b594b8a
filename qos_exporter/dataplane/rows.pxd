"""The C side of the tables in rows.py, column by column."""

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from qos_exporter.dataplane.records cimport RUN_BUCKETS, VARIATION_BUCKETS

cdef enum:
    NO_VLAN = 0xFFFF            # as in frames.py

cdef packed struct FrameRow:
    uint64_t offset
    int64_t timestamp_ns
    uint32_t captured
    uint32_t length
    uint16_t link_type
    uint16_t vlan
    uint32_t interface

cdef packed struct WindowRow:
    uint32_t slot
    uint64_t serial
    uint32_t group
    uint32_t profile
    uint8_t payload_type
    uint8_t payload_types_seen
    uint16_t flags
    int64_t first_ns
    int64_t last_ns
    int64_t media_ns
    uint32_t expected
    uint32_t received
    uint32_t lost
    uint32_t lost_for_good
    uint32_t duplicate
    uint32_t reordered
    uint32_t discarded
    uint32_t loss_runs
    uint16_t concealed_s
    uint16_t severely_concealed_s
    uint64_t bytes
    double jitter_last_s
    double jitter_mean_s
    double jitter_max_s
    double delay_variation_max_s
    double playout_delay_s
    double delay_variation_sum_s
    uint32_t loss_run_packets
    uint32_t clock_rate
    uint32_t delay_variation_histogram[VARIATION_BUCKETS]
    uint32_t loss_run_histogram[RUN_BUCKETS]

cdef packed struct TotalsRow:
    uint32_t slot
    uint64_t serial
    uint8_t payload_types[16]
    uint8_t payload_type
    uint8_t clock_source
    uint16_t flags
    uint32_t clock_rate
    int64_t first_ns
    int64_t last_ns
    uint64_t expected
    uint64_t received
    uint64_t lost
    uint32_t duplicate
    uint32_t reordered
    uint32_t discarded
    uint32_t ignored
    uint32_t restarts
    uint32_t stopped_gaps
    uint32_t loss_runs
    uint32_t concealed_s
    uint32_t severely_concealed_s
    uint32_t bursts
    uint32_t burst_packets
    uint32_t burst_lost
    uint32_t packet_ns
    uint64_t bytes
    int64_t media_ns
    uint32_t jitter_count
    double jitter_last_s
    double jitter_mean_s
    double jitter_max_s
    double delay_variation_max_s
    double playout_delay_s

cdef struct SlowRow:
    uint8_t kind
    int64_t timestamp_ns
    uint64_t offset
    uint32_t length
    uint8_t src[16]
    uint8_t dst[16]
    uint16_t src_port
    uint16_t dst_port
    uint16_t link_type

cdef enum RowFlags:
    ROW_RESTARTED = 1
    ROW_COMFORT_NOISE = 2
    ROW_ENDED = 4
    ROW_STOPPED_GAP = 8
    ROW_CAPTURED_TWICE = 16
    ROW_MUTED = 32
    ROW_EVICTED = 64

cdef enum SlowKind:
    SLOW_SIP = 1
    SLOW_FRAGMENT = 2
    SLOW_TCP = 3
    SLOW_TUNNEL = 4
    SLOW_RTCP = 5
    SLOW_STUN = 6

cdef enum:
    REASON_LINK_TYPE = 0
    REASON_TRUNCATED
    REASON_NOT_IP
    REASON_BAD_IP_HEADER
    REASON_ICMP
    REASON_OTHER_TRANSPORT
    REASON_BAD_UDP_LENGTH
    REASON_STUN
    REASON_DTLS
    REASON_ZRTP
    REASON_TURN
    REASON_NOT_RTP
    REASON_BAD_RTP
    REASON_IMPLAUSIBLE
    REASON_UNPROVEN
    REASON_AFTER_CALL
    REASON_FRAGMENT
    REASON_TCP_SIP
    REASON_TUNNEL
    REASON_COUNT
