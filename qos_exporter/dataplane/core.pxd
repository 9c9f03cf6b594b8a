"""All the state of one kernel in one C struct, so that the packet path needs no Python object."""

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport realloc

from qos_exporter.dataplane.endpoints cimport EndpointSet
from qos_exporter.dataplane.records cimport Playout, Profile
from qos_exporter.dataplane.rows cimport REASON_COUNT, SlowRow
from qos_exporter.dataplane.stream_table cimport StreamTable

cdef enum:
    GROUP = 32

ctypedef struct StartedSlots:
    uint32_t *slots
    uint32_t count
    uint32_t capacity

ctypedef struct SlowFrames:
    SlowRow *rows
    uint32_t count
    uint32_t capacity

ctypedef struct Core:
    StreamTable table
    EndpointSet announced
    Profile *profiles
    uint32_t profile_count
    Playout playout
    bint vlan_in_key
    int64_t window_ns
    int64_t window_end_ns       # 0 until the first frame
    int64_t now_ns              # the latest timestamp seen
    int64_t idle_ns             # a silent stream ends after this
    int64_t candidate_ns        # a candidate without proof goes after this
    uint64_t next_serial
    uint64_t frames
    uint64_t bytes
    uint64_t rtp_packets
    uint64_t evictions
    int64_t full_until_ns       # nothing gives way to newcomers before
    uint64_t reasons[REASON_COUNT]
    uint8_t sip_ports[8192]     # one bit a port
    StartedSlots started        # of streams that nobody was told of yet
    SlowFrames slow


cdef inline bint is_sip_port(const Core *core, uint16_t port) noexcept nogil:
    return (core.sip_ports[port >> 3] >> (port & 7)) & 1


cdef inline void push_started(Core *core, uint32_t slot) noexcept nogil:
    cdef uint32_t capacity
    cdef void *slots
    if core.started.count == core.started.capacity:
        capacity = core.started.capacity * 2 + 256
        slots = realloc(core.started.slots, capacity * sizeof(uint32_t))
        if slots == NULL:
            return
        core.started.slots = <uint32_t *>slots
        core.started.capacity = capacity
    core.started.slots[core.started.count] = slot
    core.started.count += 1


cdef inline void push_slow(Core *core, SlowRow row) noexcept nogil:
    cdef uint32_t capacity
    cdef void *rows
    if core.slow.count == core.slow.capacity:
        capacity = core.slow.capacity * 2 + 256
        rows = realloc(core.slow.rows, capacity * sizeof(SlowRow))
        if rows == NULL:
            return
        core.slow.rows = <SlowRow *>rows
        core.slow.capacity = capacity
    core.slow.rows[core.slow.count] = row
    core.slow.count += 1
