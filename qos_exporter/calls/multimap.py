"""A dictionary for the case where nearly every key has exactly one value."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class MultiMap(Generic[K, V]):
    """Several values to a key, in order of entry.

    The first value of a key stands in a plain dictionary, and only further ones cost a tuple: a
    container for each key would cost more than everything else that is known of a stream.
    """

    __slots__ = ("_first", "_more")

    def __init__(self) -> None:
        self._first: dict[K, V] = {}
        self._more: dict[K, tuple[V, ...]] = {}

    def __len__(self) -> int:
        return len(self._first)

    def get(self, key: K) -> tuple[V, ...]:
        """Return the values of a key."""
        if key not in self._first:
            return ()
        return (self._first[key], *self._more.get(key, ()))

    def add(self, key: K, value: V) -> None:
        """Add a value to a key."""
        if key in self._first:
            self._more[key] = (*self._more.get(key, ()), value)
        else:
            self._first[key] = value

    def discard(self, key: K, value: V) -> None:
        """Remove a value from a key, if it is there."""
        values = self.get(key)
        left = tuple(each for each in values if each is not value)
        if len(left) == len(values):
            return
        self._more.pop(key, None)
        if not left:
            del self._first[key]
            return
        self._first[key] = left[0]
        if left[1:]:
            self._more[key] = left[1:]

    def clear(self) -> None:
        """Forget all."""
        self._first.clear()
        self._more.clear()
