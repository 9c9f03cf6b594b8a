"""Which call a leg belongs to: one that is seen on the wire, or one of its own.

A leg is one SIP call of the PBX, with a Call-ID. Where that call is seen on the wire, the PBX's
figures are about it; where it is not, the leg is shown as a call. Legs with the same `Linkedid` are
one call to those who count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.calls.call import Call, Outcome
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from qos_exporter.calls.registry import CallRegistry
    from qos_exporter.monitor.admission import Admission
    from qos_exporter.monitor.call_book import CallBook
    from qos_exporter.monitor.pbx.leg import Leg
    from qos_exporter.monitor.pbx.server import PbxServer

PATIENCE_NS = 2 * SECOND_NS
"""So long a leg waits for its Call-ID, and for the call to be seen on the wire."""
CAUSES_OF_CANCEL = frozenset({0, 16, 127})
"""Normal clearing, or none told (ITU-T Q.850): whoever called gave up."""


class Placing:
    """Finds and makes the calls of legs, and ends those that it made."""

    def __init__(
        self, calls: CallRegistry, book: CallBook, admission: Admission, *, is_alone: bool
    ) -> None:
        self._calls = calls
        self._book = book
        self._admission = admission
        self._is_alone = is_alone

    def place(self, leg: Leg, server: PbxServer, now_ns: int, *, at_once: bool = False) -> None:
        """Find the call of a leg, or make it once it is clear that there is no other."""
        seen = self._calls.find(leg.sip_call_id) if leg.sip_call_id else None
        if seen is not None and seen.dialog is not None:
            if not seen.is_ended or seen.former is leg.call:
                self.join(leg, seen)
            return
        if leg.call is None and leg.has_media and (at_once or self._has_waited(leg, now_ns)):
            self._begin(leg, server, now_ns)

    def join(self, leg: Leg, call: Call) -> None:
        """Take the call on the wire that is the leg's: what was made for it becomes that."""
        if leg.call is call or call.dialog is None:
            return
        if leg.call is not None and leg.owns_call:
            self._calls.told.hand_over(leg.call, call)
            self._book.take_over(leg.call, call)
            self._admission.take_over(leg.call, call)
        leg.call, leg.owns_call = call, False

    def link(self, leg: Leg, server: PbxServer) -> None:
        """Follow that the call of a leg was joined with another: they are one from now on."""
        call = leg.call
        if call is not None and leg.owns_call:
            whole = whole_of(leg, server)
            call.whole = None if whole is call else whole
            if call.streams:
                self._book.note_media(call)

    def describe(self, leg: Leg, now_ns: int) -> None:
        """Bring a call that is known from the PBX alone up to date."""
        call = leg.call
        if call is None or not leg.owns_call:
            return
        caller, callee = leg.parties
        call.caller, call.callee = caller or call.caller, callee or call.callee
        if leg.is_up and call.answer_ns is None and not call.is_ended:
            outcome = Outcome.ANSWERED if leg.is_new else None
            self._calls.told.answer(call, outcome, now_ns)

    def finish(self, leg: Leg, now_ns: int, *, cause: int | None) -> None:
        """End the call of a leg whose channel is gone; `cause` is `None` where that is all told."""
        if leg.call is not None and leg.owns_call and not leg.call.is_ended:
            self._calls.told.end(leg.call, outcome_of(leg, cause), now_ns)

    def _has_waited(self, leg: Leg, now_ns: int) -> bool:
        has_waited = now_ns - leg.since_ns >= PATIENCE_NS
        return has_waited or (self._is_alone and leg.is_identified)

    def _begin(self, leg: Leg, server: PbxServer, now_ns: int) -> None:
        call = Call(leg.sip_call_id or leg.uniqueid, start_ns=leg.since_ns)
        call.whole = whole_of(leg, server)
        leg.call, leg.owns_call = call, True
        self._calls.told.begin(call, now_ns)
        self.describe(leg, now_ns)


def whole_of(leg: Leg, server: PbxServer) -> Call | None:
    """Give the call that counts for all legs of a `Linkedid`, `None` where that is the leg's own.

    It is that of the leg that gave the `Linkedid` its name, else of the first one.
    """
    others = [each for each in server.linked_to(leg) if each.owns_call and each is not leg]
    named = [each for each in others if each.uniqueid == leg.linkedid]
    for other in (*named, *others):
        if other.call is not None:
            return other.call.counts_as
    return None


def outcome_of(leg: Leg, cause: int | None) -> Outcome:
    """Say how a call came out that has not been answered, or whose answer was not seen."""
    if cause is None or not leg.is_new:
        return Outcome.PARTIAL
    if leg.is_up:
        return Outcome.ANSWERED
    return Outcome.CANCELLED if cause in CAUSES_OF_CANCEL else Outcome.FAILED
