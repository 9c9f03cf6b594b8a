"""The signalling of one call: messages in, changes of the call out (RFC 3261 sections 12 to 15).

All messages of one Call-ID belong to one dialog here, its forks included. The two parties are told
apart by their tags and never by addresses: requests run in both directions, responses may come from
another address than the request went to, and a proxy shows everything twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Flag, auto

from qos_exporter.calls.call import Call, CallState, Outcome
from qos_exporter.calls.claims import Claim
from qos_exporter.calls.negotiation import Described, Exchange, Hop, Negotiation
from qos_exporter.calls.party import Party
from qos_exporter.net import Endpoint
from qos_exporter.protocols.session_description import SessionDescription
from qos_exporter.protocols.sip import SipMessage
from qos_exporter.protocols.sip_headers import parse_rack

RETRIED = frozenset({401, 407, 422, 494})
"""Refusals that ask for the same request again with more in it: credentials (RFC 3261 section 22),
a longer session interval (RFC 4028), a security agreement (RFC 3329)."""
ALERTING = frozenset({180, 183})
OFFER_METHODS = frozenset({"INVITE", "UPDATE", "PRACK"})
"""Requests whose responses may carry a description or accept one."""

_RECORDING_BODIES = frozenset({"application/rs-metadata", "application/rs-metadata+xml"})


class Change(Flag):
    """What a message changed."""

    NOTHING = 0
    ALERTED = auto()
    """The caller got the first sign that the far end was reached."""
    MEDIA = auto()
    """Other endpoints or formats than before."""
    ANSWERED = auto()
    ENDED = auto()


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message with where and when it was seen, and what it describes."""

    message: SipMessage
    src: Endpoint
    dst: Endpoint
    now_ns: int
    session: SessionDescription | None

    @property
    def hop(self) -> Hop:
        """The two addresses, in no order: a request and its response share a hop."""
        one, other = sorted((self.src.address, self.dst.address))
        return one, other


class Dialog:
    """What the messages of a call have established so far."""

    __slots__ = (
        "alerted_ns",
        "caller_tags",
        "cancelled_ns",
        "claims",
        "heard_ns",
        "invite_cseq",
        "invited_ns",
        "is_fax",
        "is_past",
        "is_proceeding",
        "is_recording",
        "is_silenced",
        "media_since_ns",
        "negotiation",
        "on_hold",
        "origin",
    )

    def __init__(self) -> None:
        self.negotiation = Negotiation()
        self.claims: tuple[Claim, ...] = ()
        """Where its parties expect media, as entered in the index."""
        self.caller_tags: set[str] = set()
        """More than one where a caller takes a new tag for the request with its credentials."""
        self.origin: str | None = None
        """Address that the first INVITE came from: what reaches it is final for the caller."""
        self.invite_cseq = 0
        """Of the newest INVITE outside the dialog."""
        self.invited_ns: int | None = None
        self.alerted_ns: int | None = None
        self.cancelled_ns: int | None = None
        self.heard_ns = 0
        """When the last message was seen."""
        self.media_since_ns = 0
        """Since when what is agreed on media holds."""
        self.is_proceeding = False
        """The last INVITE got a provisional response and no final one."""
        self.on_hold = False
        self.is_fax = False
        self.is_recording = False
        self.is_past = False
        """It was seen in another recording: its Call-ID says nothing here."""
        self.is_silenced = False
        """The call was ended for silence, not by a message, so a message may reopen it."""

    def receive(self, call: Call, arrival: Arrival) -> Change:
        """Take in one message of the call and tell what it changed."""
        message = arrival.message
        self.heard_ns = max(self.heard_ns, arrival.now_ns)
        if not self.caller_tags:
            self.caller_tags.add(message.sender.tag)
        if message.is_request:
            handle = _REQUESTS.get(message.method)
        elif message.method in OFFER_METHODS:
            handle = _RESPONSES.get(message.status_code // 100, _on_failure)
        else:
            handle = None
        return handle(self, call, arrival) if handle else Change.NOTHING

    def requester(self, message: SipMessage) -> Party:
        """Tell who sent this request, or the request that this is a response to."""
        return Party.CALLER if message.sender.tag in self.caller_tags else Party.CALLEE

    def branch(self, message: SipMessage) -> str:
        """Return the tag of the callee that the message is from or to; empty if it has none yet."""
        by_caller = self.requester(message) is Party.CALLER
        return message.recipient.tag if by_caller else message.sender.tag

    def describe(self, arrival: Arrival, exchange: Exchange | None) -> Change:
        """Note what the message says about its sender's media."""
        if arrival.session is None or exchange is None:
            return Change.NOTHING
        message = arrival.message
        requester = self.requester(message)
        described = Described(
            party=requester if message.is_request else requester.other,
            branch=self.branch(message),
            hop=arrival.hop,
            session=arrival.session,
        )
        if not self.negotiation.describe(exchange, described):
            return Change.NOTHING
        self.note_agreement(arrival.now_ns)
        return Change.MEDIA

    def note_agreement(self, now_ns: int) -> None:
        """Work out hold and fax from what holds now."""
        sessions = self._agreed_sessions()
        is_fax = any(session.is_fax for session in sessions)
        on_hold = not is_fax and any(_is_held(session) for session in sessions)
        if (on_hold, is_fax) != (self.on_hold, self.is_fax):
            self.on_hold, self.is_fax = on_hold, is_fax
            self.media_since_ns = now_ns

    def _agreed_sessions(self) -> list[SessionDescription]:
        current = self.negotiation.current
        for exchange, standing in self.negotiation.standing():
            if exchange is current:
                return [each.session for each in standing]
        return []

    def exchange_of(self, message: SipMessage) -> Exchange | None:
        """Return the exchange that a message belongs to."""
        return self.negotiation.open(self.requester(message), message.cseq)

    def is_decisive(self, address: str) -> bool:
        """Whether this is the caller's own hop.

        A proxy that tries one callee after the other shows refusals and cancellations on its far
        side that the caller never hears of.
        """
        return self.origin is None or self.origin == address


def _is_held(session: SessionDescription) -> bool:
    """Whether audio was described, but none that flows both ways (RFC 3264 section 8.4)."""
    return bool(session.audio) and not any(media.is_two_way for media in session.audio)


def _is_for_recorder(message: SipMessage) -> bool:
    """Whether an INVITE comes from a session recording client (RFC 7866 section 6.1)."""
    asks = "siprec" in message.header("require").lower()
    return asks or not _RECORDING_BODIES.isdisjoint(message.body_types)


def _on_invite(dialog: Dialog, call: Call, arrival: Arrival) -> Change:
    message = arrival.message
    if not message.recipient.tag:
        _note_initial_invite(dialog, call, arrival)
    elif call.state is CallState.SETUP and dialog.invited_ns is None:
        # A request inside a dialog whose beginning we missed.
        call.begin(arrival.now_ns)
    dialog.is_recording = dialog.is_recording or _is_for_recorder(message)
    return dialog.describe(arrival, dialog.exchange_of(message))


def _note_initial_invite(dialog: Dialog, call: Call, arrival: Arrival) -> None:
    message = arrival.message
    if dialog.requester(message) is Party.CALLEE and not dialog.negotiation.has_answered(
        message.sender.tag
    ):
        dialog.caller_tags.add(message.sender.tag)
    dialog.invite_cseq = max(dialog.invite_cseq, message.cseq)
    if dialog.invited_ns is not None:
        return
    dialog.invited_ns = arrival.now_ns
    dialog.origin = arrival.src.address
    # Seen after its own response: the call cannot have begun later than that.
    call.start_ns = min(call.start_ns, arrival.now_ns)
    if call.outcome is None and call.answer_ns is not None:
        call.outcome = Outcome.ANSWERED


def _on_ack(dialog: Dialog, call: Call, arrival: Arrival) -> Change:
    """Acknowledge a 200; where the offer came with that, the answer comes here."""
    message = arrival.message
    if call.state is CallState.SETUP and dialog.invited_ns is None:
        call.begin(arrival.now_ns)
    return dialog.describe(arrival, dialog.exchange_of(message))


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
        return Change.NOTHING
    return dialog.describe(arrival, dialog.exchange_of(arrival.message))


def _on_cancel(dialog: Dialog, call: Call, arrival: Arrival) -> Change:
    """Note the wish; a 200 that is already on its way wins over it (section 9.1)."""
    wanted = call.state is CallState.SETUP and dialog.is_decisive(arrival.src.address)
    if wanted and dialog.cancelled_ns is None:
        dialog.cancelled_ns = arrival.now_ns
    return Change.NOTHING


def _on_bye(dialog: Dialog, call: Call, arrival: Arrival) -> Change:
    """End the call, unless another fork that also answered goes on."""
    branch = dialog.branch(arrival.message)
    if dialog.negotiation.has_answered(branch) and dialog.negotiation.leave(branch):
        return Change.MEDIA
    # Where no answer was seen before it, that was missed: BYE belongs to established dialogs.
    call.end(arrival.now_ns, Outcome.PARTIAL)
    return Change.ENDED


def _on_provisional(dialog: Dialog, call: Call, arrival: Arrival) -> Change:
    message = arrival.message
    dialog.is_proceeding = True
    change = Change.NOTHING
    if arrival.session is not None:
        change |= dialog.describe(arrival, dialog.exchange_of(message))
    if message.method == "INVITE" and message.status_code in ALERTING:
        change |= _note_alerting(dialog, call, arrival.now_ns)
    return change


def _note_alerting(dialog: Dialog, call: Call, now_ns: int) -> Change:
    if dialog.alerted_ns is not None or call.state is not CallState.SETUP:
        return Change.NOTHING
    dialog.alerted_ns = now_ns
    return Change.ALERTED


def _on_success(dialog: Dialog, call: Call, arrival: Arrival) -> Change:
    message = arrival.message
    exchange = dialog.exchange_of(message)
    change = dialog.describe(arrival, exchange)
    if message.method == "INVITE" and dialog.requester(message) is Party.CALLER:
        change |= _note_answer(dialog, call, arrival)
    if exchange is not None and exchange.described and dialog.negotiation.commit(exchange):
        dialog.note_agreement(arrival.now_ns)
        change |= Change.MEDIA
    return change


def _note_answer(dialog: Dialog, call: Call, arrival: Arrival) -> Change:
    is_initial = call.state is CallState.SETUP or arrival.message.cseq == dialog.invite_cseq
    if not is_initial:
        return Change.NOTHING
    change = Change.NOTHING
    if dialog.negotiation.answer(dialog.branch(arrival.message)):
        change |= Change.MEDIA
    if call.state is CallState.SETUP:
        change |= _note_alerting(dialog, call, arrival.now_ns) | Change.ANSWERED
        call.begin(arrival.now_ns)
        call.answer_ns = arrival.now_ns
        if dialog.invited_ns is not None:
            call.outcome = Outcome.ANSWERED
    return change


def _on_failure(dialog: Dialog, call: Call, arrival: Arrival) -> Change:
    """Take back what the refused request had proposed; end the call if it was the first INVITE."""
    message = arrival.message
    if message.method == "INVITE" and call.state is CallState.SETUP:
        return _on_failed_setup(dialog, call, arrival)
    return _roll_back(dialog, arrival)


def _on_failed_setup(dialog: Dialog, call: Call, arrival: Arrival) -> Change:
    message = arrival.message
    if message.cseq < dialog.invite_cseq:
        return Change.NOTHING
    if not dialog.is_decisive(arrival.dst.address):
        return _drop_branch(dialog, dialog.branch(message))
    if message.status_code in RETRIED:
        dialog.is_proceeding = False
        return _roll_back(dialog, arrival)
    is_cancelled = dialog.cancelled_ns is not None
    call.end(arrival.now_ns, Outcome.CANCELLED if is_cancelled else Outcome.FAILED)
    return Change.ENDED


def _drop_branch(dialog: Dialog, branch: str) -> Change:
    if not branch:
        return Change.NOTHING
    dialog.negotiation.leave(branch)
    return Change.MEDIA


def _roll_back(dialog: Dialog, arrival: Arrival) -> Change:
    message = arrival.message
    exchange = dialog.negotiation.find(dialog.requester(message), message.cseq)
    if exchange is None or not dialog.negotiation.fail(exchange):
        return Change.NOTHING
    dialog.note_agreement(arrival.now_ns)
    return Change.MEDIA


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
}
"""By the first digit of the status code; all others are failures."""
