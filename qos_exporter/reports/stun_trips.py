"""Round trips by STUN: a check of the connection on a media port, and its answer.

ICE agents send one to each other every few seconds while a call lasts (RFC 7675), encrypted or not
what flows beside it.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from qos_exporter.units import MILLISECOND_NS

if TYPE_CHECKING:
    from qos_exporter.net import Endpoint

LIMIT = 4096
RESENT_NS = 100 * MILLISECOND_NS
"""A request is sent again after half a second or so (RFC 8489 section 6.2.1); the same one sooner
than this is one that was captured twice."""


class _Request(NamedTuple):
    at_ns: int
    is_resent: bool


class StunTrips:
    """Requests without an answer so far, the oldest of which go when there are too many."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._open: OrderedDict[tuple[bytes, Endpoint, Endpoint], _Request] = OrderedDict()

    def __len__(self) -> int:
        return len(self._open)

    def ask(self, transaction: bytes, *, src: Endpoint, dst: Endpoint, at_ns: int) -> None:
        """Take in a request. If sent again it is not timed: nobody knows which one is answered."""
        key = (transaction, src, dst)
        earlier = self._open.get(key)
        if earlier is None:
            self._open[key] = _Request(at_ns, is_resent=False)
        elif at_ns - earlier.at_ns > RESENT_NS:
            self._open[key] = _Request(at_ns, is_resent=True)
        if len(self._open) > self._limit:
            self._open.popitem(last=False)

    def answer(self, transaction: bytes, *, src: Endpoint, dst: Endpoint, at_ns: int) -> int | None:
        """Take in an answer; returns the leg between tap and answerer in ns, if it tells one."""
        request = self._open.pop((transaction, dst, src), None)
        return None if request is None or request.is_resent else at_ns - request.at_ns
