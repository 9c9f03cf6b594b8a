"""A loss that grows with every report, and what is only guessed of it so far."""

from qos_exporter.reports.loss import Loss

def is_plain(sent: int, lost: int) -> bool:
    """Whether differences of the two counters are what they seem: none wrapped, jumped or fell.

    That is so between nearly any two reports, and much cheaper to see than what else it may be: of
    such numbers `signed` changes nothing, `is_possible` finds nothing, and no sender that started
    anew leapt so little.
    """

class RunningLoss:
    """What is settled, and what has passed a receiver that seems to hear nothing.

    The latter is a guess until the receiver's highest number moves again: then the receiver says
    itself what it missed.
    """

    guess: Loss

    @property
    def total(self) -> Loss:
        """Everything so far, the guess included."""

    def settle(self, expected: int, lost: int) -> None:
        """Add what a report told, which takes the place of the guess."""

    def settle_guess(self) -> None:
        """Keep the guess: no report will ever tell better."""
