"""One round of offer and answer (RFC 3264): what a request and what follows it say about media."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from qos_exporter.calls.party import Party
from qos_exporter.protocols.session_description import SessionDescription

Hop = tuple[str, str]
"""The two addresses between which a message was seen, sorted. A proxy shows a call on two hops, and
may rewrite the descriptions between them."""

_KEPT_TRANSACTIONS = 64


class ExchangeState(Enum):
    """How far an exchange has come."""

    PENDING = 0
    COMMITTED = 1
    FAILED = 2


class Described(NamedTuple):
    """What one party said on one hop."""

    party: Party
    branch: str
    """The callee's tag, empty where the message had none: the caller's offer to all branches."""
    hop: Hop
    sender: str
    """Address that the message came from."""
    session: SessionDescription
    is_early: bool = False
    """This is about an early session (RFC 3959), and neither offer nor answer of the exchange."""


class Exchange:
    """One round of offer and answer."""

    __slots__ = ("cseq", "described", "party", "refused", "state", "transactions")

    def __init__(self, party: Party, cseq: int) -> None:
        self.party = party
        """Who sent the request."""
        self.cseq = cseq
        self.state = ExchangeState.PENDING
        self.described: tuple[Described, ...] = ()
        self.transactions: tuple[str, ...] = ()
        """Those of an INVITE that is not accepted yet, one on each hop."""
        self.refused: tuple[str, ...] = ()
        """Those of earlier attempts under the same number."""

    def note_transaction(self, transaction: str) -> None:
        """Note under which transaction the INVITE was seen."""
        is_new = transaction and not self.knows(transaction)
        if (
            is_new
            and self.state is ExchangeState.PENDING
            and len(self.transactions) < _KEPT_TRANSACTIONS
        ):
            self.transactions += (transaction,)

    def knows(self, transaction: str) -> bool:
        """Whether the INVITE was seen under this transaction."""
        return transaction in self.transactions or transaction in self.refused

    def is_accepted_by(self, acknowledgement: str) -> bool:
        """Tell from the transaction of an ACK whether a 200 was missed.

        The ACK to a refusal belongs to the transaction of the INVITE, that to a 200 is one by
        itself (RFC 3261 sections 17.1.1.3 and 13.2.2.4).
        """
        is_other = bool(acknowledgement) and not self.knows(acknowledgement)
        return is_other and self.state is ExchangeState.PENDING

    def has_from(self, party: Party) -> bool:
        """Whether this party has described its media in this exchange."""
        return any(each.party is party and not each.is_early for each in self.described)
