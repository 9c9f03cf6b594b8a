"""The endpoints that SDP has announced: a stream to or from one needs no proof that it is RTP."""

from libc.stdint cimport uint16_t, uint64_t
from libc.stdlib cimport calloc, free

from qos_exporter.dataplane.stream_table cimport mix

ctypedef struct Announced:
    uint64_t high
    uint64_t low
    uint64_t port               # + 1 << 16, so that an empty slot is told from port 0

ctypedef struct EndpointSet:
    Announced *slots
    uint64_t mask
    uint64_t entries
    uint64_t seed


cdef inline uint64_t endpoint_home(
    const EndpointSet *known, const Announced *endpoint
) noexcept nogil:
    """By a seeded hash: nobody can announce thousands of addresses that collide."""
    cdef uint64_t value = mix(endpoint.low * <uint64_t>0x9E3779B97F4A7C15 + known.seed)
    value = mix((value ^ endpoint.high) * <uint64_t>0xC2B2AE3D27D4EB4F + endpoint.port)
    return mix(value + known.seed) & known.mask


cdef inline bint same_endpoint(const Announced *left, const Announced *right) noexcept nogil:
    return left.low == right.low and left.port == right.port and left.high == right.high


cdef inline uint64_t endpoint_position(
    const EndpointSet *known, const Announced *endpoint
) noexcept nogil:
    """Where the endpoint is, or the empty slot where it would be."""
    cdef uint64_t position = endpoint_home(known, endpoint)
    while known.slots[position].port and not same_endpoint(&known.slots[position], endpoint):
        position = (position + 1) & known.mask
    return position


cdef inline Announced make_announced(uint64_t high, uint64_t low, uint16_t port) noexcept nogil:
    cdef Announced endpoint
    endpoint.high = high
    endpoint.low = low
    endpoint.port = port + (1 << 16)
    return endpoint


cdef inline bint knows_endpoint(
    const EndpointSet *known, uint64_t high, uint64_t low, uint16_t port
) noexcept nogil:
    cdef Announced endpoint = make_announced(high, low, port)
    if known.entries == 0:
        return False
    return known.slots[endpoint_position(known, &endpoint)].port != 0


cdef inline bint resize_endpoints(EndpointSet *known, uint64_t size) noexcept nogil:
    cdef EndpointSet larger
    cdef uint64_t position
    larger.slots = <Announced *>calloc(size, sizeof(Announced))
    larger.mask = size - 1
    larger.entries = known.entries
    larger.seed = known.seed
    if larger.slots == NULL:
        return False
    if known.slots != NULL:
        for position in range(known.mask + 1):
            if known.slots[position].port:
                larger.slots[endpoint_position(&larger, &known.slots[position])] = (
                    known.slots[position]
                )
        free(known.slots)
    known[0] = larger
    return True


cdef inline bint add_endpoint(
    EndpointSet *known, uint64_t high, uint64_t low, uint16_t port
) noexcept nogil:
    cdef Announced endpoint = make_announced(high, low, port)
    cdef uint64_t position
    if known.slots == NULL and not resize_endpoints(known, 1024):
        return False
    if 2 * (known.entries + 1) > known.mask and not resize_endpoints(known, 2 * (known.mask + 1)):
        return False
    position = endpoint_position(known, &endpoint)
    if known.slots[position].port == 0:
        known.slots[position] = endpoint
        known.entries += 1
    return True


cdef inline void remove_endpoint(
    EndpointSet *known, uint64_t high, uint64_t low, uint16_t port
) noexcept nogil:
    """Take it out and shift back what probing had pushed past it."""
    cdef Announced endpoint = make_announced(high, low, port)
    cdef uint64_t gap
    cdef uint64_t position
    if known.entries == 0:
        return
    gap = endpoint_position(known, &endpoint)
    if known.slots[gap].port == 0:
        return
    position = (gap + 1) & known.mask
    while known.slots[position].port:
        if (
            (position - endpoint_home(known, &known.slots[position])) & known.mask
        ) >= ((position - gap) & known.mask):
            known.slots[gap] = known.slots[position]
            gap = position
        position = (position + 1) & known.mask
    known.slots[gap].port = 0
    known.entries -= 1
