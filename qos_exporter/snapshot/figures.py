"""Figures that several views are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Spread(NamedTuple):
    """The last, mean and largest value of a quantity over the life of a stream or call."""

    last: float
    mean: float
    max: float


class Score(NamedTuple):
    """The mean and the worst (smallest) value of a score over the scored windows of a stream."""

    mean: float
    min: float


class PacketCounts(NamedTuple):
    """RTP packets by fate (RFC 3550 A.3); see the words in docs/quality.md."""

    expected: int = 0
    received: int = 0
    lost: int = 0
    duplicate: int = 0
    reordered: int = 0
    discarded: int = 0


class Exemplar(NamedTuple):
    """One observation that fell into a bucket, with the call it came from."""

    call_id: str
    value: float
    timestamp_s: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """Observations per bucket (not cumulative, the last one is +Inf) and their sum."""

    counts: tuple[int, ...]
    sum: float
    exemplars: tuple[Exemplar | None, ...] = ()
