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
        """Count the second by how much of it was concealed."""
        self.concealed_s += self.conceal_ns > 0
        self.severely_concealed_s += self.conceal_ns > SEVERE_NS
        self.conceal_ns = 0
