"""How long RTCP really took through an impairer: what was asked for, and what the machine added.

A line for each datagram, in a file beside the record of the media.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from statistics import mean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Passage:
    """One datagram that has left, by the addresses of its ends."""

    source: str
    destination: str
    delay_s: float


def delays_beside(truth: Path) -> Path:
    """Name the file that belongs to a record of the media."""
    return truth.with_suffix(".delays.jsonl")


def there_and_back_s(truth: Path, *, ends: set[str]) -> float:
    """Find the mean delay of RTCP between two addresses the one way and the other, added up."""
    with delays_beside(truth).open() as lines:
        passages = [Passage(**json.loads(line)) for line in lines]
    between = [each for each in passages if {each.source, each.destination} == ends]
    return sum(mean(each.delay_s for each in between if each.source == end) for end in ends)
