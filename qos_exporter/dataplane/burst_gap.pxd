"""Bursts of loss (RFC 3611 section 4.7.2): losses with fewer than Gmin received between them.

Work is done where a number settles as lost, and nowhere else: a packet that came costs nothing.
Lost packets only; what the simulated playout buffer discards is no loss of the network.
"""

from libc.stdint cimport uint32_t

from qos_exporter.dataplane.records cimport Stream

cdef enum:
    GMIN = 16                   # as RFC 3611 section 4.7.6 recommends


cdef inline bint is_burst(const Stream *stream) noexcept nogil:
    """Whether the latest losses make a burst already; one alone is part of a gap."""
    return stream.cluster_lost > 1


cdef inline uint32_t cluster_packets(const Stream *stream) noexcept nogil:
    return stream.cluster_last - stream.cluster_first + 1


cdef inline void add_burst(Stream *stream, uint32_t packets, uint32_t lost) noexcept nogil:
    stream.bursts += 1
    stream.burst_packets += packets
    stream.burst_lost += lost


cdef inline void close_cluster(Stream *stream) noexcept nogil:
    """Gmin packets came since the last loss, or the numbers end here."""
    if is_burst(stream):
        add_burst(stream, cluster_packets(stream), stream.cluster_lost)
    stream.cluster_lost = 0


cdef inline void add_losses(Stream *stream, uint32_t number, uint32_t count) noexcept nogil:
    """`count` numbers from `number` on are lost; they settle in order."""
    if stream.cluster_lost == 0 or number - stream.cluster_last > GMIN:
        close_cluster(stream)
        stream.cluster_first = number
    stream.cluster_lost += count
    stream.cluster_last = number + count - 1
