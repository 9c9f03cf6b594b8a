"""Packets that the kernel shows as one datagram, because it sends or forwards them together.

A sender may hand over a burst at once (UDP_SEGMENT), and a host that forwards may join what arrived
in a burst (udp(7) with `rx-udp-gro-forwarding` or `rx-gro-list`). Until the network card takes them
apart, such packets have one header of IP and UDP, and lie behind one another: all of one length but
the last, which may be shorter. Nothing in the header tells, but each begins with its RTP header.
"""

from libc.stdint cimport int16_t, uint8_t, uint16_t, uint32_t

from qos_exporter.dataplane.classify cimport IS_RTP, RTP_HEADER, read_rtp
from qos_exporter.dataplane.frame cimport Datagram, be16, raw32
from qos_exporter.dataplane.records cimport Packet, Stream

cdef enum:
    SSRC = 8
    SSRC_END = 11               # its last byte: of the four it is the least often 0
    NEAR = 16                   # numbers of packets behind one another may be so far apart
    MOST_TRIES = 64             # of a random payload of 1400 bytes, 5 are like the one looked for


cdef extern from "string.h" nogil:
    const void *memchr(const void *data, int wanted, size_t size)


cdef inline bint is_long(const Stream *stream, const Packet *packet) noexcept nogil:
    """Whether a packet is so much longer than the stream's latest that it may be several."""
    cdef uint32_t packets = stream.fresh_packets
    return packet.size * packets >= stream.fresh_bytes + RTP_HEADER * packets


cdef inline bint is_next(const uint8_t *first, const uint8_t *other) noexcept nogil:
    """Whether two RTP headers are of one stream, and of about the same time.

    By chance, one place in 2**45 looks like it.
    """
    cdef int16_t ahead = <int16_t>(be16(other + 2) - be16(first + 2))
    return (
        raw32(first + SSRC) == raw32(other + SSRC) and other[0] >> 6 == 2 and -NEAR <= ahead <= NEAR
    )


cdef inline uint32_t segment_length(const Packet *packet) noexcept nogil:
    """Where the second packet begins in what was read as one; 0 if it is one, or cannot be told."""
    cdef const uint8_t *first = packet.rtp
    cdef const uint8_t *end = first + packet.captured
    cdef const uint8_t *found = first + RTP_HEADER + SSRC_END
    cdef int tries = 0
    while found < end and tries < MOST_TRIES:
        found = <const uint8_t *>memchr(found, first[SSRC_END], end - found)
        if found == NULL:
            return 0
        if is_next(first, found - SSRC_END):
            return found - SSRC_END - first
        found += 1
        tries += 1
    return 0


cdef inline bint read_segment(
    const Packet *whole, uint32_t start, uint32_t length, Packet *packet
) noexcept nogil:
    """Read one of several packets; False where another one is, such as RTCP, or no more."""
    cdef Datagram datagram
    cdef uint32_t before = start - length if start else 0
    if start + RTP_HEADER > whole.captured or not is_next(whole.rtp + before, whole.rtp + start):
        return False
    packet[0] = whole[0]
    datagram.length = min(length, whole.size - start)
    datagram.captured = min(datagram.length, whole.captured - start)
    return read_rtp(whole.rtp + start, &datagram, packet) == IS_RTP
