"""Looks through the timestamps of a batch, which is done for every frame there is."""

from libc.stdint cimport int64_t, uint64_t


def find_jump(
    const int64_t[:] stamps_ns, Py_ssize_t start, int64_t latest_ns, int64_t jump_ns
):
    """Give the first position from `start` on that is further than `jump_ns` from the latest time.

    The latest time is `latest_ns`, and of each stamp that is later; it is given too. Without a
    jump the position is the end.
    """
    cdef Py_ssize_t position
    cdef uint64_t from_lowest       # without sign, so that no stamp is too far off to be compared
    for position in range(start, stamps_ns.shape[0]):
        from_lowest = <uint64_t>stamps_ns[position] - <uint64_t>latest_ns + <uint64_t>jump_ns
        if from_lowest > 2 * <uint64_t>jump_ns:
            return position, latest_ns
        if stamps_ns[position] > latest_ns:
            latest_ns = stamps_ns[position]
    return stamps_ns.shape[0], latest_ns
