"""Many items, each to be looked at when its time comes."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Generic, TypeVar

from qos_exporter.units import SECOND_NS

T = TypeVar("T")

FEW = 1024
"""So many items are kept without a look at whether they are still needed."""


class Deadlines(Generic[T]):
    """A heap of moments, each with the items that are due then.

    Moments are rounded up to `grain_ns`, so that an item costs one list entry and many items share
    one heap entry. An item is never given early, and at most one grain late.

    With `is_needed` those that are not any more are dropped from time to time: who makes and ends
    thousands of calls a second fills no memory with what waits for its time in vain.
    """

    __slots__ = ("_count", "_enough", "_grain_ns", "_is_needed", "_items", "_moments")

    def __init__(
        self, grain_ns: int = SECOND_NS // 2, *, is_needed: Callable[[T], bool] | None = None
    ) -> None:
        self._grain_ns = grain_ns
        self._is_needed = is_needed
        self._moments: list[int] = []
        self._items: dict[int, list[T]] = {}
        self._count = 0
        self._enough = FEW

    def __len__(self) -> int:
        return self._count

    def put(self, due_ns: int, item: T) -> None:
        """Give `item` back once `due_ns` has come."""
        moment = -(-due_ns // self._grain_ns)
        items = self._items.get(moment)
        if items is None:
            items = self._items[moment] = []
            heapq.heappush(self._moments, moment)
        items.append(item)
        self._count += 1
        if self._count > self._enough:
            self._drop_needless()

    def take_due(self, now_ns: int) -> list[T]:
        """Remove and return the items whose time has come, the earliest first."""
        due: list[T] = []
        while self._moments and self._moments[0] * self._grain_ns <= now_ns:
            due += self._items.pop(heapq.heappop(self._moments))
        self._count -= len(due)
        return due

    def clear(self) -> None:
        """Forget all items."""
        self._moments.clear()
        self._items.clear()
        self._count = 0

    def _drop_needless(self) -> None:
        """Look at all items, but not again before they have doubled."""
        if self._is_needed is not None:
            for items in self._items.values():
                items[:] = filter(self._is_needed, items)
            self._count = sum(map(len, self._items.values()))
        self._enough = max(FEW, 2 * self._count)
