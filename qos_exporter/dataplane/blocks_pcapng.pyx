"""Walks the blocks of a pcapng file that hold frames (draft-ietf-opsawg-pcapng section 4).

Section headers and interface descriptions are rare, and stop the walk: the caller reads them, tells
the walker and goes on behind them. Blocks of any other type are stepped over.
"""

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, realloc

from qos_exporter.dataplane.blocks_common cimport (
    NANOSECONDS,
    WalkStatus,
    read16,
    read32,
)
from qos_exporter.dataplane.prefetch cimport prefetch_read
from qos_exporter.dataplane.rows cimport NO_VLAN, FrameRow

cdef enum:
    INTERFACE_DESCRIPTION = 1
    PACKET = 2              # obsolete, still written by old tools
    SIMPLE_PACKET = 3
    ENHANCED_PACKET = 6
    SECTION_HEADER = 0x0A0D0D0A

    BLOCK_OVERHEAD = 12     # type, length, and the length once more at the end
    BLOCK_BODY = 8
    # Wireshark's limit too. It keeps a damaged length from swallowing the rest of the file.
    LARGEST_BLOCK = 16 * 1024 * 1024
    PACKET_FIELDS = 20      # enhanced and obsolete: interface, stamp, captured, length
    SIMPLE_FIELDS = 4       # the length on the wire
    # Enough to hide a miss of the last-level cache; see the pcap walker.
    BLOCKS_AHEAD = 32
    # 2**34 * 1e9 is the largest such product that fits into 64 bits; 0.06 ns are fine enough.
    LARGEST_SHIFT = 34


cdef struct Interface:
    uint64_t multiplier
    uint64_t divisor
    int64_t offset_ns
    uint32_t snaplen        # 0 = no limit
    uint16_t link_type
    uint16_t shift


cdef class Blocks:
    """Where a walk through one pcapng file stands: byte order, interfaces, the latest stamp."""

    cdef Interface *interfaces
    cdef readonly Py_ssize_t interface_count
    cdef Py_ssize_t section_start   # index of the section's interface 0
    cdef bint swapped
    cdef int64_t latest_ns

    def __dealloc__(self):
        free(self.interfaces)

    def begin_section(self, *, bint swapped):
        """Read on in this byte order; interfaces are numbered from 0 again."""
        self.swapped = swapped
        self.section_start = self.interface_count

    def add_interface(
        self,
        *,
        uint16_t link_type,
        uint32_t snaplen,
        uint64_t multiplier,
        uint64_t divisor,
        uint16_t shift,
        int64_t offset_ns,
    ):
        """Describe the section's next interface.

        Its stamps count ticks: of `multiplier / divisor` nanoseconds, or, where `shift` is not 0,
        of `2**-shift` seconds. `offset_ns` is added to each.
        """
        cdef size_t size = (self.interface_count + 1) * sizeof(Interface)
        cdef Interface *grown
        if divisor == 0:
            raise ValueError("a tick cannot be endless")
        grown = <Interface *> realloc(self.interfaces, size)
        if grown == NULL:
            raise MemoryError
        self.interfaces = grown
        grown[self.interface_count] = Interface(
            multiplier=multiplier,
            divisor=divisor,
            offset_ns=offset_ns,
            snaplen=snaplen,
            link_type=link_type,
            shift=shift,
        )
        self.interface_count += 1

    def walk(self, const uint8_t[::1] data, Py_ssize_t position, FrameRow[::1] frames):
        """Index the frames from `position` on; give (frames, position of the next, status).

        A frame's `interface` counts through all sections of the file.
        """
        cdef Py_ssize_t count = 0
        cdef WalkStatus status
        if position < 0 or data.shape[0] == 0 or frames.shape[0] == 0:
            return 0, position, WalkStatus.STARVED
        with nogil:
            status = self._walk(&data[0], data.shape[0], &position, frames, &count)
        return count, position, status

    cdef WalkStatus _walk(
        self,
        const uint8_t *data,
        Py_ssize_t size,
        Py_ssize_t *position,
        FrameRow[::1] frames,
        Py_ssize_t *count,
    ) noexcept nogil:
        cdef uint32_t length = 0
        cdef WalkStatus status = WalkStatus.FULL
        while count[0] < frames.shape[0]:
            status = self._measure(data + position[0], size - position[0], &length)
            if status != WalkStatus.FULL:
                break
            prefetch_read(data + position[0] + BLOCKS_AHEAD * length)
            status = self._read_block(data, position[0], length, &frames[count[0]])
            if status == WalkStatus.FULL:
                count[0] += 1
            elif status != WalkStatus.STARVED:
                break
            status = WalkStatus.FULL
            position[0] += length
        return status

    cdef WalkStatus _measure(
        self, const uint8_t *block, Py_ssize_t left, uint32_t *length
    ) noexcept nogil:
        """Find the length of a block and prove that all of it is there."""
        if left < 4:
            return WalkStatus.STARVED
        # A section header has to be seen before its length is read: it may turn the byte order.
        # Its type reads the same both ways.
        if read32(block, False) == SECTION_HEADER:
            return WalkStatus.SECTION
        if left < BLOCK_BODY:
            return WalkStatus.STARVED
        length[0] = read32(block + 4, self.swapped)
        if length[0] < BLOCK_OVERHEAD or length[0] > LARGEST_BLOCK or length[0] & 3:
            return WalkStatus.BLOCK_LENGTH
        if left < length[0]:
            return WalkStatus.STARVED
        if read32(block + length[0] - 4, self.swapped) != length[0]:
            return WalkStatus.LENGTHS_DIFFER
        return WalkStatus.FULL

    cdef WalkStatus _read_block(
        self, const uint8_t *data, Py_ssize_t at, uint32_t length, FrameRow *frame
    ) noexcept nogil:
        """Index one whole block: FULL if it was a frame, STARVED if it held none."""
        cdef uint32_t block_type = read32(data + at, self.swapped)
        if block_type == ENHANCED_PACKET or block_type == PACKET:
            return self._read_packet(data, at, length, block_type == PACKET, frame)
        if block_type == SIMPLE_PACKET:
            return self._read_simple_packet(data, at, length, frame)
        if block_type == INTERFACE_DESCRIPTION:
            return WalkStatus.INTERFACE
        return WalkStatus.STARVED

    cdef WalkStatus _read_packet(
        self, const uint8_t *data, Py_ssize_t at, uint32_t length, bint obsolete, FrameRow *frame
    ) noexcept nogil:
        cdef const uint8_t *body = data + at + BLOCK_BODY
        cdef uint32_t number, captured
        cdef uint64_t ticks
        cdef Interface *interface
        if length < BLOCK_OVERHEAD + PACKET_FIELDS:
            return WalkStatus.BLOCK_LENGTH
        # The obsolete block has 16 bits of interface, then 16 bits of a drop counter.
        number = read16(body, self.swapped) if obsolete else read32(body, self.swapped)
        interface = self._find(number)
        if interface == NULL:
            return WalkStatus.UNKNOWN_INTERFACE
        captured = read32(body + 12, self.swapped)
        if captured > length - BLOCK_OVERHEAD - PACKET_FIELDS:
            return WalkStatus.CAPTURED_LENGTH
        ticks = <uint64_t> read32(body + 4, self.swapped) << 32 | read32(body + 8, self.swapped)
        self.latest_ns = stamp_ns(interface, ticks)
        self._index(frame, interface, at + BLOCK_BODY + PACKET_FIELDS, captured)
        set_length(frame, read32(body + 16, self.swapped))
        return WalkStatus.FULL

    cdef WalkStatus _read_simple_packet(
        self, const uint8_t *data, Py_ssize_t at, uint32_t length, FrameRow *frame
    ) noexcept nogil:
        """Index a frame that has no stamp: it gets the latest one, which moves no clock."""
        cdef uint32_t on_wire, captured
        cdef Interface *interface = self._find(0)
        if length < BLOCK_OVERHEAD + SIMPLE_FIELDS:
            return WalkStatus.BLOCK_LENGTH
        if interface == NULL:
            return WalkStatus.UNKNOWN_INTERFACE
        on_wire = read32(data + at + BLOCK_BODY, self.swapped)
        captured = min(on_wire, length - BLOCK_OVERHEAD - SIMPLE_FIELDS)
        if interface.snaplen:
            captured = min(captured, interface.snaplen)
        self._index(frame, interface, at + BLOCK_BODY + SIMPLE_FIELDS, captured)
        set_length(frame, on_wire)
        return WalkStatus.FULL

    cdef inline Interface *_find(self, uint32_t number) noexcept nogil:
        if number >= self.interface_count - self.section_start:
            return NULL
        return &self.interfaces[self.section_start + number]

    cdef inline void _index(
        self, FrameRow *frame, Interface *interface, Py_ssize_t offset, uint32_t captured
    ) noexcept nogil:
        frame.offset = offset
        frame.timestamp_ns = self.latest_ns
        frame.captured = captured
        frame.link_type = interface.link_type
        frame.vlan = NO_VLAN
        frame.interface = <uint32_t> (interface - self.interfaces)


cdef inline void set_length(FrameRow *frame, uint32_t length) noexcept nogil:
    # Some writers leave the length on the wire unset.
    frame.length = length if length > frame.captured else frame.captured


cdef inline int64_t stamp_ns(const Interface *interface, uint64_t ticks) noexcept nogil:
    """Turn ticks of the interface's resolution into nanoseconds since 1970.

    A damaged stamp may overflow; unsigned arithmetic then gives some other time, and no fault.
    """
    cdef uint64_t since_offset
    if interface.shift:
        since_offset = binary_ns(ticks, interface.shift)
    else:
        since_offset = ticks * interface.multiplier
        if interface.divisor != 1:
            since_offset //= interface.divisor
    return <int64_t> (since_offset + <uint64_t> interface.offset_ns)


cdef inline uint64_t binary_ns(uint64_t ticks, uint16_t shift) noexcept nogil:
    cdef uint64_t seconds = ticks >> shift if shift < 64 else 0
    cdef uint64_t fraction = ticks - (seconds << shift) if shift < 64 else ticks
    cdef uint16_t excess
    if shift > LARGEST_SHIFT:
        excess = shift - LARGEST_SHIFT
        fraction = fraction >> excess if excess < 64 else 0
        shift = LARGEST_SHIFT
    return seconds * NANOSECONDS + (fraction * NANOSECONDS >> shift)
