"""STUN on the ports of media: each check that is answered times one side of a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.errors import DecodeError
from qos_exporter.monitor.tracked import TrackedStream
from qos_exporter.protocols.stun import StunKind, parse_stun
from qos_exporter.reports.call_round_trip import TripSource
from qos_exporter.reports.stun_trips import StunTrips

if TYPE_CHECKING:
    from qos_exporter.calls.registry import CallRegistry
    from qos_exporter.dataplane.values import SlowFrame
    from qos_exporter.monitor.reporting.trips import Trips


class StunDesk:
    """Reads STUN datagrams. Those that are no Binding messages concern nobody here."""

    def __init__(self, calls: CallRegistry, trips: Trips) -> None:
        self._calls = calls
        self._trips = trips
        self._open = StunTrips()

    def take(self, frame: SlowFrame) -> None:
        """Read one datagram."""
        try:
            message = parse_stun(frame.data)
        except DecodeError:
            return
        if message.kind is StunKind.REQUEST:
            self._open.ask(message.transaction_id, src=frame.src, dst=frame.dst, at_ns=frame.at_ns)
        elif message.kind is StunKind.SUCCESS:
            self._take_answer(message.transaction_id, frame)

    def _take_answer(self, transaction: bytes, frame: SlowFrame) -> None:
        leg_ns = self._open.answer(transaction, src=frame.src, dst=frame.dst, at_ns=frame.at_ns)
        if leg_ns is None:
            return
        # The media that the answerer receives come from where the request came from.
        stream = self._calls.stream_between(frame.dst, frame.src)
        if isinstance(stream, TrackedStream):
            self._trips.take(stream, leg_ns, source=TripSource.STUN, at_ns=frame.at_ns)
