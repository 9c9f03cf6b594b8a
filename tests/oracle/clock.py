"""Which clock a payload type's timestamps tick with (RFC 3551 section 6, SDP, or an estimate)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum, auto

from tests.oracle.timing import Sample

STANDARD_CLOCKS = (8000, 16000, 24000, 32000, 48000, 90000)
CHECK_NS = 1_000_000_000
CHECK_TOLERANCE = 1.12
"""While more packets can be waited for, only a clear answer is taken."""
LAST_TOLERANCE = 1.25
HELD_PACKETS = 256
MIN_HELD_PACKETS = 8
ATTEMPTS = 8
FIRST_DYNAMIC = 96
EVENT_BYTES = 4


class Kind(Enum):
    """What a payload type carries."""

    MEDIA = auto()
    EVENT = auto()
    COMFORT_NOISE = auto()


class ClockSource(IntEnum):
    """Where a clock rate is known from."""

    UNKNOWN = 0
    STATIC = 1
    SDP = 2
    ESTIMATED = 3


@dataclass(frozen=True, slots=True)
class PayloadFormat:
    """Clock rate in Hz, 0 for unknown, and kind."""

    clock_rate: int
    kind: Kind


STATIC = {
    payload_type: PayloadFormat(clock_rate, Kind.MEDIA)
    for clock_rate, payload_types in {
        8000: (0, 3, 4, 5, 7, 8, 9, 12, 15, 18),
        11025: (16,),
        16000: (6,),
        22050: (17,),
        44100: (10, 11),
        90000: (14, 25, 26, 28, 31, 32, 33, 34),
    }.items()
    for payload_type in payload_types
} | {payload_type: PayloadFormat(8000, Kind.COMFORT_NOISE) for payload_type in (13, 19)}
"""RFC 3551 tables 4 and 5; 1, 2 and 19 are reserved there, and old devices send comfort noise
as 19."""


class PayloadTypes:
    """The payload types of a stream: those of its SDP, else the assigned ones."""

    def __init__(self, announced: Mapping[int, PayloadFormat]) -> None:
        self.announced = announced

    def find(self, payload_type: int) -> tuple[PayloadFormat | None, ClockSource]:
        """Format and where it is known from; None where nobody told."""
        if payload_type in self.announced:
            return self.announced[payload_type], ClockSource.SDP
        if payload_type in STATIC:
            return STATIC[payload_type], ClockSource.STATIC
        return None, ClockSource.UNKNOWN


def unannounced_kind(payload_type: int, payload_length: int, media_type: int | None) -> Kind:
    """Guess what a payload type carries that nobody told of: 4 bytes beside media are an event."""
    dynamic = payload_type >= FIRST_DYNAMIC
    if dynamic and payload_length == EVENT_BYTES and payload_type != media_type:
        return Kind.EVENT
    return Kind.MEDIA


def nearest_standard_clock(ticks_per_second: float, tolerance: float) -> int | None:
    """Find the standard clock with the least ratio to the measured rate, None if none is near."""
    if ticks_per_second <= 0:
        return None
    nearest = min(STANDARD_CLOCKS, key=lambda rate: abs(math.log(ticks_per_second / rate)))
    ratio = ticks_per_second / nearest
    return nearest if 1 / tolerance <= ratio <= tolerance else None


def measured_clock(samples: list[Sample], tolerance: float) -> int | None:
    """The clock that more than half of the pairs show, of packets that are half of all apart."""
    pairs = list(zip(samples, samples[len(samples) // 2 :], strict=False))
    clocks = [clock_between(before, after, tolerance) for before, after in pairs]
    clock, count = Counter(clocks).most_common(1)[0]
    return clock if count > len(pairs) / 2 else None


def clock_between(before: Sample, after: Sample, tolerance: float) -> int | None:
    """Ticks against arrival time, from one sample to another."""
    elapsed_ns = after.arrival_ns - before.arrival_ns
    if elapsed_ns <= 0:
        return None
    ticks = after.ticks_since(before.rtp_timestamp)
    return nearest_standard_clock(ticks * 1e9 / elapsed_ns, tolerance)


@dataclass(slots=True)
class ClockEstimate:
    """The clock of a media type that nobody told of, and the packets that wait for it.

    It is looked for after one second of packets, after two, four and so on, and for the last time
    when no more packets can be held.
    """

    clock_rate: int = 0
    held: list[Sample] = field(default_factory=list)
    failures: int = 0
    next_check_ns: int = CHECK_NS

    def add(self, sample: Sample) -> list[Sample]:
        """Take a sample; gives back those whose timing can be measured now."""
        if self.clock_rate:
            return [sample]
        if self.failures == ATTEMPTS:
            return []
        self.held.append(sample)
        return self._check() or self._give_up()

    def forget(self) -> None:
        """Begin anew: what is held has nothing to do with what comes."""
        self.held.clear()
        self.next_check_ns = CHECK_NS

    def conclude(self) -> list[Sample]:
        """Take what there is at the end of the stream; gives back what can be measured."""
        if len(self.held) < MIN_HELD_PACKETS:
            return []
        return self._accept(measured_clock(self.held, LAST_TOLERANCE))

    def _check(self) -> list[Sample]:
        elapsed_ns = self.held[-1].arrival_ns - self.held[0].arrival_ns
        if len(self.held) < MIN_HELD_PACKETS or elapsed_ns < self.next_check_ns:
            return []
        self.next_check_ns *= 2
        return self._accept(measured_clock(self.held, CHECK_TOLERANCE))

    def _give_up(self) -> list[Sample]:
        if len(self.held) < HELD_PACKETS:
            return []
        accepted = self._accept(measured_clock(self.held, LAST_TOLERANCE))
        if not accepted:
            self.failures += 1
            self.forget()
        return accepted

    def _accept(self, clock_rate: int | None) -> list[Sample]:
        if clock_rate is None:
            return []
        self.clock_rate = clock_rate
        held, self.held = self.held, []
        return held
