"""Where one caller, or the proxy that stands for it, has sent the same INVITE."""

from __future__ import annotations

from qos_exporter.net import Endpoint
from qos_exporter.units import SECOND_NS

UNHEARD_NS = SECOND_NS
"""A destination that has said nothing for so long does not answer any more: two of the intervals T1
after which an INVITE is repeated (RFC 3261 section 17.1.1.1)."""
_KEPT = 64


class Attempts:
    """The destinations that have neither refused nor been given up.

    A proxy that rings several telephones hears the refusals and sends the cancellations of each of
    them. Where only its far side is seen, the last of them is that of the call.
    """

    __slots__ = ("_began_ns", "_closed", "_open", "_ringing")

    def __init__(self) -> None:
        self._open: tuple[Endpoint, ...] = ()
        self._ringing: tuple[Endpoint, ...] = ()
        self._closed: tuple[Endpoint, ...] = ()
        self._began_ns = 0

    def begin(self, dst: Endpoint, now_ns: int) -> None:
        """An INVITE went to a destination for the first time."""
        if len(self._open) + len(self._closed) < _KEPT:
            self._open += (dst,)
            self._began_ns = now_ns

    def restart(self) -> None:
        """The caller tries again, or has got through: what was tried before is over."""
        self._open = self._ringing = self._closed = ()

    def ring(self, src: Endpoint) -> None:
        """A destination has responded, and not finally."""
        if src in self._open and src not in self._ringing:
            self._ringing += (src,)

    def close(self, destination: Endpoint, now_ns: int) -> bool:
        """A destination refused or was given up; tell whether the call goes on at another one."""
        if destination in self._open:
            self._open = tuple([each for each in self._open if each != destination])
            self._ringing = tuple([each for each in self._ringing if each != destination])
            self._closed += (destination,)
        elif destination not in self._closed:
            return False
        return bool(self._ringing or (self._open and now_ns - self._began_ns < UNHEARD_NS))
