"""What a receiver says that it lost of one stream (RFC 3550 section 6.4.1).

The cumulative number of packets lost only means something as a difference, because receiving may
have begun long before our tap was there. Three oddities of the field are told apart from it:

* a receiver that has heard nothing at all reports a highest sequence number of 0,
* one that hears nothing any more repeats its last number, though the sender goes on,
* one that starts anew, or whose counters wrap, jumps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.reports.loss import (
    DROPOUT,
    LOST_MODULUS,
    NOTHING,
    SEQUENCE_MODULUS,
    Loss,
    is_continued,
    is_possible,
    signed,
)
from qos_exporter.reports.running_loss import RunningLoss, is_plain
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from qos_exporter.protocols.rtcp import ReceptionReport
    from qos_exporter.reports.tap import Tap

DEAF_PACKETS = 25
"""So many packets have to pass before a highest number that stands still means that nothing
arrives: fewer may still be on their way. Half a second of speech."""
DEAF_NS = SECOND_NS
"""Reports closer together than this say nothing about a standstill."""
MISORDER = 100
"""RFC 3550 A.1: a number that is no further behind came out of order; others are a new start."""


class Reception(RunningLoss):
    """The losses of one stream by its receiver's reports, since the first of them.

    The guess is what has passed since the anchor, which is the report that the next difference is
    taken from.
    """

    __slots__ = ("_anchor", "_anchor_ns", "_passed")

    def __init__(self) -> None:
        super().__init__()
        self._anchor: ReceptionReport | None = None
        self._anchor_ns = 0
        self._passed = 0
        """What had passed the tap when it came."""

    @property
    def is_deaf(self) -> bool:
        """Whether nothing of the stream arrives, by the last report."""
        return self.guess.expected > 0

    @property
    def loss(self) -> Loss | None:
        """What was lost since the first report; `None` while there is nothing to compare."""
        total = self.total
        return total if total.expected else None

    def take(self, block: ReceptionReport, tap: Tap, *, now_ns: int, from_start: bool) -> None:
        """Take in a report block.

        `from_start` says that the stream was followed from its first packet on: then the first
        report's cumulative number counts too, else it is only what others are compared with.
        """
        anchor = self._anchor
        if anchor is not None:
            sent = block.extended_highest_sequence_number - anchor.extended_highest_sequence_number
            lost = block.packets_lost - anchor.packets_lost
            if is_plain(sent, lost):
                self.settle(sent, lost)
                self._anchor, self._anchor_ns, self._passed = block, now_ns, tap.expected_now
            else:
                self._compare(sent, lost, block, tap, now_ns)
        elif block.extended_highest_sequence_number:
            self._begin(block, tap, from_start=from_start)
            self._anchor_at(block, tap, now_ns)
        elif (passed := tap.expected_now - self._passed) >= DEAF_PACKETS:
            # What such a receiver says it lost is 0 or 1. It is everything, since another heard it.
            self.guess = Loss(passed, passed)

    def rebase(self) -> None:
        """Compare the next report with none before: what lies between has not been followed."""
        self._anchor = None
        self.settle_guess()

    def change_receiver(self) -> None:
        """Compare no report with those of another receiver, and believe no guess about that one."""
        self._anchor = None
        self.guess = NOTHING

    def _anchor_at(self, block: ReceptionReport, tap: Tap, now_ns: int) -> None:
        self._anchor, self._anchor_ns, self._passed = block, now_ns, tap.expected_now

    def _begin(self, block: ReceptionReport, tap: Tap, *, from_start: bool) -> None:
        lost = block.packets_lost
        if self.is_deaf:
            self.settle_guess()
        elif from_start and tap.expected and is_possible(sent=tap.expected, lost=lost):
            self.settle(tap.expected, lost)

    def _compare(self, sent: int, lost: int, block: ReceptionReport, tap: Tap, now_ns: int) -> None:
        """Take in differences whose counters may have wrapped, jumped or fallen, or stood still."""
        sent, lost = signed(sent, SEQUENCE_MODULUS), signed(lost, LOST_MODULUS)
        if sent == 0:
            self._stand_still(tap, now_ns)
        elif sent > 0 or sent < -MISORDER:
            self._go_on(sent, lost, tap, count=block.packets_lost)
            self._anchor_at(block, tap, now_ns)

    def _stand_still(self, tap: Tap, now_ns: int) -> None:
        passed = tap.expected_now - self._passed
        if passed >= DEAF_PACKETS and now_ns - self._anchor_ns >= DEAF_NS:
            self.guess = Loss(passed, passed)

    def _go_on(self, sent: int, lost: int, tap: Tap, *, count: int) -> None:
        if is_continued(sent=sent, lost=lost, count=count) and not self._leaps(sent, tap):
            self.settle(sent, lost)
        else:
            self.settle_guess()

    def _leaps(self, sent: int, tap: Tap) -> bool:
        """Whether the number went far beyond what passed the tap, if the stream passes it at all.

        Then the sender has started anew, higher up, and the receiver has, too.
        """
        return tap.expected_now > 0 and sent - (tap.expected_now - self._passed) > DROPOUT
