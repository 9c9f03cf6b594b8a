"""Round trips: what was quoted, when it had passed, and which side of which call that measures."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from qos_exporter.calls.party import Direction
from qos_exporter.monitor.tracked import TrackedStream
from qos_exporter.protocols.rtcp.ntp import delay_ns
from qos_exporter.reports.call_round_trip import CallRoundTrip, Leg, TripSource
from qos_exporter.reports.round_trip import TimestampLog, rejection_of, remaining_ns
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from qos_exporter.calls.call import Call
    from qos_exporter.calls.media import MediaStream
    from qos_exporter.dataplane.values import SlowFrame
    from qos_exporter.monitor.reporting.counts import ReportCounts
    from qos_exporter.reports.figures import RunningFigures

    TripObserver = Callable[[TrackedStream, TripSource, float, int], None]

QUOTING = (TripSource.RTCP, TripSource.RTCP_XR)
"""Where legs come from reports that quote a time stamp."""

RTCP = TripSource.RTCP
"""For what is asked with every report: a member of an enumeration is not found at once."""

LEG_TOWARDS = {
    Direction.CALLER_TO_CALLEE: Leg.CALLEE,
    Direction.CALLEE_TO_CALLER: Leg.CALLER,
}
"""A report about a stream measures the way to who receives it."""


class Quotation(NamedTuple):
    """A time stamp of a source, as a report quotes it."""

    ssrc: int
    """Who sent it."""
    timestamp: int
    """The middle 32 bits of its NTP time; 0 if the reporter has not got any."""
    held: int
    """How long the reporter had it, in units of 1/65536 s."""


class Trips:
    """The round trips of all calls."""

    def __init__(self, counts: ReportCounts, observer: TripObserver, *, limit: int) -> None:
        self._counts = counts
        self._observer = observer
        self._limit = limit
        self._by_call: dict[Call, CallRoundTrip] = {}
        self.restart()

    def restart(self) -> None:
        """Forget the time stamps that passed: another recording may hold the same ones."""
        self._logs = {source: TimestampLog(self._limit) for source in QUOTING}

    def expire(self, now_ns: int) -> None:
        """Forget the time stamps of sources that have been silent for long."""
        for log in self._logs.values():
            log.expire(now_ns)

    def note(self, source: TripSource, ssrc: int, timestamp: int, frame: SlowFrame) -> None:
        """A time stamp that its receiver is going to quote passed the tap."""
        self._logs[source].note(ssrc, timestamp, src=frame.src, dst=frame.dst, at_ns=frame.at_ns)

    def has_sent(self, ssrc: int, frame: SlowFrame) -> bool:
        """Whether a sender report of a source passed to whoever sent this frame."""
        return self._logs[TripSource.RTCP].has_passed(ssrc, src=frame.dst, dst=frame.src)

    def leg_ns(self, source: TripSource, quoted: Quotation, frame: SlowFrame) -> int | None:
        """The leg between the tap and who quotes; `None` where that cannot be worked out."""
        held_ns = delay_ns(quoted.timestamp, quoted.held)
        if held_ns is None:
            return None
        log = self._logs[source]
        sent_ns = log.when(quoted.ssrc, quoted.timestamp, src=frame.src, dst=frame.dst)
        if sent_ns is None:
            return None
        return remaining_ns(frame.at_ns - sent_ns, held_ns)

    def take(
        self,
        stream: MediaStream,
        leg_ns: int,
        *,
        source: TripSource,
        at_ns: int,
        figures: RunningFigures | None = None,
    ) -> None:
        """Take in a leg between the tap and the receiver of a stream, unless it cannot be."""
        rejection = rejection_of(leg_ns)
        if rejection is not None:
            self._counts.rejected[source, rejection] += 1
            return
        if figures is not None:
            figures.add(leg_ns / SECOND_NS)
        call, leg = stream.call, LEG_TOWARDS.get(stream.direction)
        if call is not None and leg is not None:
            trip = self._by_call.get(call) or self._begin(call)
            address = stream.dst.address
            total_s = trip.add(leg, leg_ns, source=source, address=address, at_ns=at_ns)
            if total_s is not None and isinstance(stream, TrackedStream):
                self._observer(stream, source, total_s, at_ns)

    def take_whole(self, call: Call, trip_ns: int, at_ns: int) -> None:
        """Take in the round trip of a call that one of its ends has told."""
        trip = self._by_call.get(call) or self._begin(call)
        trip.add_whole(trip_ns, at_ns=at_ns)

    def of(self, call: Call) -> CallRoundTrip | None:
        """The round trips of a call, if it has any."""
        return self._by_call.get(call)

    def keep_only(self, calls: Iterable[Call]) -> None:
        """Forget the round trips of all calls but these."""
        if self._by_call:
            kept = set(calls)
            self._by_call = {call: trip for call, trip in self._by_call.items() if call in kept}

    def _begin(self, call: Call) -> CallRoundTrip:
        trip = self._by_call[call] = CallRoundTrip()
        return trip
