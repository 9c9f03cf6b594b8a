"""The impairer's record of what it did to every RTP packet, and what a listener behind it can know.

One JSON line for each packet that left the impairer, in that order (a duplicate has a line of its
own), and one for each that it dropped, at the time it came in.
"""

from __future__ import annotations

import gzip
import itertools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SEQUENCE_NUMBERS = 1 << 16
TIMESTAMPS = 1 << 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One packet that left, or was dropped. `left_s` is wall-clock time."""

    left_s: float
    entered: str
    source: str
    destination: str
    ssrc: int
    payload_type: int
    sequence_number: int
    rtp_timestamp: int
    lost: bool


@dataclass(frozen=True, slots=True)
class StreamKey:
    """One SSRC from one endpoint (`address:port`) to another."""

    source: str
    destination: str
    ssrc: int


@dataclass(slots=True)
class StreamTruth:
    """The packets of one stream: as (extended sequence number, record), those passed in order."""

    passed: list[tuple[int, Record]] = field(default_factory=list)
    dropped: list[tuple[int, Record]] = field(default_factory=list)

    @property
    def first_and_last(self) -> tuple[int, int]:
        """The lowest and highest number that got through: losses beyond them nobody can see."""
        numbers = [number for number, _ in self.passed]
        return min(numbers), max(numbers)

    @property
    def expected(self) -> int:
        """Packets expected by RFC 3550 A.3: from the lowest to the highest number received."""
        first, last = self.first_and_last
        return last - first + 1

    @property
    def received(self) -> int:
        """Numbers that got through, each counted once."""
        return len({number for number, _ in self.passed})

    @property
    def lost(self) -> int:
        """Numbers that are missing between the first and the last that got through."""
        return self.expected - self.received

    @property
    def loss_ratio(self) -> float:
        """Lost over expected."""
        return self.lost / self.expected

    @property
    def duplicate(self) -> int:
        """Packets whose number had got through before."""
        return len(self.passed) - self.received

    @property
    def reordered(self) -> int:
        """Packets that came after one with a higher number, and were no duplicates."""
        seen: set[int] = set()
        highest, count = -1, 0
        for number, _ in self.passed:
            count += number < highest and number not in seen
            highest = max(highest, number)
            seen.add(number)
        return count

    @property
    def loss_runs(self) -> list[int]:
        """Lengths of the runs of missing numbers, first to last."""
        numbers = sorted({number for number, _ in self.passed})
        return [
            later - earlier - 1
            for earlier, later in itertools.pairwise(numbers)
            if later - earlier > 1
        ]

    def jitter_s(self, clock_rate: int) -> list[float]:
        """Interarrival jitter after every packet (RFC 3550 A.8), in seconds.

        Out-of-order packets and duplicates take part, as they do in the RFC's own code.
        """
        estimates, jitter = [], 0.0
        for (_, before), (_, after) in itertools.pairwise(self.passed):
            ticks = (after.rtp_timestamp - before.rtp_timestamp + TIMESTAMPS // 2) % TIMESTAMPS
            media_s = (ticks - TIMESTAMPS // 2) / clock_rate
            jitter += (abs(after.left_s - before.left_s - media_s) - jitter) / 16
            estimates.append(jitter)
        return estimates


def read_truth(path: Path) -> dict[StreamKey, StreamTruth]:
    """Read a record file, compressed or not, into its streams."""
    streams: dict[StreamKey, StreamTruth] = {}
    highest: dict[StreamKey, int] = {}
    for record in _records(path):
        key = StreamKey(record.source, record.destination, record.ssrc)
        near = highest.get(key, SEQUENCE_NUMBERS + record.sequence_number)
        number = _extended(record.sequence_number, near)
        highest[key] = max(near, number)
        truth = streams.setdefault(key, StreamTruth())
        (truth.dropped if record.lost else truth.passed).append((number, record))
    return streams


def between(streams: Mapping[StreamKey, StreamTruth], source: str, destination: str) -> StreamTruth:
    """Give the one stream between two endpoints; raises ValueError if there are several or none."""
    ends = (source, destination)
    (found,) = (truth for key, truth in streams.items() if (key.source, key.destination) == ends)
    return found


def _records(path: Path) -> Iterator[Record]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt") as lines:
        for line in lines:
            yield Record(**json.loads(line))


def _extended(sequence_number: int, near: int) -> int:
    """Find the number with these low 16 bits that lies nearest to one already seen."""
    offset = (sequence_number - near + SEQUENCE_NUMBERS // 2) % SEQUENCE_NUMBERS
    return near + offset - SEQUENCE_NUMBERS // 2
