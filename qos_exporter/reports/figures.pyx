"""Running figures of a quantity of which reports bring one value after another.

Compiled for the sake of memory. Every stream with reports has several of these, a report adds to
most of them, and of a plain object each number is an object of its own, somewhere else.
"""


cdef class RunningFigures:
    """The last, the mean and the largest value so far."""

    cdef readonly long count
    cdef readonly double last
    cdef readonly double max
    cdef readonly double total

    def __cinit__(self):
        self.count = 0
        self.last = self.max = self.total = 0.0

    def add(self, double value):
        self.count += 1
        self.last = value
        self.total += value
        if value > self.max:
            self.max = value

    @property
    def mean(self):
        return self.total / self.count if self.count else 0.0
