"""What the walkers of capture formats share: reading numbers, and why they stop."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t
from libc.string cimport memcpy


cpdef enum WalkStatus:
    FULL = 0                # the index is full; there may be more frames
    STARVED = 1             # what is left of the data does not hold a whole record
    SECTION = 2             # a pcapng section header stands here
    INTERFACE = 3           # a pcapng interface description stands here
    BLOCK_LENGTH = 4        # a length that no block can have
    LENGTHS_DIFFER = 5      # the two lengths of a pcapng block differ
    CAPTURED_LENGTH = 6     # a captured length that no frame can have
    UNKNOWN_INTERFACE = 7   # a frame of an interface that was never described
    BLANK = 8               # zeros, as a disk that was full or a crash leaves them
    ANOTHER_FILE = 9        # the header of a file that somebody appended


cdef enum:
    NANOSECONDS = 1_000_000_000


cdef extern from *:
    """
    #define qos_swap16(value) __builtin_bswap16(value)
    #define qos_swap32(value) __builtin_bswap32(value)
    """
    uint16_t swap16 "qos_swap16"(uint16_t value) noexcept nogil
    uint32_t swap32 "qos_swap32"(uint32_t value) noexcept nogil


cdef inline uint16_t read16(const uint8_t *data, bint swapped) noexcept nogil:
    """Read 16 bits at any alignment; `swapped` where the byte order is not this machine's."""
    cdef uint16_t value
    memcpy(&value, data, 2)
    return swap16(value) if swapped else value


cdef inline uint32_t read32(const uint8_t *data, bint swapped) noexcept nogil:
    """Read 32 bits at any alignment; `swapped` where the byte order is not this machine's."""
    cdef uint32_t value
    memcpy(&value, data, 4)
    return swap32(value) if swapped else value
