"""When time stamps passed the tap: the last few that one source sent one way.

Compiled for the sake of memory: there is one of these for every source of sender reports, and a
dictionary of eight numbers takes some hundred times what the numbers do.
"""

from libc.stdint cimport int64_t, uint32_t

cdef enum:
    KEPT_STAMPS = 8
    AGAIN_NS = 1_000_000_000    # what comes sooner than this is what was captured twice

KEPT = KEPT_STAMPS


cdef class PassedStamps:
    """The last `KEPT` different ones; the oldest one makes room for the next."""

    cdef uint32_t stamps[KEPT_STAMPS]
    cdef int64_t passed_ns[KEPT_STAMPS]
    cdef int count
    cdef int next

    def __cinit__(self):
        self.count = 0
        self.next = 0

    def note(self, uint32_t stamp, int64_t at_ns):
        """Remember when a time stamp passed, the first time if it was captured twice.

        A clock that stands still makes the same one for every report: then the last one counts.
        """
        cdef int position = self.find(stamp)
        if position >= 0:
            if at_ns - self.passed_ns[position] >= AGAIN_NS:
                self.passed_ns[position] = at_ns
            return
        self.stamps[self.next] = stamp
        self.passed_ns[self.next] = at_ns
        self.next = (self.next + 1) % KEPT_STAMPS
        if self.count < KEPT_STAMPS:
            self.count += 1

    def get(self, uint32_t stamp):
        """When it passed; `None` of one that did not, or too long ago."""
        cdef int position = self.find(stamp)
        return None if position < 0 else self.passed_ns[position]

    @property
    def latest_ns(self):
        cdef int64_t latest_ns = 0
        cdef int position
        for position in range(self.count):
            latest_ns = max(latest_ns, self.passed_ns[position])
        return latest_ns

    cdef int find(self, uint32_t stamp) noexcept:
        cdef int position
        for position in range(self.count):
            if self.stamps[position] == stamp:
                return position
        return -1
