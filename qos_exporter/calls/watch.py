"""Looks at every call from time to time: whether it is alive, and its media are well."""

from __future__ import annotations

from qos_exporter.calls.anomalies import find_anomalies
from qos_exporter.calls.binding import MediaBinder
from qos_exporter.calls.call import Anomaly, Call, CallState, Outcome
from qos_exporter.calls.call_table import CallTable
from qos_exporter.calls.control import StreamControl
from qos_exporter.calls.deadlines import Deadlines
from qos_exporter.calls.events import AnomalySeen, CallEnded
from qos_exporter.calls.journal import CallJournal
from qos_exporter.calls.silence import last_sign_ns, outcome_of_silence, patience_ns


class CallWatch:
    """Judges the calls that are under way, and ends each in the way that is due to it."""

    __slots__ = ("_control", "_journal", "_limit", "_looks", "_media", "_table", "evictions")

    def __init__(
        self,
        table: CallTable,
        media: MediaBinder,
        control: StreamControl,
        journal: CallJournal,
        *,
        limit: int | None,
    ) -> None:
        """Watch over a table of calls, of which it keeps no more than `limit`."""
        self._table = table
        self._media = media
        self._control = control
        self._journal = journal
        self._limit = limit
        self._looks: Deadlines[Call] = Deadlines(is_needed=lambda call: not call.is_ended)
        self.evictions = 0
        """Calls that went because `limit` was reached."""

    def begin(self, call: Call, *, look_ns: int) -> None:
        """Look at a call, which may be an old one, from the given time on."""
        self._table.add(call)
        self._looks.put(look_ns, call)

    def make_room(self, now_ns: int) -> None:
        """Let the oldest call go if there can be no more of them."""
        if self._limit is None or self._table.size < self._limit:
            return
        oldest = self._table.oldest()
        if oldest is None:
            return
        self.evictions += 1
        if not oldest.is_ended:
            self._abandon(oldest, now_ns, at_ns=last_sign_ns(oldest, self._control))
        self._table.remove(oldest)

    def tick(self, now_ns: int) -> None:
        """Look at the calls whose time has come."""
        for call in self._looks.take_due(now_ns):
            if not call.is_ended:
                self._look(call, now_ns)

    def close(self, call: Call, now_ns: int) -> None:
        """A message ended the call."""
        self._media.note_legs(call)
        self._judge(call, now_ns, is_final=True)
        self._media.leave(call, now_ns)
        self.retire(call, now_ns)

    def retire(self, call: Call, now_ns: int) -> None:
        """Show a call that has ended for a while, and say that it has."""
        self._table.retire(call, now_ns)
        self._journal.report(call, CallEnded(call.call_id, now_ns))

    def finish(self, now_ns: int) -> None:
        """Settle what can be settled while calls go on."""
        for call in self._open_calls():
            self._media.note_legs(call)
            self._judge(call, now_ns, is_final=False)
            if call.state is CallState.ACTIVE and call.outcome is None:
                call.outcome = Outcome.PARTIAL
                self._journal.report_outcome(call, now_ns)

    def abandon_all(self, now_ns: int) -> None:
        """Nothing that comes from now on is about a call that is under way."""
        for call in self._open_calls():
            self._abandon(call, now_ns, at_ns=now_ns)
        self._looks.clear()

    def report_anomaly(self, call: Call, anomaly: Anomaly, now_ns: int) -> None:
        """Take in what was seen of the media of a call; a call on hold has a right to stop."""
        rests = anomaly is Anomaly.STOPPED and self._has_rested(call, now_ns)
        if not rests and anomaly not in call.anomalies:
            call.anomalies += (anomaly,)
            self._journal.report(call, AnomalySeen(call.call_id, anomaly, now_ns))

    def _has_rested(self, call: Call, now_ns: int) -> bool:
        """Whether a call is on hold or in fax, or was until just now.

        Senders may number the packets that they leave out meanwhile.
        """
        dialog = call.dialog
        if dialog is None:
            return False
        resumed_ns = now_ns - self._table.timers.resume_ns
        return dialog.on_hold or dialog.is_fax or dialog.rested_ns > resumed_ns

    def _open_calls(self) -> list[Call]:
        return [call for call in self._table.known() if not call.is_ended]

    def _look(self, call: Call, now_ns: int) -> None:
        timers = self._table.timers
        cancelled_ns = call.dialog.cancelled_ns if call.dialog is not None else None
        is_setup = call.state is CallState.SETUP
        self._media.note_legs(call)
        if is_setup and cancelled_ns is not None:
            if now_ns - cancelled_ns >= timers.cancel_ns:
                call.end(cancelled_ns, Outcome.CANCELLED)
                self._journal.report_outcome(call, now_ns)
                self.close(call, now_ns)
                return
        elif now_ns - last_sign_ns(call, self._control) >= patience_ns(call, timers):
            # Where little is captured, this is the first look at all.
            self._judge(call, now_ns, is_final=False)
            self._abandon(call, now_ns, at_ns=last_sign_ns(call, self._control))
            return
        self._judge(call, now_ns, is_final=False)
        period_ns = timers.setup_look_ns if is_setup else timers.active_look_ns
        self._looks.put(now_ns + period_ns, call)

    def _abandon(self, call: Call, now_ns: int, *, at_ns: int) -> None:
        """End a call of which nothing was heard since `at_ns`."""
        had_outcome = call.outcome is not None
        call.end(at_ns, outcome_of_silence(call))
        if call.dialog is not None:
            call.dialog.is_silenced = True
        if not had_outcome:
            self._journal.report_outcome(call, now_ns)
        self._media.abandon(call)
        self.retire(call, now_ns)

    def _judge(self, call: Call, now_ns: int, *, is_final: bool) -> None:
        for anomaly in find_anomalies(
            call,
            now_ns=now_ns,
            timers=self._table.timers,
            last_packet_ns=self._control.last_packet_ns,
            is_final=is_final,
        ):
            self.report_anomaly(call, anomaly, now_ns)
