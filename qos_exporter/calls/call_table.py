"""The calls that are known: open, ended but still shown, and remembered by their Call-ID only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from qos_exporter.calls.call import Call
from qos_exporter.calls.deadlines import Deadlines
from qos_exporter.calls.timers import CallTimers


class _End(NamedTuple):
    """One end of a call, which may be taken back: then it lingers from the next one on."""

    call: Call
    end_ns: int | None

    @property
    def holds(self) -> bool:
        return self.call.is_ended and self.call.end_ns == self.end_ns


class CallTable:
    """Keeps calls for as long as each kind of memory of them lasts."""

    __slots__ = ("_by_call_id", "_forget", "_former", "_hide", "_keep_all", "timers")

    def __init__(self, timers: CallTimers, *, keep_all: bool) -> None:
        self.timers = timers
        self._keep_all = keep_all
        self._by_call_id: dict[str, Call] = {}
        self._former: list[Call] = []
        """Those whose Call-ID another one has now; they are shown only where all are kept."""
        self._hide: Deadlines[_End] = Deadlines(is_needed=lambda end: end.call.is_shown)
        self._forget: Deadlines[_End] = Deadlines(is_needed=lambda end: self._remembers(end.call))

    def __iter__(self) -> Iterator[Call]:
        return iter([call for call in (*self._former, *self._by_call_id.values()) if call.is_shown])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def find(self, call_id: str) -> Call | None:
        """Return the call with this Call-ID, which may be over."""
        return self._by_call_id.get(call_id)

    def known(self) -> tuple[Call, ...]:
        """Return every call with a Call-ID that is remembered, also those that are not shown."""
        return tuple(self._by_call_id.values())

    @property
    def size(self) -> int:
        """How many calls are remembered, shown or not."""
        return len(self._by_call_id)

    def oldest(self) -> Call | None:
        """Return the call that has been remembered for longest."""
        return next(iter(self._by_call_id.values()), None)

    def add(self, call: Call) -> None:
        """Show a call. One with its Call-ID, which must be over, disappears unless all stay."""
        former = self._by_call_id.get(call.call_id)
        if former is not None and former is not call:
            if self._keep_all:
                self._former.append(former)
            else:
                self.remove(former)
        self._by_call_id[call.call_id] = call
        call.is_shown = True

    def _remembers(self, call: Call) -> bool:
        return self._by_call_id.get(call.call_id) is call

    def hide(self, call: Call) -> None:
        """Show a call no longer, but know its Call-ID."""
        call.is_shown = False

    def remove(self, call: Call) -> None:
        """Forget a call altogether."""
        self.hide(call)
        if self._remembers(call):
            del self._by_call_id[call.call_id]

    def retire(self, call: Call, now_ns: int) -> None:
        """Begin to forget a call that has just ended."""
        end = _End(call, call.end_ns)
        shown_until_ns = now_ns + self.timers.linger_ns
        self._hide.put(shown_until_ns, end)
        self._forget.put(max(shown_until_ns, now_ns + self.timers.retransmission_ns), end)

    def expire(self, now_ns: int) -> None:
        """Forget what has been over for long enough."""
        for end in self._hide.take_due(now_ns):
            if end.holds:
                self.hide(end.call)
        for end in self._forget.take_due(now_ns):
            if end.holds:
                self.remove(end.call)
