"""When a call that says nothing any more is over."""

from __future__ import annotations

from qos_exporter.calls.call import Call, CallState, Outcome
from qos_exporter.calls.control import StreamControl
from qos_exporter.calls.timers import CallTimers


def last_sign_ns(call: Call, control: StreamControl) -> int:
    """Return when the last message, packet or report of a call was seen."""
    dialog = call.dialog
    heard_ns = call.start_ns if dialog is None else max(dialog.heard_ns, *dialog.elsewhere_ns)
    return max([heard_ns, call.reported_ns, *map(control.last_packet_ns, call.streams)])


def patience_ns(call: Call, timers: CallTimers) -> int:
    """Return for how long a call may be silent in the state that it is in."""
    dialog = call.dialog
    if dialog is None:
        return timers.silence_ns
    if call.state is CallState.SETUP and dialog.is_proceeding:
        return max(timers.silence_ns, timers.setup_ns)
    if call.on_hold or call.is_fax or _is_unheard(call):
        return max(timers.silence_ns, timers.quiet_ns)
    return timers.silence_ns


def _is_unheard(call: Call) -> bool:
    """Whether none of its media was ever seen: they pass elsewhere, and say nothing of its end."""
    return call.state is CallState.ACTIVE and not call.streams


def outcome_of_silence(call: Call) -> Outcome:
    """Tell how a call came out that just fell silent; one that was answered stays answered."""
    dialog = call.dialog
    if dialog is None or dialog.invited_ns is None or call.state is not CallState.SETUP:
        return Outcome.PARTIAL
    return Outcome.FAILED if dialog.cancelled_ns is None else Outcome.CANCELLED
