"""A dictionary for the case where nearly every key has exactly one value."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
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
        """How many keys have a value."""
        return len(self._first)

    def __contains__(self, key: K) -> bool:
        return key in self._first

    def __iter__(self) -> Iterator[K]:
        return iter(self._first)

    @property
    def is_plain(self) -> bool:
        """Whether every key has one value only."""
        return not self._more

    def get(self, key: K) -> tuple[V, ...]:
        """Return the values of a key."""
        first = self._first.get(key)
        if first is None:
            return ()
        more = self._more.get(key)
        return (first,) if more is None else (first, *more)

    def add(self, key: K, value: V) -> None:
        """Add a value to a key."""
        if key in self._first:
            self._more[key] = (*self._more.get(key, ()), value)
        else:
            self._first[key] = value

    def discard(self, key: K, value: V) -> None:
        """Remove a value from a key, if it is there."""
        if key in self._more:
            self._discard_one_of_many(key, value)
        elif self._first.get(key) is value:
            del self._first[key]
            if not self._first:
                # A dictionary from which all was taken still has the room for it.
                self._first.clear()

    def _discard_one_of_many(self, key: K, value: V) -> None:
        left = tuple(each for each in self.get(key) if each is not value)
        del self._first[key], self._more[key]
        for each in left:
            self.add(key, each)

    def clear(self) -> None:
        """Forget all."""
        self._first.clear()
        self._more.clear()
