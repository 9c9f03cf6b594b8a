"""From the link layer to UDP: what a frame carries, without copying any of it.

Every read is checked against the bytes that were captured. A frame yields a datagram, or the
reason why it does not.
"""

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

from qos_exporter.dataplane.rows cimport NO_VLAN

cdef enum Carries:
    UDP_DATAGRAM = 0
    NO_LINK_TYPE
    TRUNCATED
    NOT_IP
    BAD_IP_HEADER
    ICMP_MESSAGE
    OTHER_TRANSPORT
    BAD_UDP_LENGTH
    IP_FRAGMENT
    TCP_SEGMENT
    TUNNEL

ctypedef struct Datagram:
    uint64_t src_high
    uint64_t src_low
    uint64_t dst_high
    uint64_t dst_low
    uint16_t wide               # an address is not IPv4
    uint32_t ports              # as they stand on the wire: source in the first two bytes
    uint16_t src_port
    uint16_t dst_port
    uint16_t vlan
    uint32_t payload            # where the UDP payload begins in the frame
    uint32_t captured           # bytes of it that were captured
    uint32_t length             # bytes of it that were on the wire

cdef extern from *:
    """
    #include <stdint.h>
    #include <string.h>
    static inline uint16_t qos_be16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
    static inline uint32_t qos_be32(const uint8_t *p) {
        return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    }
    static inline uint64_t qos_raw64(const uint8_t *p) { uint64_t v; memcpy(&v, p, 8); return v; }
    static inline uint32_t qos_raw32(const uint8_t *p) { uint32_t v; memcpy(&v, p, 4); return v; }
    #if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    #define QOS_MAPPED(word) ((uint64_t)(word) << 32 | UINT64_C(0xffff0000))
    #else
    #define QOS_MAPPED(word) ((uint64_t)(word) | UINT64_C(0xffff) << 32)
    #endif
    static inline uint64_t qos_v4_low(const uint8_t *p) { return QOS_MAPPED(qos_raw32(p)); }
    """
    uint16_t be16 "qos_be16"(const uint8_t *p) noexcept nogil
    uint32_t be32 "qos_be32"(const uint8_t *p) noexcept nogil
    uint64_t raw64 "qos_raw64"(const uint8_t *p) noexcept nogil
    uint32_t raw32 "qos_raw32"(const uint8_t *p) noexcept nogil
    uint64_t v4_low "qos_v4_low"(const uint8_t *p) noexcept nogil

cdef enum:
    ETHERTYPE_IPV4 = 0x0800
    ETHERTYPE_IPV6 = 0x86DD
    ETHERTYPE_VLAN = 0x8100
    ETHERTYPE_QINQ = 0x88A8
    ETHERTYPE_QINQ_OLD = 0x9100
    ETHERTYPE_MPLS = 0x8847
    ETHERTYPE_MPLS_MULTICAST = 0x8848
    ETHERTYPE_PPPOE = 0x8864


cdef inline bint is_vlan(uint16_t ethertype) noexcept nogil:
    return (
        ethertype == ETHERTYPE_VLAN
        or ethertype == ETHERTYPE_QINQ
        or ethertype == ETHERTYPE_QINQ_OLD
    )


cdef inline uint16_t vlan_of(uint16_t tci) noexcept nogil:
    """The VLAN that a tag names: number 0 is none, as then it tells a priority and nothing else.

    IEEE 802.1Q clause 9.6. The bits of the priority may differ between the packets of one stream.
    """
    cdef uint16_t number = tci & 0x0FFF
    return number if number else NO_VLAN


cdef inline Carries read_udp(
    const uint8_t *frame, uint32_t at, uint32_t captured, uint32_t ip_length, Datagram *out
) noexcept nogil:
    """The UDP header at `at`; `ip_length` bytes are left of the IP packet from there on."""
    cdef uint32_t length
    if captured < at + 8:
        return TRUNCATED
    out.ports = raw32(frame + at)
    out.src_port = be16(frame + at)
    out.dst_port = be16(frame + at + 2)
    length = be16(frame + at + 4)
    if length < 8 or length > ip_length:
        return BAD_UDP_LENGTH
    out.payload = at + 8
    out.length = length - 8
    out.captured = min(out.length, captured - out.payload)
    return UDP_DATAGRAM


cdef inline Carries by_protocol(uint8_t protocol) noexcept nogil:
    """What an IP protocol number other than UDP is to us."""
    if protocol == 6:
        return TCP_SEGMENT
    if protocol == 1 or protocol == 58:
        return ICMP_MESSAGE
    if protocol == 4 or protocol == 41 or protocol == 47:
        return TUNNEL
    return OTHER_TRANSPORT


cdef inline Carries read_transport(
    const uint8_t *frame, uint32_t at, uint32_t captured, uint8_t protocol, uint32_t ip_length,
    Datagram *out,
) noexcept nogil:
    cdef Carries carries
    if protocol == 17:
        return read_udp(frame, at, captured, ip_length, out)
    carries = by_protocol(protocol)
    if carries == TCP_SEGMENT and captured >= at + 4:
        out.src_port = be16(frame + at)
        out.dst_port = be16(frame + at + 2)
    return carries


cdef inline Carries read_ipv4(
    const uint8_t *frame, uint32_t at, uint32_t captured, uint32_t length, Datagram *out
) noexcept nogil:
    cdef uint32_t header
    cdef uint32_t total
    if captured < at + 20:
        return TRUNCATED
    header = (frame[at] & 15) * 4
    total = be16(frame + at + 2)
    if total == 0:
        total = length - at     # segmentation offload leaves the length to the card
    if header < 20 or total < header:
        return BAD_IP_HEADER
    if total > length - at:
        return TRUNCATED
    out.wide = 0
    out.src_high = 0
    out.src_low = v4_low(frame + at + 12)
    out.dst_high = 0
    out.dst_low = v4_low(frame + at + 16)
    if be16(frame + at + 6) & 0x3FFF:
        return IP_FRAGMENT
    return read_transport(frame, at + header, captured, frame[at + 9], total - header, out)


cdef inline bint is_mapped(const uint8_t *address) noexcept nogil:
    """Whether an IPv6 address is an IPv4 one (RFC 4291 section 2.5.5.2)."""
    return raw64(address) == 0 and raw64(address + 8) == v4_low(address + 12)


cdef inline bint is_extension(uint8_t protocol) noexcept nogil:
    """IPv6 extension headers that only have to be stepped over (RFC 7045)."""
    return (
        protocol == 0
        or protocol == 43
        or protocol == 51
        or protocol == 60
        or protocol == 135
        or protocol == 139
        or protocol == 140
    )


cdef inline bint is_whole(const uint8_t *fragment) noexcept nogil:
    """Whether all of a packet follows its fragment header (RFC 6946), which translators write."""
    return be16(fragment + 2) & 0xFFF9 == 0


cdef inline uint32_t extension_size(const uint8_t *extension, uint8_t protocol) noexcept nogil:
    """AH counts its length in words, less two; the second byte of a fragment header is none."""
    if protocol == 44:
        return 8
    return (extension[1] + 2) * 4 if protocol == 51 else (extension[1] + 1) * 8


cdef inline Carries read_ipv6(
    const uint8_t *frame, uint32_t at, uint32_t captured, uint32_t length, Datagram *out
) noexcept nogil:
    cdef uint8_t protocol
    cdef uint32_t end
    cdef uint32_t size
    if captured < at + 40:
        return TRUNCATED
    end = at + 40 + be16(frame + at + 4)
    if end > length:
        return TRUNCATED
    out.src_high = raw64(frame + at + 8)
    out.src_low = raw64(frame + at + 16)
    out.dst_high = raw64(frame + at + 24)
    out.dst_low = raw64(frame + at + 32)
    out.wide = not (is_mapped(frame + at + 8) and is_mapped(frame + at + 24))
    protocol = frame[at + 6]
    at += 40
    while is_extension(protocol) or protocol == 44:
        if captured < at + 8:
            return TRUNCATED
        if protocol == 44 and not is_whole(frame + at):
            return IP_FRAGMENT
        size = extension_size(frame + at, protocol)
        protocol = frame[at]
        if at + size > end:
            return BAD_IP_HEADER
        at += size
    return read_transport(frame, at, captured, protocol, end - at, out)


cdef inline Carries read_ip(
    const uint8_t *frame, uint32_t at, uint32_t captured, uint32_t length, Datagram *out
) noexcept nogil:
    """An IP packet of either version, told by its first four bits."""
    cdef uint8_t version
    if captured <= at:
        return TRUNCATED
    version = frame[at] >> 4
    if version == 4:
        return read_ipv4(frame, at, captured, length, out)
    if version == 6:
        return read_ipv6(frame, at, captured, length, out)
    return NOT_IP


cdef inline Carries read_network(
    const uint8_t *frame, uint16_t ethertype, uint32_t at, uint32_t captured, uint32_t length,
    Datagram *out,
) noexcept nogil:
    """What follows an EtherType; tags are stepped over, and the outermost one is remembered."""
    while is_vlan(ethertype):
        if captured < at + 4:
            return TRUNCATED
        if out.vlan == NO_VLAN:
            out.vlan = vlan_of(be16(frame + at))
        ethertype = be16(frame + at + 2)
        at += 4
    if ethertype == ETHERTYPE_IPV4 or ethertype == ETHERTYPE_IPV6:
        return read_ip(frame, at, captured, length, out)
    if (
        ethertype == ETHERTYPE_MPLS
        or ethertype == ETHERTYPE_MPLS_MULTICAST
        or ethertype == ETHERTYPE_PPPOE
    ):
        return TUNNEL
    return NOT_IP


cdef inline Carries read_null(
    const uint8_t *frame, uint32_t captured, uint32_t length, Datagram *out
) noexcept nogil:
    """BSD loopback: an address family in the byte order of whoever captured it."""
    if captured < 5:
        return TRUNCATED
    if frame[0] and frame[3]:
        return NOT_IP
    return read_ip(frame, 4, captured, length, out)


cdef inline Carries read_frame(
    const uint8_t *frame, uint16_t link_type, uint32_t captured, uint32_t length, Datagram *out
) noexcept nogil:
    """A frame of any link type that we know, by its LINKTYPE_ number."""
    if link_type == 1:
        if captured < 14:
            return TRUNCATED
        return read_network(frame, be16(frame + 12), 14, captured, length, out)
    if link_type == 113:
        if captured < 16:
            return TRUNCATED
        return read_network(frame, be16(frame + 14), 16, captured, length, out)
    if link_type == 276:
        if captured < 20:
            return TRUNCATED
        return read_network(frame, be16(frame), 20, captured, length, out)
    if link_type == 101 or link_type == 228 or link_type == 229:
        return read_ip(frame, 0, captured, length, out)
    if link_type == 0 or link_type == 108:
        return read_null(frame, captured, length, out)
    return NO_LINK_TYPE
