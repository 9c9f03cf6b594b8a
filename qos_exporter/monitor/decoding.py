"""SIP messages out of the datagrams that leave the packet path."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from qos_exporter.errors import DecodeError
from qos_exporter.protocols.sip import KEEPALIVE, parse_message

if TYPE_CHECKING:
    from qos_exporter.protocols.sip import SipMessage


class SignallingReader:
    """Reads SIP messages and counts what is wrong with the others."""

    def __init__(self) -> None:
        self.errors: Counter[tuple[str, str]] = Counter()
        """(protocol, reason) of messages that broke the rules."""

    def read(self, payload: bytes) -> SipMessage | None:
        """Read the payload of a datagram; `None` where there is no message in it."""
        try:
            return parse_message(payload)
        except DecodeError as error:
            if error.reason != KEEPALIVE:
                self.errors["sip", error.reason] += 1
            return None

    def error_counts(self) -> tuple[tuple[str, str, int], ...]:
        """Copy the counters: (protocol, reason, count), sorted."""
        return tuple(
            (protocol, reason, count) for (protocol, reason), count in sorted(self.errors.items())
        )
