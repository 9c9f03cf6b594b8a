"""What the impairer does to media: profiles, chosen by the address of either end."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Impairment:
    """The treatment of the RTP to and from one address. What is zero does not happen."""

    address: str = ""
    """Source or destination; empty: every address."""
    enters: str = ""
    """Only what comes in by this interface; empty: both ways."""
    loss_ratio: float = 0.0
    """Share of packets lost, each on its own."""
    burst_begin_ratio: float = 0.0
    """Gilbert model: the probability of a good packet being followed by a lost one."""
    burst_end_ratio: float = 1.0
    """Gilbert model: the probability of a lost packet being followed by a good one."""
    delay_ms: float = 0.0
    jitter_ms: float = 0.0
    """Adds the absolute value of a normal variable of this standard deviation."""
    keep_order: bool = True
    """Whether jitter may not reorder; a reordered packet (below) is out of order either way."""
    reorder_ratio: float = 0.0
    reorder_by_ms: float = 30.0
    duplicate_ratio: float = 0.0

    def covers(self, *, enters: str, source: str, destination: str) -> bool:
        """Whether a packet that came in by an interface is to be treated so."""
        if self.enters not in {"", enters}:
            return False
        return self.address in {"", source, destination}


def save(impairments: Iterable[Impairment], path: Path) -> None:
    """Write profiles for the impairer, which runs as a process of its own."""
    path.write_text(json.dumps([asdict(impairment) for impairment in impairments]))


def load(path: Path) -> list[Impairment]:
    """Read profiles as written by `save`."""
    return [Impairment(**entry) for entry in json.loads(path.read_text())]
