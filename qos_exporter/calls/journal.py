"""What happened to calls, kept until those who count ask for it."""

from __future__ import annotations

from qos_exporter.calls.call import Call
from qos_exporter.calls.events import CallEvent, OutcomeKnown


class CallJournal:
    """Events in their order, less those that count elsewhere."""

    __slots__ = ("_events",)

    def __init__(self) -> None:
        self._events: list[CallEvent] = []

    def drain(self) -> tuple[CallEvent, ...]:
        """Return what has happened since the last time, in order."""
        if not self._events:
            return ()
        events = tuple(self._events)
        self._events.clear()
        return events

    def write(self, event: CallEvent) -> None:
        """Keep an event that is no call's."""
        self._events.append(event)

    def report(self, call: Call, event: CallEvent) -> None:
        """Keep an event of a call; a recorder's copy is another call's and counts there.

        So is another leg, but only its outcome: what is seen of its media is its own.
        """
        is_counted = call.whole is not None and isinstance(event, OutcomeKnown)
        if not (call.is_recording or is_counted):
            self._events.append(event)

    def report_outcome(self, call: Call, now_ns: int) -> None:
        """Keep how a call came out, once that is decided."""
        if call.outcome is not None:
            self.report(call, OutcomeKnown(call.call_id, call.outcome, now_ns))
