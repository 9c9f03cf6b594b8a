"""A loss that grows with every report, and what is only guessed of it so far.

Compiled for the sake of memory, like the running figures.
"""

from qos_exporter.reports.loss import DROPOUT, NOTHING, Loss

from libc.stdint cimport int64_t

cdef object new_tuple = tuple.__new__
cdef int64_t PLAIN_UP_TO = DROPOUT


def is_plain(int64_t sent, int64_t lost):
    return 0 < sent <= PLAIN_UP_TO and 0 <= lost <= sent


cdef class RunningLoss:
    """What is settled, and what has passed a receiver that seems to hear nothing.

    The latter is a guess until the receiver's highest number moves again: then the receiver says
    itself what it missed.
    """

    cdef int64_t expected
    cdef int64_t lost
    cdef public object guess

    def __cinit__(self):
        self.expected = 0
        self.lost = 0
        self.guess = NOTHING

    @property
    def total(self):
        if self.guess is NOTHING:
            return new_tuple(Loss, (self.expected, self.lost))
        return Loss(self.expected + self.guess.expected, self.lost + self.guess.lost)

    def settle(self, int64_t expected, int64_t lost):
        self.expected += expected
        self.lost += lost
        self.guess = NOTHING

    def settle_guess(self):
        self.settle(self.guess.expected, self.guess.lost)
