"""What each message does to its call, by table (RFC 3261 sections 13 to 15)."""

from __future__ import annotations

from collections.abc import Callable

from qos_exporter.calls.call import Call, CallState, Outcome
from qos_exporter.calls.dialog import ALERTED, ENDED, MEDIA, NOTHING, Arrival, Change, Dialog
from qos_exporter.calls.exchange import Exchange
from qos_exporter.calls.party import Party
from qos_exporter.protocols.sip import SipMessage
from qos_exporter.protocols.sip_headers import parse_rack

RETRIED = frozenset({401, 407, 422, 494})
"""Refusals that ask for the same request again with more in it: credentials (RFC 3261 section 22),
a longer session interval (RFC 4028), a security agreement (RFC 3329)."""
TERMINATED = 487
"""The answer to an INVITE that was cancelled (RFC 3261 section 21.4.25)."""
REDIRECTIONS = range(300, 400)
"""They ask for the same request again elsewhere (RFC 3261 section 8.1.3.4), and are neither success
nor failure (RFC 6076 section 4.6)."""
ALERTING = frozenset({180, 183})
_SUCCESS = 2
_INVITING = frozenset({"INVITE", "ACK"})
OFFER_METHODS = frozenset({"INVITE", "UPDATE", "PRACK"})
"""Requests whose responses may carry a description or accept one."""

_RECORDING_BODIES = frozenset({"application/rs-metadata", "application/rs-metadata+xml"})
_RECORDERS = ("+sip.src", "+sip.srs")
"""What the client and the server of a recording session call themselves in Contact, in requests and
responses."""


def receive(dialog: Dialog, call: Call, arrival: Arrival) -> Change:
    """Take in one message of a call and tell what it changed."""
    message = arrival.message
    dialog.heard_ns = max(dialog.heard_ns, arrival.now_ns)
    if not dialog.caller_tags:
        dialog.add_caller_tag(message.sender.tag)
    handler = _handler_of(message)
    change = handler(dialog, call, arrival) if handler else NOTHING
    if arrival.early is not None:
        change |= dialog.describe_early(arrival)
    if change & MEDIA:
        dialog.note_agreement(arrival.now_ns)
    return change


def _handler_of(message: SipMessage) -> _Handler | None:
    if message.is_request:
        return _REQUESTS.get(message.method)
    if message.method in OFFER_METHODS:
        return _RESPONSES[message.status_code // 100]
    # Where the BYE itself was missed, its 200 ends the call.
    is_farewell = message.method == "BYE" and message.status_code // 100 == _SUCCESS
    return _on_bye if is_farewell else None


def _is_for_recorder(message: SipMessage) -> bool:
    """Whether an INVITE or its 200 is of a recording session (RFC 7866 sections 6.1 and 6.2).

    Its client asks for a recorder, or one of the two says what it is.
    """
    headers = message.header_text.lower()
    if any(each in headers for each in _RECORDERS):
        return True
    asks = message.is_request and "siprec" in message.header("require").lower()
    return asks or not _RECORDING_BODIES.isdisjoint(message.body_types)


def _on_invite(dialog: Dialog, call: Call, arrival: Arrival) -> Change:
    message = arrival.message
    if not message.recipient.tag:
        _note_initial_invite(dialog, call, arrival)
    elif call.state is CallState.SETUP and dialog.invited_ns is None:
        # A request inside a dialog whose beginning we missed.
        call.begin(arrival.now_ns)
    dialog.is_recording = dialog.is_recording or _is_for_recorder(message)
    exchange = dialog.exchange_of(message)
    if exchange is not None:
        if not message.recipient.tag and arrival.src == dialog.origin:
            dialog.negotiation.retry(exchange, message.transaction)
        exchange.note_transaction(message.transaction)
    return dialog.describe(arrival, exchange)


def _note_initial_invite(dialog: Dialog, call: Call, arrival: Arrival) -> None:
    if not dialog.note_invite(arrival):
        return
    # Seen after its own response: the call cannot have begun later than that.
    call.start_ns = min(call.start_ns, arrival.now_ns)
    if call.answer_ns is not None:
        call.outcome = call.outcome or Outcome.ANSWERED
    else:
        # An ACK before it was one to a refusal.
        call.state = CallState.SETUP


def _on_ack(dialog: Dialog, call: Call, arrival: Arrival) -> Change:
    """Acknowledge a 200; where the offer came with that, the answer comes here.

    Where the 200 was missed, its ACK proves it.
    """
    message = arrival.message
    if call.state is CallState.SETUP and dialog.invited_ns is None:
        call.begin(arrival.now_ns)
    exchange = dialog.exchange_of(message)
    change = dialog.describe(arrival, exchange)
    is_proof = exchange and exchange.transactions and exchange.is_accepted_by(message.transaction)
    if is_proof and (call.state is not CallState.SETUP or dialog.is_from_caller(arrival)):
        change |= _accept(dialog, call, arrival, exchange)
    return change


def _on_prack(dialog: Dialog, call: Call, arrival: Arrival) -> Change:
    """Answer an offer that came in a provisional response, or make a new one (RFC 3262, 5)."""
    message = arrival.message
    party = dialog.requester(message)
    acknowledged = parse_rack(message.header("rack"))
    invited = dialog.negotiation.find(party, acknowledged) if acknowledged is not None else None
    if invited is not None and not invited.has_from(party):
        return dialog.describe(arrival, invited)
    return _on_update(dialog, call, arrival)


def _on_update(dialog: Dialog, _call: Call, arrival: Arrival) -> Change:
    if arrival.session is None:
        return NOTHING
    return dialog.describe(arrival, dialog.exchange_of(arrival.message))


def _on_cancel(dialog: Dialog, call: Call, arrival: Arrival) -> Change:
    """Note the wish; a 200 that is already on its way wins over it (section 9.1)."""
    is_wanted = call.state is CallState.SETUP and not dialog.is_behind_proxy(arrival.src)
    if is_wanted and not dialog.attempts.close(arrival.dst, arrival.now_ns):
        dialog.note_cancel(arrival.now_ns)
    return NOTHING


def _on_bye(dialog: Dialog, call: Call, arrival: Arrival) -> Change:
    """End the call, unless another fork that also answered goes on."""
    branch, negotiation = dialog.branch(arrival.message), dialog.negotiation
    if negotiation.has_answered(branch):
        if negotiation.leave(branch):
            return MEDIA
    elif negotiation.is_answered:
        # Of a fork that is out already, or never answered: the one that did goes on.
        return NOTHING
    elif _is_given_up(dialog, call, arrival.message):
        dialog.note_cancel(arrival.now_ns)
        return NOTHING
    # Where no answer was seen before it, that was missed.
    call.end(arrival.now_ns, Outcome.PARTIAL)
    return ENDED


def _is_given_up(dialog: Dialog, call: Call, message: SipMessage) -> bool:
    """Whether a BYE gives up a call that rings: only a caller may send one then (section 15).

    The INVITE is refused with 487 as after a CANCEL (section 15.1.2), or answered by another fork.
    """
    is_early = call.state is CallState.SETUP and dialog.invited_ns is not None
    return is_early and dialog.requester(message) is Party.CALLER


def _on_provisional(dialog: Dialog, call: Call, arrival: Arrival) -> Change:
    message = arrival.message
    dialog.is_proceeding = True
    dialog.attempts.ring(arrival.src)
    change = NOTHING
    if arrival.session is not None:
        change |= dialog.describe(arrival, dialog.exchange_of(message))
    if message.method == "INVITE" and call.state is CallState.SETUP:
        dialog.note_provisional(message.hops)
        if message.status_code in ALERTING:
            change |= _note_alerting(dialog, call, arrival.now_ns)
    return change


def _note_alerting(dialog: Dialog, call: Call, now_ns: int) -> Change:
    if dialog.alerted_ns is not None or call.state is not CallState.SETUP:
        return NOTHING
    dialog.alerted_ns = now_ns
    return ALERTED


def _on_success(dialog: Dialog, call: Call, arrival: Arrival) -> Change:
    message = arrival.message
    if message.method == "INVITE":
        dialog.is_recording = dialog.is_recording or _is_for_recorder(message)
    exchange = dialog.exchange_of(message)
    change = dialog.describe(arrival, exchange)
    return change | _accept(dialog, call, arrival, exchange)


def _accept(dialog: Dialog, call: Call, arrival: Arrival, exchange: Exchange | None) -> Change:
    """Take in a success, told by the response itself or by its ACK."""
    change = NOTHING
    message = arrival.message
    if message.method in _INVITING and dialog.requester(message) is Party.CALLER:
        change |= _note_answer(dialog, call, arrival)
    if exchange is not None and exchange.described and dialog.negotiation.commit(exchange):
        change |= MEDIA
    return change


def _note_answer(dialog: Dialog, call: Call, arrival: Arrival) -> Change:
    is_initial = call.state is CallState.SETUP or arrival.message.cseq == dialog.invite_cseq
    if not is_initial:
        return NOTHING
    change = NOTHING
    if dialog.negotiation.answer(dialog.branch(arrival.message)):
        change |= MEDIA
    if call.state is CallState.SETUP:
        # A re-INVITE has no reason to ring, so the call was seen to begin.
        if dialog.invited_ns is not None or dialog.alerted_ns is not None:
            call.outcome = Outcome.ANSWERED
        if not arrival.message.is_request:
            change |= _note_alerting(dialog, call, arrival.now_ns)
        call.begin(arrival.now_ns)
        call.answer_ns = arrival.now_ns
        dialog.attempts.restart()
    return change


def _on_failure(dialog: Dialog, call: Call, arrival: Arrival) -> Change:
    """Take back what the refused request had proposed; end the call if it was the first INVITE.

    The request may have been missed, or still be to come. Its transaction is that of the ACK.
    """
    message = arrival.message
    exchange = dialog.exchange_of(message)
    if exchange is not None:
        if message.transaction in exchange.refused:
            return NOTHING
        exchange.note_transaction(message.transaction)
    if message.method == "INVITE" and call.state is CallState.SETUP:
        return _on_failed_setup(dialog, call, arrival, exchange)
    return _roll_back(dialog, exchange)


def _on_failed_setup(
    dialog: Dialog, call: Call, arrival: Arrival, exchange: Exchange | None
) -> Change:
    message = arrival.message
    if message.cseq < dialog.invite_cseq:
        return NOTHING
    goes_on = dialog.attempts.close(arrival.src, arrival.now_ns)
    if goes_on or dialog.is_behind_proxy(arrival.dst, message.hops):
        return _drop_branch(dialog, dialog.branch(message))
    if message.status_code in RETRIED or message.status_code in REDIRECTIONS:
        dialog.is_proceeding = False
        return _roll_back(dialog, exchange)
    is_cancelled = dialog.cancelled_ns is not None or message.status_code == TERMINATED
    call.end(arrival.now_ns, Outcome.CANCELLED if is_cancelled else Outcome.FAILED)
    return ENDED


def _drop_branch(dialog: Dialog, branch: str) -> Change:
    if not branch:
        return NOTHING
    dialog.negotiation.leave(branch)
    return MEDIA


def _roll_back(dialog: Dialog, exchange: Exchange | None) -> Change:
    is_news = exchange is not None and dialog.negotiation.fail(exchange)
    return MEDIA if is_news else NOTHING


_Handler = Callable[[Dialog, Call, Arrival], Change]

_REQUESTS: dict[str, _Handler] = {
    "INVITE": _on_invite,
    "ACK": _on_ack,
    "PRACK": _on_prack,
    "UPDATE": _on_update,
    "CANCEL": _on_cancel,
    "BYE": _on_bye,
}

_RESPONSES: dict[int, _Handler] = {
    1: _on_provisional,
    2: _on_success,
    3: _on_failure,
    4: _on_failure,
    5: _on_failure,
    6: _on_failure,
}
"""By the first digit of the status code."""
