"""Waiting times between attempts."""

from __future__ import annotations


class Backoff:
    """Gives `first_s`, then twice the last time, up to `longest_s`, until `reset`."""

    __slots__ = ("_first_s", "_longest_s", "_next_s")

    def __init__(self, *, first_s: float, longest_s: float) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._next_s = first_s

    def next_s(self) -> float:
        """Give the time to wait before the next attempt."""
        wait_s = self._next_s
        self._next_s = min(2 * wait_s, self._longest_s)
        return wait_s

    def reset(self) -> None:
        """An attempt succeeded: the next time to wait is the shortest again."""
        self._next_s = self._first_s
