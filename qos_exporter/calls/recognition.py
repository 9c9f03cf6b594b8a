"""Whether a message is about a call that is known, a new one, or one that is long over."""

from __future__ import annotations

from enum import Enum

from qos_exporter.calls.call import Call, Outcome
from qos_exporter.calls.timers import CallTimers
from qos_exporter.net import Endpoint
from qos_exporter.protocols.sip import SipMessage

CALL_METHODS = frozenset({"INVITE", "ACK", "BYE", "CANCEL", "UPDATE", "PRACK"})
"""Requests that show a call, also one whose beginning was not captured."""
REOPENING_METHODS = frozenset({"INVITE", "UPDATE"})
"""Requests inside a dialog that show that a call goes on which was given up for silence."""


class Recognition(Enum):
    """What a message is about."""

    KNOWN = 0
    NEW = 1
    SILENCED = 2
    """A call that was ended for silence, and was not over."""
    NOTHING = 3
    """No call, or a repetition that concerns one that is over."""


def recognise(
    message: SipMessage, call: Call | None, *, dst: Endpoint, now_ns: int, timers: CallTimers
) -> Recognition:
    """Tell what a message to `dst` is about; `call` is the latest one with its Call-ID."""
    if call is None or call.dialog is None or call.dialog.is_past:
        return Recognition.NEW if _shows_call(message) else Recognition.NOTHING
    if not call.is_ended:
        return Recognition.KNOWN
    if call.dialog.is_silenced and _goes_on(message):
        return Recognition.SILENCED
    if not _is_initial(message):
        return Recognition.NOTHING
    is_new = _is_elsewhere(call, dst) or _is_no_repetition(message, call, now_ns, timers)
    return Recognition.NEW if is_new else Recognition.NOTHING


def _shows_call(message: SipMessage) -> bool:
    if message.is_request:
        return message.method in CALL_METHODS
    return message.method == "INVITE"


def _goes_on(message: SipMessage) -> bool:
    in_dialog = message.is_request and bool(message.recipient.tag)
    return in_dialog and message.method in REOPENING_METHODS


def _is_initial(message: SipMessage) -> bool:
    return message.is_request and message.method == "INVITE" and not message.recipient.tag


def _is_elsewhere(call: Call, dst: Endpoint) -> bool:
    """Whether a proxy tries another destination, under the same number, after one to no avail.

    Where both sides of the proxy are seen, that has not ended the call.
    """
    if call.dialog is None or call.outcome not in (Outcome.FAILED, Outcome.CANCELLED):
        return False
    return dst not in call.dialog.targets


def _is_no_repetition(message: SipMessage, call: Call, now_ns: int, timers: CallTimers) -> bool:
    """Whether an INVITE is numbered higher than those of the old call, or comes too late."""
    if call.dialog is None or call.end_ns is None or message.cseq > call.dialog.invite_cseq:
        return True
    return now_ns - call.end_ns >= timers.retransmission_ns
