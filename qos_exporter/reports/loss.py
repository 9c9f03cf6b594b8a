"""Losses over a stretch of sequence numbers, and differences of counters that wrap."""

from __future__ import annotations

from typing import NamedTuple

LOST_MODULUS = 1 << 24
"""The cumulative number of packets lost is a signed field of 24 bits (RFC 3550 section 6.4.1)."""
SEQUENCE_MODULUS = 1 << 32
"""The extended highest sequence number has 32."""
DROPOUT = 3000
"""RFC 3550 A.1: a sender whose numbers leap further than this has started anew."""
LATE_MAX = 10
"""So many packets that counted as lost may come after all between two reports, or come twice."""


class Loss(NamedTuple):
    """Packets lost of those expected, over the same sequence numbers."""

    expected: int
    lost: int
    """Negative where a receiver got more duplicates than it lost packets."""

    @property
    def ratio(self) -> float:
        """The share that was lost, never negative; 0 where nothing was expected."""
        if self.lost <= 0 or self.expected <= 0:
            return 0.0
        return min(1.0, self.lost / self.expected)


NOTHING = Loss(0, 0)


def since(now: Loss, then: Loss) -> Loss | None:
    """What was added to a running loss since an earlier moment; `None` if it has not grown.

    Never negative.
    """
    expected = now.expected - then.expected
    return Loss(expected, max(0, now.lost - then.lost)) if expected > 0 else None


def signed(difference: int, modulus: int) -> int:
    """Read a difference of two counters that wrap at `modulus` as the nearest number to zero."""
    difference %= modulus
    return difference - modulus if difference >= modulus // 2 else difference


def is_possible(*, sent: int, lost: int) -> bool:
    """Whether so many can have been lost of those sent; anything else is a counter that jumped.

    Duplicates can make the loss negative, but hardly below one duplicate of every packet.
    """
    return -sent <= lost <= sent


def is_continued(*, sent: int, lost: int, count: int) -> bool:
    """Whether a count of lost packets that came to `count` by so many lost has not begun anew.

    Late packets and a few that come twice lower it a little; where all come twice it is soon below
    zero.
    """
    return is_possible(sent=sent, lost=lost) and (count < 0 or lost >= -LATE_MAX)
