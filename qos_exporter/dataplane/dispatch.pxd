"""What becomes of a frame: media to count, bytes for the slow path, or a counter by reason."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t
from libc.string cimport memcpy

from qos_exporter.dataplane.classify cimport (
    IS_BAD_RTP,
    IS_CUT,
    IS_DTLS,
    IS_RTCP,
    IS_RTP,
    IS_SIP,
    IS_STUN,
    IS_TUNNELLED,
    IS_TURN,
    IS_ZRTP,
    Protocol,
    classify,
    is_binding,
)
from qos_exporter.dataplane.core cimport Core, is_sip_port, push_slow
from qos_exporter.dataplane.frame cimport (
    BAD_IP_HEADER,
    BAD_UDP_LENGTH,
    ICMP_MESSAGE,
    IP_FRAGMENT,
    NO_LINK_TYPE,
    NOT_IP,
    TCP_SEGMENT,
    TRUNCATED,
    TUNNEL,
    UDP_DATAGRAM,
    Carries,
    Datagram,
    read_frame,
)
from qos_exporter.dataplane.plain cimport read_plain
from qos_exporter.dataplane.prefetch cimport prefetch
from qos_exporter.dataplane.records cimport Packet
from qos_exporter.dataplane.rows cimport (
    REASON_BAD_IP_HEADER,
    REASON_BAD_RTP,
    REASON_BAD_UDP_LENGTH,
    REASON_DTLS,
    REASON_FRAGMENT,
    REASON_ICMP,
    REASON_LINK_TYPE,
    REASON_NOT_IP,
    REASON_NOT_RTP,
    REASON_OTHER_TRANSPORT,
    REASON_STUN,
    REASON_TCP_SIP,
    REASON_TRUNCATED,
    REASON_TUNNEL,
    REASON_TURN,
    REASON_ZRTP,
    SLOW_FRAGMENT,
    SLOW_RTCP,
    SLOW_SIP,
    SLOW_STUN,
    SLOW_TCP,
    SLOW_TUNNEL,
    FrameRow,
    SlowKind,
    SlowRow,
)
from qos_exporter.dataplane.stream_table cimport fold_addresses, hash_key

cdef enum Disposition:
    IS_MEDIA = 0                # a packet of the group
    IS_COUNTED = 1              # nothing more to do
    IS_CONTROL = 2              # signalling: what follows must wait until it was understood


cdef inline int reason_of_frame(Carries carries) noexcept nogil:
    """The counter of a frame without a datagram."""
    if carries == NO_LINK_TYPE:
        return REASON_LINK_TYPE
    if carries == TRUNCATED:
        return REASON_TRUNCATED
    if carries == NOT_IP:
        return REASON_NOT_IP
    if carries == BAD_IP_HEADER:
        return REASON_BAD_IP_HEADER
    if carries == ICMP_MESSAGE:
        return REASON_ICMP
    if carries == BAD_UDP_LENGTH:
        return REASON_BAD_UDP_LENGTH
    return REASON_OTHER_TRANSPORT


cdef inline int reason_of_datagram(Protocol protocol) noexcept nogil:
    """The counter of a datagram that is neither media nor signalling."""
    if protocol == IS_STUN:
        return REASON_STUN
    if protocol == IS_DTLS:
        return REASON_DTLS
    if protocol == IS_ZRTP:
        return REASON_ZRTP
    if protocol == IS_TURN:
        return REASON_TURN
    if protocol == IS_CUT:
        return REASON_TRUNCATED
    return REASON_BAD_RTP if protocol == IS_BAD_RTP else REASON_NOT_RTP


cdef inline void hand_over(
    Core *core,
    const FrameRow *frame,
    const Datagram *datagram,
    SlowKind kind,
    uint32_t at,
    uint32_t length,
) noexcept nogil:
    """Give bytes of the frame to the slow path: `length` of them from `at`."""
    cdef SlowRow row
    row.kind = kind
    row.timestamp_ns = frame.timestamp_ns
    row.offset = frame.offset + at
    row.length = length
    memcpy(row.src, &datagram.src_high, 8)
    memcpy(row.src + 8, &datagram.src_low, 8)
    memcpy(row.dst, &datagram.dst_high, 8)
    memcpy(row.dst + 8, &datagram.dst_low, 8)
    row.src_port = datagram.src_port
    row.dst_port = datagram.dst_port
    row.link_type = frame.link_type
    push_slow(core, row)


cdef inline Disposition set_aside(
    Core *core, const FrameRow *frame, const Datagram *datagram, Carries carries
) noexcept nogil:
    """A frame without a datagram: fragments, tunnels and TCP on SIP ports are for the slow path."""
    if carries == IP_FRAGMENT:
        hand_over(core, frame, datagram, SLOW_FRAGMENT, 0, frame.captured)
        core.reasons[REASON_FRAGMENT] += 1
    elif carries == TUNNEL:
        hand_over(core, frame, datagram, SLOW_TUNNEL, 0, frame.captured)
        core.reasons[REASON_TUNNEL] += 1
    elif carries == TCP_SEGMENT and (
        is_sip_port(core, datagram.src_port) or is_sip_port(core, datagram.dst_port)
    ):
        hand_over(core, frame, datagram, SLOW_TCP, 0, frame.captured)
        core.reasons[REASON_TCP_SIP] += 1
    else:
        core.reasons[reason_of_frame(carries)] += 1
    return IS_COUNTED


cdef inline void take_media(
    const Core *core, const FrameRow *frame, uint16_t vlan, Packet *packet
) noexcept nogil:
    """Complete what was read of an RTP packet, and have its index slot brought in."""
    packet.arrival_ns = frame.timestamp_ns
    packet.key.addresses = fold_addresses(packet.key.src_low, packet.key.dst_low)
    packet.key.vlan = vlan if core.vlan_in_key else 0
    packet.hash = hash_key(&core.table, &packet.key)
    prefetch(&core.table.index[packet.hash & core.table.index_mask])


cdef inline void take_key(const Datagram *datagram, Packet *packet) noexcept nogil:
    packet.key.src_high = datagram.src_high
    packet.key.src_low = datagram.src_low
    packet.key.dst_high = datagram.dst_high
    packet.key.dst_low = datagram.dst_low
    packet.key.ports = datagram.ports
    packet.key.wide = datagram.wide


cdef inline Disposition take_datagram(
    Core *core, const FrameRow *frame, const Datagram *datagram, const uint8_t *data, Packet *packet
) noexcept nogil:
    cdef bint on_sip_port = is_sip_port(core, datagram.src_port) or is_sip_port(
        core, datagram.dst_port
    )
    cdef Protocol protocol = classify(data, datagram, on_sip_port, packet)
    if protocol == IS_RTP:
        take_key(datagram, packet)
        take_media(core, frame, datagram.vlan, packet)
        return IS_MEDIA
    if protocol == IS_SIP:
        hand_over(core, frame, datagram, SLOW_SIP, datagram.payload, datagram.captured)
        return IS_CONTROL
    if protocol == IS_RTCP:
        # It is about the packets before it, which have to be counted first.
        hand_over(core, frame, datagram, SLOW_RTCP, datagram.payload, datagram.captured)
        return IS_CONTROL
    if protocol == IS_STUN and is_binding(data):
        hand_over(core, frame, datagram, SLOW_STUN, datagram.payload, datagram.captured)
        return IS_COUNTED
    if protocol == IS_TUNNELLED:
        hand_over(core, frame, datagram, SLOW_TUNNEL, 0, frame.captured)
        core.reasons[REASON_TUNNEL] += 1
    else:
        core.reasons[reason_of_datagram(protocol)] += 1
    return IS_COUNTED


cdef inline Disposition take_frame(
    Core *core, const FrameRow *frame, const uint8_t *data, Packet *packet
) noexcept nogil:
    cdef Datagram datagram
    cdef Carries carries
    if read_plain(data, frame, packet):
        take_media(core, frame, frame.vlan, packet)
        return IS_MEDIA
    datagram.vlan = frame.vlan
    datagram.src_port = 0
    datagram.dst_port = 0
    carries = read_frame(data, frame.link_type, frame.captured, frame.length, &datagram)
    if carries == UDP_DATAGRAM:
        return take_datagram(core, frame, &datagram, data + datagram.payload, packet)
    datagram.src_high = datagram.src_low = datagram.dst_high = datagram.dst_low = 0
    return set_aside(core, frame, &datagram, carries)
