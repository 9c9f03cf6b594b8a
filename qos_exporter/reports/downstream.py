"""What was lost between our tap and the receiver: its report less what the tap had missed already.

Both are counted up to the same sequence number, so that packets which are still on their way
between tap and receiver count on neither side, and the difference is none of window edges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from qos_exporter.reports.loss import (
    LOST_MODULUS,
    NOTHING,
    SEQUENCE_MODULUS,
    Loss,
    is_possible,
    signed,
)
from qos_exporter.reports.running_loss import RunningLoss

if TYPE_CHECKING:
    from qos_exporter.protocols.rtcp import ReceptionReport
    from qos_exporter.reports.tap import TapCount


class Pair(NamedTuple):
    """What receiver and tap said up to the same number."""

    highest: int
    lost: int
    tap_expected: int
    tap_lost: int


class Downstream:
    """The loss behind the tap since the first report whose number the tap could place."""

    __slots__ = ("_pair", "_running")

    def __init__(self) -> None:
        self._pair: Pair | None = None
        self._running = RunningLoss()

    @property
    def loss(self) -> Loss | None:
        """Lost behind the tap, of the numbers compared; `None` while nothing could be.

        Never negative: a receiver that gets a number twice reports one lost packet less, and a
        packet may reach the receiver that the tap itself has missed.
        """
        total = self._running.total
        return Loss(total.expected, max(0, total.lost)) if total.expected else None

    def take(
        self, block: ReceptionReport, tap: TapCount, *, is_deaf: bool, from_start: bool
    ) -> None:
        """Take in a report block; `is_deaf` says that it means that nothing arrives."""
        if is_deaf:
            self._running.guess = self._passed(tap)
        elif tap.expected is not None and block.extended_highest_sequence_number:
            here = Pair(
                block.extended_highest_sequence_number, block.packets_lost, tap.expected, tap.lost
            )
            self._settle(here, from_start=from_start)
            self._pair = here

    def _passed(self, tap: TapCount) -> Loss:
        """What has passed the tap since the last comparison."""
        expected, lost = (0, 0) if self._pair is None else self._pair[2:]
        passed = tap.expected_now - expected
        return Loss(passed, passed - (tap.lost_now - lost))

    def _settle(self, here: Pair, *, from_start: bool) -> None:
        if self._pair is not None:
            self._running.settle(difference(here, self._pair))
        elif self._running.guess.expected:
            self._running.settle_guess()
        elif from_start and is_possible(sent=here.tap_expected, lost=here.lost):
            self._running.settle(Loss(here.tap_expected, here.lost - here.tap_lost))


def difference(here: Pair, there: Pair) -> Loss:
    """The loss behind the tap between two reports; none where one side has started anew."""
    sent = signed(here.highest - there.highest, SEQUENCE_MODULUS)
    lost = signed(here.lost - there.lost, LOST_MODULUS)
    is_same_range = sent > 0 and sent == here.tap_expected - there.tap_expected
    if not (is_same_range and is_possible(sent=sent, lost=lost)):
        return NOTHING
    return Loss(sent, lost - (here.tap_lost - there.tap_lost))
