"""Calls that a PBX tells of, and nobody else: whoever tells says how they go on."""

from __future__ import annotations

from qos_exporter.calls.call import Call, CallState, Outcome
from qos_exporter.calls.call_table import CallTable
from qos_exporter.calls.journal import CallJournal
from qos_exporter.calls.watch import CallWatch


class ToldCalls:
    """Shows such calls among the others; they are never looked at, as nothing of them is seen."""

    __slots__ = ("_journal", "_table", "_watch")

    def __init__(self, table: CallTable, watch: CallWatch, journal: CallJournal) -> None:
        self._table = table
        self._watch = watch
        self._journal = journal

    def begin(self, call: Call, now_ns: int) -> None:
        """Show a call that is being set up."""
        self._watch.make_room(now_ns)
        call.state = CallState.SETUP
        self._table.add(call)

    def answer(self, call: Call, outcome: Outcome | None, now_ns: int) -> None:
        """Take in that a call is answered; `None` leaves its outcome open."""
        call.begin(now_ns)
        call.answer_ns = now_ns
        if outcome is not None and call.outcome is None:
            call.outcome = outcome
            self._journal.report_outcome(call, now_ns)

    def end(self, call: Call, outcome: Outcome, now_ns: int) -> None:
        """Take in that a call is over; an outcome that is known stays."""
        had_outcome = call.outcome is not None
        call.end(now_ns, outcome)
        if not had_outcome:
            self._journal.report_outcome(call, now_ns)
        self._watch.retire(call, now_ns)

    def hand_over(self, told: Call, call: Call) -> None:
        """Let a call be one that is seen on the wire, from here on."""
        if call.former is not told:
            call.succeed(told)
        self._table.remove(told)
