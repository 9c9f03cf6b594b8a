"""All that reads reports, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.dataplane.rows import SLOW_RTCP, SLOW_STUN
from qos_exporter.monitor.reporting.counts import ReportCounts
from qos_exporter.monitor.reporting.farewells import Farewells
from qos_exporter.monitor.reporting.rtcp_desk import RtcpDesk
from qos_exporter.monitor.reporting.signalled_desk import SignalledDesk
from qos_exporter.monitor.reporting.stun_desk import StunDesk
from qos_exporter.monitor.reporting.targets import Targets
from qos_exporter.monitor.reporting.trips import Trips
from qos_exporter.monitor.reporting.unseen import UnseenStreams
from qos_exporter.monitor.reporting.window_figures import WindowFigures
from qos_exporter.snapshot import Exemplar
from qos_exporter.tuples import new_tuple
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from qos_exporter.calls.call import Call
    from qos_exporter.calls.registry import CallRegistry
    from qos_exporter.dataplane.values import SlowFrame
    from qos_exporter.monitor.decode_errors import DecodeErrors
    from qos_exporter.monitor.groups import Groups
    from qos_exporter.monitor.source import Source
    from qos_exporter.monitor.tracked import TrackedStream
    from qos_exporter.reports.call_round_trip import TripSource

LOG_LIMIT = 1 << 17
"""Sources of time stamps that are remembered: twice as many as the stream table has by default."""


class ReportDesk:
    """Takes reports in and keeps what they say: with their streams, calls and groups."""

    def __init__(
        self,
        sources: Sequence[Source],
        calls: CallRegistry,
        groups: Groups,
        errors: DecodeErrors,
        *,
        keep_all: bool,
    ) -> None:
        self._sources = sources
        self._groups = groups
        self.counts = ReportCounts()
        self.trips = Trips(self.counts, self._observe, limit=LOG_LIMIT)
        self.windows = WindowFigures(self.trips, groups)
        self._farewells = Farewells(sources)
        self.unseen = UnseenStreams()
        self._keep_all = keep_all
        self.signalled = SignalledDesk(calls, counts=self.counts, errors=errors)
        rtcp = RtcpDesk(
            calls,
            Targets(sources, calls),
            self.trips,
            farewells=self._farewells,
            unseen=self.unseen,
            counts=self.counts,
            errors=errors,
        )
        self.readers: dict[int, Callable[[SlowFrame], None]] = {
            SLOW_RTCP: rtcp.take,
            SLOW_STUN: StunDesk(calls, self.trips).take,
        }
        """Who reads which kind of frame."""

    def pass_time(self, now_ns: int) -> None:
        """Do what is due."""
        self._farewells.settle(now_ns)
        self.trips.expire(now_ns)
        if not self._keep_all:
            self.unseen.expire(now_ns)

    def media_came(self, stream: TrackedStream) -> None:
        """Give a new stream what was reported on it before its first packet."""
        if self.unseen:
            stream.reports = self.unseen.give_up(stream)

    def restart(self) -> None:
        """Forget what only the present recording told."""
        self._farewells.clear()
        self.unseen.clear()
        self.trips.restart()

    def keep_only(self, calls: Iterable[Call]) -> None:
        """Forget the calls that are not shown any more."""
        self.trips.keep_only(calls)

    def _observe(
        self, stream: TrackedStream, source: TripSource, trip_s: float, at_ns: int
    ) -> None:
        """Enter a round trip into the aggregates of the stream that completed it."""
        number = self._sources[stream.source].history.group_of(stream.slot)
        if number >= 0 and stream.call is not None:
            example = (stream.call.call_id, trip_s, at_ns / SECOND_NS)
            exemplar = new_tuple(Exemplar, example)
            self._groups.sums[number].reports.add_round_trip(source, exemplar)
