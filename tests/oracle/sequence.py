"""Sequence numbers (RFC 3550 appendix A.1 and A.3), each one remembered by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from tests.oracle.bursts import Bursts

RTP_SEQ_MOD = 1 << 16
REORDER_WINDOW = 128
MAX_DROPOUT = 3000
MAX_LOSS_RUN = 1024
LOSS_RUN_EDGES = (1, 2, 3, 4, 5, 7, 10, 20, 50, 100)


class Step(Enum):
    """What a sequence number is to the stream that it arrives in."""

    FORWARD = auto()
    LATE = auto()
    DUPLICATE = auto()
    STOPPED = auto()
    """A step too wide for loss: the sender went on elsewhere, or was held."""
    RESTART = auto()
    IGNORED = auto()

    @property
    def begins_epoch(self) -> bool:
        """Whether counting starts anew at this number."""
        return self in (Step.STOPPED, Step.RESTART)


def signed_distance(number: int, reference: int) -> int:
    """Count the steps from `reference` to `number` around the circle of 16 bits, -32768..32767."""
    ahead = (number - reference) % RTP_SEQ_MOD
    return ahead - RTP_SEQ_MOD if ahead >= RTP_SEQ_MOD // 2 else ahead


@dataclass(slots=True)
class Epoch:
    """The numbers from one start of counting to the next; extended, so that they never wrap."""

    base_seq: int
    max_seq: int
    received: set[int]
    next_to_settle: int

    @classmethod
    def starting_at(cls, number: int) -> Epoch:
        """Begin with one number, which came."""
        return cls(base_seq=number, max_seq=number, received={number}, next_to_settle=number)

    @property
    def expected(self) -> int:
        """RFC 3550 A.3."""
        return self.max_seq - self.base_seq + 1


@dataclass(slots=True)
class LossRuns:
    """Runs of consecutive losses, in the order in which they become certain."""

    count: int = 0
    histogram: list[int] = field(default_factory=lambda: [0] * (len(LOSS_RUN_EDGES) + 1))
    current: int = 0

    def close(self) -> None:
        """End the current run, if there is one: a number after it came."""
        if self.current == 0:
            return
        edges_below = [edge for edge in LOSS_RUN_EDGES if edge < self.current]
        self.histogram[len(edges_below)] += 1
        self.count += 1
        self.current = 0


class SequenceTracker:
    """Which numbers came, which came twice or late, and which never did.

    `on_lost` is called once for each number at the moment when it is certain that it is lost.
    """

    def __init__(self, on_lost: Callable[[], None]) -> None:
        self.on_lost = on_lost
        self.epoch: Epoch | None = None
        self.bad_seq: int | None = None
        self.expected_prior = 0
        self.received = 0
        self.lost = 0
        self.duplicate = 0
        self.reordered = 0
        self.ignored = 0
        self.restarts = 0
        self.stopped_gaps = 0
        self.runs = LossRuns()
        self.bursts = Bursts()

    @property
    def expected(self) -> int:
        """RFC 3550 A.3, over all epochs."""
        return self.expected_prior + (self.epoch.expected if self.epoch else 0)

    def distance(self, sequence_number: int) -> int:
        """Count the steps from the highest number so far; 0 for the very first packet."""
        return signed_distance(sequence_number, self.epoch.max_seq) if self.epoch else 0

    def judge(self, sequence_number: int) -> Step:
        """Say what this number is, without counting it."""
        if self.epoch is None:
            return Step.FORWARD
        distance = self.distance(sequence_number)
        if distance == 0:
            return Step.DUPLICATE
        if 0 < distance < MAX_LOSS_RUN:
            return Step.FORWARD
        if MAX_LOSS_RUN <= distance < MAX_DROPOUT:
            return Step.STOPPED
        if -REORDER_WINDOW < distance < 0:
            seen = self.epoch.max_seq + distance in self.epoch.received
            return Step.DUPLICATE if seen else Step.LATE
        return Step.RESTART if sequence_number == self.bad_seq else Step.IGNORED

    def count(self, sequence_number: int, step: Step) -> None:
        """Count a number as what `judge` said it is."""
        if self.epoch is None:
            self.epoch = Epoch.starting_at(sequence_number)
            self.received = 1
            return
        number = self.epoch.max_seq + self.distance(sequence_number)
        {
            Step.FORWARD: self._forward,
            Step.LATE: self._late,
            Step.DUPLICATE: self._duplicate,
            Step.STOPPED: self._stopped,
            Step.RESTART: self._restart,
            Step.IGNORED: self._ignore,
        }[step](self.epoch, number)

    def _forward(self, epoch: Epoch, number: int) -> None:
        epoch.max_seq = number
        epoch.received.add(number)
        self.received += 1
        self._settle(epoch, up_to=number - REORDER_WINDOW)

    def _late(self, epoch: Epoch, number: int) -> None:
        if number < epoch.base_seq:
            epoch.base_seq = epoch.next_to_settle = number
        epoch.received.add(number)
        self.received += 1
        self.reordered += 1

    def _duplicate(self, _epoch: Epoch, _number: int) -> None:
        self.duplicate += 1

    def _stopped(self, epoch: Epoch, number: int) -> None:
        self.stopped_gaps += 1
        self._begin_epoch(epoch, number)

    def _restart(self, epoch: Epoch, number: int) -> None:
        self.restarts += 1
        self.bad_seq = None
        self._begin_epoch(epoch, number)

    def _ignore(self, _epoch: Epoch, number: int) -> None:
        self.ignored += 1
        self.bad_seq = (number + 1) % RTP_SEQ_MOD

    def _begin_epoch(self, ended: Epoch, number: int) -> None:
        self._settle_all(ended)
        self.expected_prior += ended.expected
        self.epoch = Epoch.starting_at(number)
        self.received += 1

    def _settle(self, epoch: Epoch, up_to: int) -> None:
        while epoch.next_to_settle <= up_to:
            self._settle_one(came=epoch.next_to_settle in epoch.received)
            epoch.next_to_settle += 1

    def _settle_one(self, *, came: bool) -> None:
        self.bursts.settle(came=came)
        if came:
            self.runs.close()
            return
        self.lost += 1
        self.runs.current += 1
        self.on_lost()

    def _settle_all(self, epoch: Epoch) -> None:
        self._settle(epoch, up_to=epoch.max_seq)
        self.runs.close()
        self.bursts.end_epoch()

    def finish(self) -> None:
        """Settle every number: nothing can arrive any more."""
        if self.epoch:
            self._settle_all(self.epoch)
