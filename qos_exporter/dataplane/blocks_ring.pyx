"""Walks the blocks of a TPACKET_V3 receive ring (linux/if_packet.h), shared with the kernel.

A block is ours from the moment its status says so until we give it back. The status is read with
acquire and written with release ordering, so that no access to a frame moves out of that span.
"""

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t
from libc.string cimport memcpy

from qos_exporter.dataplane.blocks_common cimport NANOSECONDS
from qos_exporter.dataplane.frame cimport vlan_of
from qos_exporter.dataplane.prefetch cimport prefetch_read
from qos_exporter.dataplane.rows cimport NO_VLAN, FrameRow

cdef enum:
    # struct tpacket_block_desc
    BLOCK_STATUS = 8
    BLOCK_FRAMES = 12
    BLOCK_FIRST = 16
    BLOCK_DESCRIPTION = 48

    # struct tpacket3_hdr, then struct sockaddr_ll
    FRAME_HEADER = 48
    ADDRESS_KIND = FRAME_HEADER + 10
    ADDRESS_SIZE = 20

    STATUS_USER = 1
    STATUS_VLAN_VALID = 0x10
    KIND_OUTGOING = 4

    # Frames of one capture are mostly of one size, so the header to come is where the last step
    # says. Another processor wrote it, so it is far away.
    FRAMES_AHEAD = 16


cdef packed struct FrameHeader:
    uint32_t next_offset
    uint32_t seconds
    uint32_t nanoseconds
    uint32_t captured
    uint32_t length
    uint32_t status
    uint16_t link_offset
    uint16_t network_offset
    uint32_t hash
    uint32_t vlan_tci
    uint16_t vlan_tpid


cdef extern from *:
    """
    #define qos_load_acquire(address) __atomic_load_n((address), __ATOMIC_ACQUIRE)
    #define qos_store_release(address, value) \
        __atomic_store_n((address), (value), __ATOMIC_RELEASE)
    """
    uint32_t load_acquire "qos_load_acquire"(const uint32_t *address) noexcept nogil
    void store_release "qos_store_release"(uint32_t *address, uint32_t value) noexcept nogil


cdef inline void fetch_header(const uint8_t *header) noexcept nogil:
    """Have the header of a frame brought in; it may lie on two cache lines."""
    prefetch_read(header)
    prefetch_read(header + FRAME_HEADER - 1)


cdef class RingBlock:
    """One block of a ring: tells when the kernel hands it over, indexes its frames, gives it back.

    `data` is the whole mapping; the block lies at `start` and has `size` bytes. `skip_outgoing`
    leaves out the copies that were taken on the way out.
    """

    cdef uint8_t[::1] data
    cdef Py_ssize_t start
    cdef Py_ssize_t end
    cdef Py_ssize_t position
    cdef uint32_t left
    cdef uint16_t link_type
    cdef uint32_t interface
    cdef bint skip_outgoing

    def __init__(
        self,
        uint8_t[::1] data,
        *,
        Py_ssize_t start,
        Py_ssize_t size,
        uint16_t link_type,
        uint32_t interface,
        bint skip_outgoing,
    ):
        if start < 0 or start % 8 or size < BLOCK_DESCRIPTION or start > data.shape[0] - size:
            raise ValueError("the block does not lie within the ring")
        self.data = data
        self.start = start
        self.end = start + size
        self.link_type = link_type
        self.interface = interface
        self.skip_outgoing = skip_outgoing

    def take(self):
        """Say whether the kernel has handed the block over; if so, its walk begins."""
        if not load_acquire(<const uint32_t *> &self.data[self.start + BLOCK_STATUS]) & STATUS_USER:
            return False
        self.left = self._field(BLOCK_FRAMES)
        self.position = self.start + self._field(BLOCK_FIRST)
        return True

    def walk(self, FrameRow[::1] frames):
        """Index the next frames of the block; 0 when it has no more."""
        cdef Py_ssize_t count
        with nogil:
            count = self._walk(frames)
        return count

    def give_back(self):
        """Let the kernel fill the block again: its frames are no longer ours to look at."""
        store_release(<uint32_t *> &self.data[self.start + BLOCK_STATUS], 0)

    cdef uint32_t _field(self, Py_ssize_t offset) noexcept nogil:
        cdef uint32_t value
        memcpy(&value, &self.data[self.start + offset], 4)
        return value

    cdef Py_ssize_t _walk(self, FrameRow[::1] frames) noexcept nogil:
        cdef Py_ssize_t count = 0
        cdef FrameHeader header
        while self.left and count < frames.shape[0]:
            self.left -= 1
            if self.end - self.position < FRAME_HEADER + ADDRESS_SIZE:
                self.left = 0
                break
            memcpy(&header, &self.data[self.position], sizeof(FrameHeader))
            fetch_header(&self.data[self.position] + FRAMES_AHEAD * <size_t>header.next_offset)
            count += self._index(&header, &frames[count])
            # The last frame of a block has no next one.
            if header.next_offset == 0 or header.next_offset > self.end - self.position:
                self.left = 0
            self.position += header.next_offset
        return count

    cdef bint _index(self, const FrameHeader *header, FrameRow *frame) noexcept nogil:
        """Write the row of one frame; say whether it is wanted."""
        cdef Py_ssize_t offset = self.position + header.link_offset
        if self.skip_outgoing and self.data[self.position + ADDRESS_KIND] == KIND_OUTGOING:
            return False
        if offset > self.end or header.captured > self.end - offset:
            return False
        frame.offset = offset
        frame.timestamp_ns = header.seconds * <int64_t> NANOSECONDS + header.nanoseconds
        frame.captured = header.captured
        frame.length = header.length
        frame.link_type = self.link_type
        frame.vlan = NO_VLAN
        if header.status & STATUS_VLAN_VALID:
            frame.vlan = vlan_of(<uint16_t>header.vlan_tci)
        frame.interface = self.interface
        return True
