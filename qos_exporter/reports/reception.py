"""What a receiver says that it lost of one stream (RFC 3550 section 6.4.1).

The cumulative number of packets lost only means something as a difference, because receiving may
have begun long before our tap was there. Three oddities of the field are told apart from it:

* a receiver that has heard nothing at all reports a highest sequence number of 0,
* one that hears nothing any more repeats its last number, though the sender goes on,
* one that starts anew, or whose counters wrap, jumps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from qos_exporter.reports.loss import LOST_MODULUS, SEQUENCE_MODULUS, Loss, is_possible, signed
from qos_exporter.reports.running_loss import RunningLoss

if TYPE_CHECKING:
    from qos_exporter.protocols.rtcp import ReceptionReport
    from qos_exporter.reports.tap import TapCount

DEAF_PACKETS = 25
"""So many packets have to pass before a highest number that stands still means that nothing
arrives: fewer may still be on their way. Half a second of speech."""
DEAF_NS = 1_000_000_000
"""Reports closer together than this say nothing about a standstill."""
MISORDER = 100
"""RFC 3550 A.1: a number that is no further behind came out of order; others are a new start."""


class Anchor(NamedTuple):
    """The report that the next difference is taken from."""

    highest: int
    lost: int
    expected_now: int
    """What had passed the tap when it came."""
    at_ns: int


class Reception:
    """The losses of one stream by its receiver's reports, since the first of them."""

    __slots__ = ("_anchor", "_running")

    def __init__(self) -> None:
        self._anchor: Anchor | None = None
        self._running = RunningLoss()
        """Its guess is what has passed since the anchor."""

    @property
    def is_deaf(self) -> bool:
        """Whether nothing of the stream arrives, by the last report."""
        return self._running.guess.expected > 0

    @property
    def loss(self) -> Loss | None:
        """What was lost since the first report; `None` while there is nothing to compare."""
        total = self._running.total
        return total if total.expected else None

    def take(self, block: ReceptionReport, tap: TapCount, *, now_ns: int, from_start: bool) -> None:
        """Take in a report block.

        `from_start` says that the stream was followed from its first packet on: then the first
        report's cumulative number counts too, else it is only what others are compared with.
        """
        here = Anchor(
            block.extended_highest_sequence_number, block.packets_lost, tap.expected_now, now_ns
        )
        if self._anchor is not None:
            self._compare(self._anchor, here)
        elif block.extended_highest_sequence_number:
            self._begin(here, tap, from_start=from_start)
        elif tap.expected_now >= DEAF_PACKETS:
            # What such a receiver says it lost is 0 or 1. It is everything.
            self._running.guess = Loss(tap.expected_now, tap.expected_now)

    def rebase(self) -> None:
        """Compare the next report with none before: what lies between has not been followed."""
        self._anchor = None
        self._running.settle_guess()

    def _begin(self, here: Anchor, tap: TapCount, *, from_start: bool) -> None:
        self._anchor = here
        if self.is_deaf:
            self._running.settle_guess()
        elif from_start and tap.expected and is_possible(sent=tap.expected, lost=here.lost):
            self._running.settle(Loss(tap.expected, here.lost))

    def _compare(self, anchor: Anchor, here: Anchor) -> None:
        sent = signed(here.highest - anchor.highest, SEQUENCE_MODULUS)
        if sent == 0:
            self._stand_still(anchor, here)
        elif sent > 0 or sent < -MISORDER:
            self._go_on(here, sent, signed(here.lost - anchor.lost, LOST_MODULUS))

    def _stand_still(self, anchor: Anchor, here: Anchor) -> None:
        passed = here.expected_now - anchor.expected_now
        if passed >= DEAF_PACKETS and here.at_ns - anchor.at_ns >= DEAF_NS:
            self._running.guess = Loss(passed, passed)

    def _go_on(self, here: Anchor, sent: int, lost: int) -> None:
        if is_possible(sent=sent, lost=lost):
            self._running.settle(Loss(sent, lost))
        else:
            self._running.settle_guess()
        self._anchor = here
