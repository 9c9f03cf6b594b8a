"""Many items, each to be looked at when its time comes."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Generic, TypeVar

from qos_exporter.units import SECOND_NS

T = TypeVar("T")


class Deadlines(Generic[T]):
    """A heap of moments, each with the items that are due then.

    Moments are rounded up to `grain_ns`, so that an item costs one list entry and many items share
    one heap entry. An item is never given early, and at most one grain late.
    """

    __slots__ = ("_grain_ns", "_items", "_moments")

    def __init__(self, grain_ns: int = SECOND_NS // 2) -> None:
        self._grain_ns = grain_ns
        self._moments: list[int] = []
        self._items: dict[int, list[T]] = {}

    def __len__(self) -> int:
        return sum(len(items) for items in self._items.values())

    def put(self, due_ns: int, item: T) -> None:
        """Give `item` back once `due_ns` has come."""
        moment = -(-due_ns // self._grain_ns)
        items = self._items.get(moment)
        if items is None:
            items = self._items[moment] = []
            heapq.heappush(self._moments, moment)
        items.append(item)

    def take_due(self, now_ns: int) -> list[T]:
        """Remove and return the items whose time has come, the earliest first."""
        due: list[T] = []
        while self._moments and self._moments[0] * self._grain_ns <= now_ns:
            due += self._items.pop(heapq.heappop(self._moments))
        return due

    def keep_only(self, is_wanted: Callable[[T], bool]) -> None:
        """Forget all other items; looks at every one."""
        for items in self._items.values():
            items[:] = [item for item in items if is_wanted(item)]

    def clear(self) -> None:
        """Forget all items."""
        self._moments.clear()
        self._items.clear()
