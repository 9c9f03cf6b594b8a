"""A dictionary for the case where nearly every key has exactly one value."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from itertools import islice
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

LOOKED_AT = 256
"""Of more values of one key the latest ones are looked at. No honest endpoint has as many; somebody
who makes thousands of calls or streams at one would have each packet cost milliseconds."""


class MultiMap(Generic[K, V]):
    """Several values to a key, in order of entry; a value is the object, whatever it equals.

    The first value of a key stands in a plain dictionary, and only further ones cost another one: a
    container for each key would cost more than everything else that is known of a stream.
    """

    __slots__ = ("_first", "_more")

    def __init__(self) -> None:
        self._first: dict[K, V] = {}
        self._more: dict[K, OrderedDict[int, V]] = {}
        """By identity, so that one of very many is found at once."""

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
        """Return all values of a key; there may be very many."""
        first = self._first.get(key)
        if first is None:
            return ()
        more = self._more.get(key)
        return (first,) if more is None else (first, *more.values())

    def latest(self, key: K, most: int = LOOKED_AT) -> tuple[V, ...]:
        """Return the values of a key, in order of entry: the last ones if there are very many."""
        more = self._more.get(key)
        if more is None or len(more) < most:
            return self.get(key)
        return tuple(islice(reversed(more.values()), most))[::-1]

    def add(self, key: K, value: V) -> None:
        """Add a value to a key, unless it is there."""
        first = self._first.setdefault(key, value)
        if first is not value:
            self._more.setdefault(key, OrderedDict())[id(value)] = value

    def discard(self, key: K, value: V) -> None:
        """Remove a value from a key, if it is there."""
        more = self._more.get(key)
        if self._first.get(key) is not value:
            if more is not None:
                more.pop(id(value), None)
        elif more is not None:
            # An empty one is never kept, so that there is a second value.
            _, self._first[key] = more.popitem(last=False)
        else:
            self._remove(key)
        if more is not None and not more:
            del self._more[key]

    def _remove(self, key: K) -> None:
        del self._first[key]
        if not self._first:
            # A dictionary from which all was taken still has the room for it.
            self._first.clear()

    def clear(self) -> None:
        """Forget all."""
        self._first.clear()
        self._more.clear()
