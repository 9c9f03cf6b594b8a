"""A short cut for the frame that nearly all media comes in: RTP, UDP, IPv4 and Ethernet, no extras.

It takes nothing that the long way of frame.pxd and classify.pxd would not take in the same way;
whatever is odd about a frame, if only an option, is left to that.
"""

from libc.stdint cimport uint8_t, uint16_t, uint32_t

from qos_exporter.dataplane.classify cimport RTP_HEADER
from qos_exporter.dataplane.frame cimport be16, be32, raw32, v4_low
from qos_exporter.dataplane.records cimport Packet
from qos_exporter.dataplane.rows cimport FrameRow

cdef enum:
    LINK_ETHERNET = 1
    IP = 14                     # where the headers begin
    UDP = IP + 20
    RTP = UDP + 8
    PLAIN_HEADERS = RTP + RTP_HEADER
    IPV4_OF_20_BYTES = 0x080045  # EtherType, version and header length
    DO_NOT_FRAGMENT = 0x4000


cdef inline bint is_plain_ip(const uint8_t *frame) noexcept nogil:
    """UDP in IPv4, whole and without options."""
    return (
        be32(frame + 12) >> 8 == IPV4_OF_20_BYTES
        and be16(frame + IP + 6) & ~DO_NOT_FRAGMENT == 0
        and frame[IP + 9] == 17
    )


cdef inline bint is_plain_rtp(const uint8_t *rtp) noexcept nogil:
    """Version 2 and no more than the header, which is not one of RTCP (RFC 5761 section 4)."""
    return rtp[0] == 0x80 and not 192 <= rtp[1] <= 223


cdef inline bint read_plain(
    const uint8_t *frame, const FrameRow *row, Packet *packet
) noexcept nogil:
    """Read such a frame, all but the VLAN; False where it is none, and nothing was read."""
    cdef uint32_t length
    if row.link_type != LINK_ETHERNET or row.captured < PLAIN_HEADERS:
        return False
    if not is_plain_ip(frame) or not is_plain_rtp(frame + RTP):
        return False
    length = be16(frame + UDP + 4)
    if length < 8 + RTP_HEADER or be16(frame + IP + 2) != length + 20 or row.length < UDP + length:
        return False
    packet.key.src_high = packet.key.dst_high = 0
    packet.key.src_low = v4_low(frame + IP + 12)
    packet.key.dst_low = v4_low(frame + IP + 16)
    packet.key.wide = 0
    packet.key.ports = raw32(frame + UDP)
    packet.key.ssrc = be32(frame + RTP + 8)
    packet.marker = frame[RTP + 1] >> 7
    packet.payload_type = frame[RTP + 1] & 127
    packet.sequence_number = be16(frame + RTP + 2)
    packet.rtp_timestamp = be32(frame + RTP + 4)
    packet.size = length - 8
    packet.payload_length = packet.size - RTP_HEADER
    packet.rtp = frame + RTP
    packet.captured = min(packet.size, row.captured - RTP)
    return True
