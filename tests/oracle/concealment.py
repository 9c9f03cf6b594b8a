"""Seconds in which the listener heard concealment instead of speech."""

from __future__ import annotations

SECOND_NS = 1_000_000_000
SEVERE_NS = 50_000_000


class ConcealedSeconds:
    """Cuts the stream into seconds and counts those that needed concealment.

    A second begins with the first packet after the end of the one before: silence has no seconds.
    """

    def __init__(self) -> None:
        self.second_end_ns: int | None = None
        self.conceal_ns = 0
        self.concealed_s = 0
        self.severely_concealed_s = 0

    def packet(self, arrival_ns: int) -> None:
        """Note that a packet arrived: a second may be over."""
        if self.second_end_ns is not None and arrival_ns < self.second_end_ns:
            return
        if self.second_end_ns is not None:
            self.close_second()
        self.second_end_ns = arrival_ns + SECOND_NS

    def conceal(self, duration_ns: int) -> None:
        """Note that so much speech is missing."""
        self.conceal_ns += duration_ns

    def close_second(self) -> None:
        """Count the second by how much of it was concealed.

        What is more than a second stands for whole seconds of an outage, and its rest for a part of
        the next one.
        """
        if self.conceal_ns <= SECOND_NS:
            self._count(self.conceal_ns)
            self.conceal_ns = 0
        while self.conceal_ns > SECOND_NS:
            self._count(SECOND_NS)
            self.conceal_ns -= SECOND_NS

    def close(self) -> None:
        """The stream is over, and with it the last second."""
        self.close_second()
        self.close_second()

    def _count(self, concealed_ns: int) -> None:
        self.concealed_s += concealed_ns > 0
        self.severely_concealed_s += concealed_ns > SEVERE_NS
