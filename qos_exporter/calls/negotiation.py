"""Offer and answer (RFC 3264) over all the requests of a call that may carry them.

An exchange is what one request (INVITE, UPDATE, PRACK) and its responses and acknowledgement say
about media. It is bound to the CSeq of that request, so that a repeated message cannot bring back
what was agreed on before, and a refused one takes with it only what it had proposed.

Every description is kept with the party that gave it. Which of the two was the offer never matters
here: delayed offers (RFC 3261 section 13.2.1) only change the messages in which they travel.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from qos_exporter.calls.exchange import Described, Exchange, ExchangeState
from qos_exporter.calls.party import Party

_KEPT_EXCHANGES = 8
_KEPT_DESCRIPTIONS = 64
_KEPT_BRANCHES = 64


class Standing(NamedTuple):
    """What counts of one exchange."""

    described: tuple[Described, ...]
    is_current: bool
    """This is the exchange that holds."""
    is_superseded: bool
    """A later exchange holds in its place."""


class Negotiation:
    """The exchanges of one call in the order in which they began, as far as that is known."""

    __slots__ = ("_answered", "_exchanges", "_forgotten", "_left", "_standing")

    def __init__(self) -> None:
        self._standing: tuple[Standing, ...] | None = ()
        """What follows from the rest; `None` until somebody asks."""
        self._exchanges: tuple[Exchange, ...] = ()
        self._forgotten = (-1, -1)
        """The highest number of the caller, and of the callee, that is not kept any more."""
        self._answered: tuple[str, ...] = ()
        self._left: tuple[str, ...] = ()

    def find(self, party: Party, cseq: int) -> Exchange | None:
        """Return the exchange that a request of `party` began."""
        for each in self._exchanges:
            if each.cseq == cseq and each.party is party:
                return each
        return None

    def open(self, party: Party, cseq: int) -> Exchange | None:
        """Return the exchange of a request, begun if it is new; `None` if its time is past."""
        known = self.find(party, cseq)
        if known is not None:
            return known
        if cseq <= self._forgotten[party]:
            return None
        exchange = Exchange(party, cseq)
        place = self._place_of(exchange)
        self._exchanges = (*self._exchanges[:place], exchange, *self._exchanges[place:])
        self._forget_old()
        self._standing = None
        return exchange if exchange in self._exchanges else None

    def _place_of(self, exchange: Exchange) -> int:
        """Find its place in the order of numbers: its request, and when it came, may be missed."""
        for place, each in enumerate(self._exchanges):
            if each.party is exchange.party and each.cseq > exchange.cseq:
                return place
        return len(self._exchanges)

    def describe(self, exchange: Exchange, described: Described) -> bool:
        """Add a description; tell whether that changed anything."""
        is_new = (
            self._is_open(exchange)
            and described not in exchange.described
            and len(exchange.described) < _KEPT_DESCRIPTIONS
        )
        if is_new:
            exchange.described += (described,)
            self._standing = None
        return is_new

    def commit(self, exchange: Exchange) -> bool:
        """The request was accepted: what it agreed on holds. Tell whether that is news."""
        if exchange.state is not ExchangeState.PENDING:
            return False
        exchange.state = ExchangeState.COMMITTED
        exchange.transactions = exchange.refused = ()
        self._standing = None
        return True

    def fail(self, exchange: Exchange) -> bool:
        """The request was refused: all stays as it was before it. Tell whether that is news."""
        if exchange.state is not ExchangeState.PENDING:
            return False
        exchange.state = ExchangeState.FAILED
        exchange.described = ()
        self._standing = None
        return True

    def retry(self, exchange: Exchange, transaction: str) -> None:
        """Take an INVITE that was refused for open again if this is another attempt at it.

        A proxy keeps its number where it has credentials of its own, or follows a redirection
        (RFC 3261 section 16.7); a repetition has the same transaction.
        """
        is_other = bool(transaction) and not exchange.knows(transaction)
        if is_other and exchange.state is ExchangeState.FAILED:
            exchange.state = ExchangeState.PENDING
            exchange.refused = (exchange.refused + exchange.transactions)[-_KEPT_BRANCHES:]
            exchange.transactions = ()
            self._standing = None

    def answer(self, branch: str) -> bool:
        """The callee with this tag took the call; tell whether that is news."""
        known = self._answered + self._left
        is_new = branch not in known and len(known) < _KEPT_BRANCHES
        if is_new:
            self._answered += (branch,)
            self._standing = None
        return is_new

    def leave(self, branch: str) -> bool:
        """The callee with this tag is out; tell whether another one that took the call is left."""
        if branch in self._answered:
            self._left += (branch,)
        self._answered = tuple([each for each in self._answered if each != branch])
        for exchange in self._exchanges:
            left = [each for each in exchange.described if each.branch != branch]
            exchange.described = tuple(left)
        self._standing = None
        return self.is_answered

    @property
    def is_answered(self) -> bool:
        """Whether any callee took the call and is not out yet."""
        return bool(self._answered)

    def has_answered(self, branch: str) -> bool:
        """Whether the callee with this tag took the call."""
        return branch in self._answered

    @property
    def current(self) -> Exchange | None:
        """The exchange whose outcome holds; before the first success the one that is under way.

        What was agreed on with a callee that is out holds no more.
        """
        agreed: Exchange | None = None
        pending: Exchange | None = None
        answered = self._answered_with_media()
        for each in reversed(self._exchanges):
            if each.state is ExchangeState.COMMITTED:
                if any(_counts(described, answered) for described in each.described):
                    return each
                agreed = agreed or each
            elif each.state is ExchangeState.PENDING:
                pending = pending or each
        return agreed or pending

    def standing(self) -> tuple[Standing, ...]:
        """Tell what counts of every exchange: refused offers and lost forks do not."""
        if self._standing is None:
            self._standing = tuple(self._work_out_standing())
        return self._standing

    @property
    def is_described(self) -> bool:
        """Whether of what holds, or else is under way, both offer and answer were seen."""
        current = [each.described for each in self.standing() if each.is_current]
        parties = {each.party for described in current for each in described if not each.is_early}
        return len(parties) == len(Party)

    def rest(self) -> None:
        """Keep nothing that can be worked out again: it may be long until somebody asks."""
        self._standing = None

    def _work_out_standing(self) -> Iterator[Standing]:
        current = self.current
        # What is under way replaces nothing yet, so only a success makes earlier ones obsolete.
        is_superseded = current is not None and current.state is ExchangeState.COMMITTED
        answered = self._answered_with_media()
        for exchange in self._exchanges:
            if exchange is current:
                is_superseded = False
            described = tuple([each for each in exchange.described if _counts(each, answered)])
            yield Standing(described, exchange is current, is_superseded)

    def _is_superseded(self, exchange: Exchange) -> bool:
        """Whether a later exchange has taken its place."""
        current = self.current
        if current is None or current.state is not ExchangeState.COMMITTED:
            return False
        return self._exchanges.index(exchange) < self._exchanges.index(current)

    def _is_open(self, exchange: Exchange) -> bool:
        return exchange.state is not ExchangeState.FAILED and not self._is_superseded(exchange)

    def _answered_with_media(self) -> tuple[str, ...]:
        """Return the callees that took the call, if any of them has said where its media are.

        Some agents take the tag of the far end with the answer and do not repeat the description
        that came with ringback: the media are still those of the branch that is gone.
        """
        if self._answered:
            for exchange in self._exchanges:
                for each in exchange.described:
                    is_callee = each.party is Party.CALLEE and not each.is_early
                    if is_callee and each.branch in self._answered:
                        return self._answered
        return ()

    def _forget_old(self) -> None:
        """Keep the newest exchanges and the one that holds."""
        surplus = max(0, len(self._exchanges) - _KEPT_EXCHANGES)
        if not surplus:
            return
        current = self.current
        old = [each for each in self._exchanges[:surplus] if each is not current]
        for exchange in old:
            self._note_forgotten(exchange.party, exchange.cseq)
        self._exchanges = tuple([each for each in self._exchanges if each not in old])

    def _note_forgotten(self, party: Party, cseq: int) -> None:
        highest = max(cseq, self._forgotten[party])
        by_caller, by_callee = self._forgotten
        is_caller = party is Party.CALLER
        self._forgotten = (highest, by_callee) if is_caller else (by_caller, highest)


def _counts(described: Described, answered: tuple[str, ...]) -> bool:
    """Whether this was said to or by a callee that is not out."""
    return not (described.branch and answered) or described.branch in answered
