"""A loss that grows with every report, and what is only guessed of it so far."""

from __future__ import annotations

from qos_exporter.reports.loss import NOTHING, Loss, joined


class RunningLoss:
    """What is settled, and what has passed a receiver that seems to hear nothing.

    The latter is a guess until the receiver's highest number moves again: then the receiver says
    itself what it missed.
    """

    __slots__ = ("guess", "settled")

    def __init__(self) -> None:
        self.settled = NOTHING
        self.guess = NOTHING

    @property
    def total(self) -> Loss:
        """Everything so far, the guess included."""
        return joined(self.settled, self.guess)

    def settle(self, loss: Loss) -> None:
        """Add what a report told, which takes the place of the guess."""
        self.settled = joined(self.settled, loss)
        self.guess = NOTHING

    def settle_guess(self) -> None:
        """Keep the guess: no report will ever tell better."""
        self.settle(self.guess)
