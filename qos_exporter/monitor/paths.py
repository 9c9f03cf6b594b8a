"""Where a stream runs: networks at both ends and its direction, as one small number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qos_exporter.calls.party import Direction
    from qos_exporter.networks import Networks


@dataclass(frozen=True, slots=True)
class Path:
    """The labels of a stream that depend on its endpoints."""

    src_network: str
    dst_network: str
    direction: str


class Paths:
    """Numbers paths; their number is bounded by that of the configured networks."""

    def __init__(self, networks: Networks) -> None:
        self.networks = networks
        self._numbers: dict[tuple[str, str, Direction], int] = {}
        self._paths: list[Path] = []

    def use(self, networks: Networks) -> None:
        """Name networks anew; paths that were numbered keep their number."""
        self.networks = networks

    def __getitem__(self, number: int) -> Path:
        """The path with this number."""
        return self._paths[number]

    def number_of(self, *, src: str, dst: str, direction: Direction) -> int:
        """Number the path between two addresses."""
        labels = (self.networks.name_of(src), self.networks.name_of(dst), direction)
        number = self._numbers.get(labels)
        if number is None:
            number = self._numbers[labels] = len(self._paths)
            self._paths.append(Path(*labels[:2], direction.value))
        return number
