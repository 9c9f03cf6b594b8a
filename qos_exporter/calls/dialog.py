"""What the messages of one call have established (RFC 3261 section 12).

All messages of one Call-ID belong to one dialog here, its forks included. The two parties are told
apart by their tags and never by addresses: requests run in both directions, responses may come from
another address than the request went to, and a proxy shows everything twice.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, TypeVar

from qos_exporter.calls.attempts import Attempts
from qos_exporter.calls.claims import Claim
from qos_exporter.calls.exchange import Described, Exchange, Hop
from qos_exporter.calls.negotiation import Negotiation
from qos_exporter.calls.party import Party
from qos_exporter.calls.rest import rest_of
from qos_exporter.net import Endpoint
from qos_exporter.protocols.session_description import SessionDescription
from qos_exporter.protocols.sip import SipMessage

_KEPT_NAMES = 64
"""How many tags and addresses are remembered of one call; no honest call has more."""


T = TypeVar("T")

Change = int
"""What a message changed: the sum of the following."""

NOTHING = 0
ALERTED = 1
"""The caller got the first sign that the far end was reached."""
MEDIA = 2
"""Other endpoints or formats than before."""
ENDED = 4

NO_FAX: frozenset[Endpoint] = frozenset()
"""Named, so that the calls share it: every empty set is an object of its own, of 216 bytes."""


class Arrival(NamedTuple):
    """A message with where and when it was seen, and what it describes."""

    message: SipMessage
    src: Endpoint
    dst: Endpoint
    now_ns: int
    session: SessionDescription | None
    early: SessionDescription | None = None
    """What it describes of an early session (RFC 3959)."""

    @property
    def hop(self) -> Hop:
        """The two addresses, in no order: a request and its response share a hop."""
        return _hop_between(self.src.address, self.dst.address)


@lru_cache(maxsize=4096)
def _hop_between(one: str, other: str) -> Hop:
    """Cached, since every call keeps it with each description, and few occur, and often."""
    return (one, other) if one < other else (other, one)


class Dialog:
    """What the messages of a call have established so far."""

    __slots__ = (
        "alerted_ns",
        "attempts",
        "caller_tags",
        "cancelled_ns",
        "claims",
        "elsewhere_ns",
        "fax",
        "guesses",
        "heard_ns",
        "invite_cseq",
        "invite_hops",
        "invited_ns",
        "is_described",
        "is_fax",
        "is_past",
        "is_proceeding",
        "is_recording",
        "is_silenced",
        "media_since_ns",
        "negotiation",
        "on_hold",
        "origin",
        "relays",
        "response_hops",
        "rested_ns",
        "targets",
    )

    def __init__(self) -> None:
        self.negotiation = Negotiation()
        self.claims: tuple[Claim, ...] = ()
        """Where its parties expect media, as entered in the index."""
        self.guesses: tuple[Claim, ...] = ()
        """Where their media may come from if the claims are of no use."""
        self.fax = NO_FAX
        """Where they await UDPTL (ITU-T T.38), as entered beside the claims."""
        self.caller_tags: tuple[str, ...] = ()
        """More than one where a caller takes a new tag for the request with its credentials."""
        self.origin: Endpoint | None = None
        """Where the newest INVITE of the caller came from."""
        self.relays: tuple[Endpoint, ...] = ()
        """From where else it came: proxies that passed it on."""
        self.targets: tuple[Endpoint, ...] = ()
        """Where INVITEs outside the dialog went to."""
        self.attempts = Attempts()
        """Those of them that the caller itself, or what is nearest to it here, sent and awaits."""
        self.invite_cseq = 0
        """Of the caller's newest INVITE outside the dialog."""
        self.invite_hops = 0
        self.response_hops = 0
        """How near to the caller that INVITE, and a provisional response to it, were seen."""
        self.invited_ns: int | None = None
        self.alerted_ns: int | None = None
        self.cancelled_ns: int | None = None
        self.heard_ns = 0
        """When the last message was seen."""
        self.elsewhere_ns = (0, 0)
        """When caller and callee last received media that belong to another leg of this call."""
        self.media_since_ns = 0
        """Since when what is agreed on media holds."""
        self.rested_ns = 0
        """When a hold or a fax last began or ended."""
        self.is_proceeding = False
        """The last INVITE got a provisional response and no final one."""
        self.is_described = False
        """Both sides said where they await media, as far as that was seen."""
        self.on_hold = False
        self.is_fax = False
        self.is_recording = False
        self.is_past = False
        """It was seen in another recording: its Call-ID says nothing here."""
        self.is_silenced = False
        """The call was ended for silence, not by a message, so a message may reopen it."""

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
            return NOTHING
        return self._note_description(arrival, exchange, arrival.session, is_early=False)

    def describe_early(self, arrival: Arrival) -> Change:
        """Note where media of an early session go; the exchange of the INVITE is not about them."""
        exchange = self.negotiation.find(Party.CALLER, self.invite_cseq)
        if arrival.early is None or exchange is None:
            return NOTHING
        return self._note_description(arrival, exchange, arrival.early, is_early=True)

    def _note_description(
        self, arrival: Arrival, exchange: Exchange, session: SessionDescription, *, is_early: bool
    ) -> Change:
        message = arrival.message
        requester = self.requester(message)
        party = requester if message.is_request else requester.other
        described = Described(
            party, self.branch(message), arrival.hop, arrival.src.address, session, is_early
        )
        return MEDIA if self.negotiation.describe(exchange, described) else NOTHING

    def note_agreement(self, now_ns: int) -> None:
        """Note whether the call is on hold or a fax by now, and whether both sides were seen."""
        self.is_described = self.negotiation.is_described
        rest = rest_of(self.negotiation.standing())
        if rest != (self.on_hold, self.is_fax):
            self.on_hold, self.is_fax = rest
            self.media_since_ns = self.rested_ns = now_ns

    def exchange_of(self, message: SipMessage) -> Exchange | None:
        """Return the exchange that a message belongs to."""
        return self.negotiation.open(self.requester(message), message.cseq)

    def note_invite(self, arrival: Arrival) -> bool:
        """Note an INVITE outside the dialog; tell whether it is the first one."""
        message = arrival.message
        if not self.negotiation.has_answered(message.sender.tag):
            self.add_caller_tag(message.sender.tag)
        is_known = arrival.dst in self.targets
        self.targets = with_name(self.targets, arrival.dst)
        if arrival.src in self.relays:
            # A proxy numbers its attempts anew where it has the credentials itself.
            return False
        is_first, is_again = self.invited_ns is None, message.cseq > self.invite_cseq
        if is_first:
            self.invited_ns = arrival.now_ns
        elif is_again:
            self.response_hops = 0
        if is_first or is_again:
            # The caller's next attempt may come from another port.
            self._begin_from(arrival)
        elif arrival.src != self.origin and not self._note_relay(arrival):
            return False
        if is_again or not is_known:
            self.attempts.begin(arrival.dst, arrival.now_ns)
            self.cancelled_ns = None
        return is_first

    def _begin_from(self, arrival: Arrival) -> None:
        """Take the sender of an INVITE for the caller, or for what is nearest to it here."""
        self.origin = arrival.src
        self.invite_cseq = arrival.message.cseq
        self.invite_hops = arrival.message.hops
        self.attempts.restart()

    def _note_relay(self, arrival: Arrival) -> bool:
        """Tell whether an INVITE is the one that a proxy received, its copy being known already.

        The two sides of a proxy may be seen on two interfaces, either of them first.
        """
        is_nearer = arrival.message.hops < self.invite_hops
        relay = self.origin if is_nearer and self.origin else arrival.src
        self.relays = with_name(self.relays, relay)
        if is_nearer:
            self._begin_from(arrival)
        return is_nearer

    def note_cancel(self, now_ns: int) -> None:
        """Note that the caller wants the call no more, and since when."""
        if self.cancelled_ns is None:
            self.cancelled_ns = now_ns

    def add_caller_tag(self, tag: str) -> None:
        """Note a tag of the caller."""
        self.caller_tags = with_name(self.caller_tags, tag)

    def is_from_caller(self, arrival: Arrival) -> bool:
        """Whether the caller itself sent this ACK, which it does to a 200 only.

        That to a refusal is sent anew on each hop (RFC 3261 section 16.7): it has but one Via where
        the INVITE had more, or comes with it from elsewhere.
        """
        hops = arrival.message.hops
        is_sent_here = self.origin is not None and arrival.src.address == self.origin.address
        return hops >= self.invite_hops and (hops > 1 or is_sent_here)

    def note_provisional(self, hops: int) -> None:
        """Note how near to the caller a response to its INVITE was seen."""
        self.response_hops = min(hops, self.response_hops or hops)

    def is_behind_proxy(self, endpoint: Endpoint, hops: int = 0) -> bool:
        """Whether this is a proxy's side of the call, not the caller's own.

        A proxy that tries one callee after the other shows refusals and cancellations on its far
        side that the caller never hears of. Where the INVITE of either side was missed, responses
        tell that there is a nearer one.
        """
        return endpoint in self.relays or 0 < self.response_hops < hops


def with_name(names: tuple[T, ...], name: T) -> tuple[T, ...]:
    """Remember one more tag or address: mostly the first, and a set of one takes 200 bytes."""
    return names if name in names or len(names) >= _KEPT_NAMES else (*names, name)
