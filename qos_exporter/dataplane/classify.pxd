"""What a datagram is, by its first byte (RFC 7983) and, for RTP and RTCP, its second (RFC 5761)."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t

from qos_exporter.dataplane.frame cimport Datagram, be16, be32
from qos_exporter.dataplane.records cimport Packet

cdef enum Protocol:
    IS_RTP = 0
    IS_STUN
    IS_DTLS
    IS_ZRTP
    IS_TURN
    IS_RTCP
    IS_SIP
    IS_TUNNELLED
    IS_BAD_RTP
    IS_CUT
    IS_OTHER

cdef enum:
    MAGIC_COOKIE = 0x2112A442   # RFC 8489 section 5
    RTP_HEADER = 12
    NO_LENGTH = 0xFFFFFFFF      # of a payload whose padding cannot be told
    MIN_SIP = 16                # the shortest start line there can be is longer
    PORT_VXLAN = 4789
    PORT_GENEVE = 6081
    PORT_GTP_U = 2152
    PORT_TZSP = 37008


cdef inline bint starts_like_sip(const uint8_t *data, uint32_t length) noexcept nogil:
    """`SIP/2.0 ` or one of the methods, told by the first four bytes."""
    cdef uint32_t word
    if length < MIN_SIP:
        return False
    word = be32(data)
    return (
        word == 0x5349502F      # SIP/
        or word == 0x494E5649   # INVITE
        or word == 0x41434B20   # ACK
        or word == 0x42594520   # BYE
        or word == 0x43414E43   # CANCEL
        or word == 0x5052414B   # PRACK
        or word == 0x55504441   # UPDATE
        or word == 0x4F505449   # OPTIONS
        or word == 0x52454749   # REGISTER
        or word == 0x494E464F   # INFO
        or word == 0x53554253   # SUBSCRIBE
        or word == 0x4E4F5449   # NOTIFY
        or word == 0x5055424C   # PUBLISH
        or word == 0x4D455353   # MESSAGE
        or word == 0x52454645   # REFER
    )


cdef inline bint is_tunnel(const Datagram *datagram, const uint8_t *data) noexcept nogil:
    """A frame inside the datagram; RTP that happens to use such a port was told apart before."""
    cdef uint16_t port = datagram.dst_port
    if datagram.captured < 8:
        return False
    if port == PORT_VXLAN:
        return data[0] == 0x08 and data[1] == 0
    if port == PORT_GENEVE:
        return data[0] >> 6 == 0 and be16(data + 2) == 0x6558
    if port == PORT_GTP_U:
        return data[0] >> 4 == 3 and data[1] == 0xFF
    return port == PORT_TZSP and data[0] == 1


cdef inline Protocol by_first_byte(uint8_t first) noexcept nogil:
    """RFC 7983 section 7."""
    if first < 4:
        return IS_STUN
    if 16 <= first < 20:
        return IS_ZRTP
    if 20 <= first < 64:
        return IS_DTLS
    return IS_TURN if 64 <= first < 80 else IS_OTHER


cdef inline bint is_stun(const Datagram *datagram, const uint8_t *data) noexcept nogil:
    """Its magic cookie, or (RFC 3489, before there was one) a length that fits."""
    if datagram.captured < 20:
        return False
    return be32(data + 4) == MAGIC_COOKIE or <uint32_t>be16(data + 2) + 20 == datagram.length


cdef inline bint is_binding(const uint8_t *data) noexcept nogil:
    """Whether a STUN message is a Binding request or its success response (RFC 8489 section 5)."""
    cdef uint16_t message_type = be16(data)
    return (message_type == 0x0001 or message_type == 0x0101) and be32(data + 4) == MAGIC_COOKIE


cdef inline bint is_plausible(uint8_t payload_type, uint32_t payload_length) noexcept nogil:
    """Whether what nobody announced may be RTP: an assigned or dynamic type, and some media."""
    if payload_length == 0 or payload_length > 1500:
        return False
    return (
        payload_type >= 96
        or payload_type <= 18
        or payload_type == 19
        or payload_type == 25
        or payload_type == 26
        or payload_type == 28
        or 31 <= payload_type <= 34
    )


cdef inline Protocol unless_cut(const Datagram *datagram, Protocol whole) noexcept nogil:
    """What a datagram is that ends too early: `whole`, if it was captured to its end."""
    return IS_CUT if datagram.captured < datagram.length else whole


cdef inline void leave_out_padding(Packet *packet, uint8_t padding) noexcept nogil:
    """The last byte counts the padding, except in SRTP: there it is of the authentication tag."""
    if 0 < padding <= packet.payload_length:
        packet.payload_length -= padding
    else:
        packet.payload_length = NO_LENGTH


cdef inline Protocol read_rtp(
    const uint8_t *data, const Datagram *datagram, Packet *packet
) noexcept nogil:
    """The RTP header (RFC 3550 section 5.1); lengths are those of the wire, not of the capture."""
    cdef uint32_t header
    if datagram.captured < RTP_HEADER:
        return unless_cut(datagram, IS_BAD_RTP)
    header = RTP_HEADER + 4 * (data[0] & 15)
    if data[0] & 0x10:
        if datagram.captured < header + 4:
            return unless_cut(datagram, IS_BAD_RTP)
        header += 4 + 4 * <uint32_t>be16(data + header + 2)
    if header > datagram.length:
        return IS_BAD_RTP
    packet.marker = data[1] >> 7
    packet.payload_type = data[1] & 127
    packet.sequence_number = be16(data + 2)
    packet.rtp_timestamp = be32(data + 4)
    packet.key.ssrc = be32(data + 8)
    packet.payload_length = datagram.length - header
    if data[0] & 0x20 and datagram.captured == datagram.length:
        leave_out_padding(packet, data[datagram.length - 1])
    packet.size = datagram.length
    packet.rtp = data
    packet.captured = datagram.captured
    return IS_RTP


cdef inline Protocol classify(
    const uint8_t *data, const Datagram *datagram, bint on_sip_port, Packet *packet
) noexcept nogil:
    cdef Protocol protocol
    if datagram.captured < 4:
        return unless_cut(datagram, IS_OTHER)
    if data[0] >> 6 == 2:
        if 192 <= data[1] <= 223:
            return IS_RTCP
        return read_rtp(data, datagram, packet)
    if starts_like_sip(data, datagram.captured):
        return IS_SIP
    if is_tunnel(datagram, data):
        return IS_TUNNELLED
    protocol = by_first_byte(data[0])
    if protocol == IS_STUN and not is_stun(datagram, data):
        protocol = IS_OTHER
    if on_sip_port and protocol != IS_STUN:
        return IS_SIP
    return protocol
