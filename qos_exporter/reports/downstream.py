"""What was lost between our tap and the receiver: its report less what the tap had missed already.

Both are counted up to the same sequence number, so that packets which are still on their way
between tap and receiver count on neither side, and the difference is none of window edges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.reports.loss import (
    LOST_MODULUS,
    NOTHING,
    SEQUENCE_MODULUS,
    Loss,
    is_continued,
    is_possible,
    signed,
)
from qos_exporter.reports.running_loss import RunningLoss, is_plain

if TYPE_CHECKING:
    from qos_exporter.protocols.rtcp import ReceptionReport
    from qos_exporter.reports.tap import Tap


class Downstream(RunningLoss):
    """The loss behind the tap since the first report whose number the tap could place."""

    __slots__ = ("_block", "_tap_expected", "_tap_lost")

    def __init__(self) -> None:
        super().__init__()
        self._block: ReceptionReport | None = None
        """The last report whose number the tap could place."""
        self._tap_expected = 0
        """What the tap said up to the same number. So does `_tap_lost`."""
        self._tap_lost = 0

    @property
    def loss(self) -> Loss | None:
        """Lost behind the tap, of the numbers compared; `None` while nothing could be.

        Never negative: a receiver that gets a number twice reports one lost packet less, and a
        packet may reach the receiver that the tap itself has missed.
        """
        total = self.total
        return Loss(total.expected, max(0, total.lost)) if total.expected else None

    def take(self, block: ReceptionReport, tap: Tap, *, is_deaf: bool, from_start: bool) -> None:
        """Take in a report block; `is_deaf` says that it means that nothing arrives."""
        if is_deaf:
            self.guess = self._passed(tap)
        elif tap.expected is not None and block.extended_highest_sequence_number:
            if self._block is None:
                self._begin(block.packets_lost, tap.expected, tap.lost, from_start=from_start)
            else:
                self._compare(self._block, block, tap.expected, tap.lost)
            self._block, self._tap_expected, self._tap_lost = block, tap.expected, tap.lost

    def change_receiver(self) -> None:
        """Compare no report with those of another receiver, and believe no guess about that one."""
        self._block = None
        self.guess = NOTHING

    def _passed(self, tap: Tap) -> Loss:
        """What has passed the tap since the last comparison."""
        passed = tap.expected_now - self._tap_expected
        return Loss(passed, passed - (tap.lost_now - self._tap_lost))

    def _begin(self, lost: int, tap_expected: int, tap_lost: int, *, from_start: bool) -> None:
        if self.guess.expected:
            self.settle_guess()
        elif from_start and is_possible(sent=tap_expected, lost=lost):
            self.settle(tap_expected, lost - tap_lost)

    def _compare(
        self, there: ReceptionReport, here: ReceptionReport, tap_expected: int, tap_lost: int
    ) -> None:
        """Settle what was lost between two reports, or guessed where one side has started anew."""
        sent = here.extended_highest_sequence_number - there.extended_highest_sequence_number
        lost = here.packets_lost - there.packets_lost
        is_sound = is_plain(sent, lost)
        if not is_sound:
            sent, lost = signed(sent, SEQUENCE_MODULUS), signed(lost, LOST_MODULUS)
            is_sound = sent > 0 and is_continued(sent=sent, lost=lost, count=here.packets_lost)
        if is_sound and sent == tap_expected - self._tap_expected:
            self.settle(sent, lost - (tap_lost - self._tap_lost))
        else:
            self.settle_guess()
