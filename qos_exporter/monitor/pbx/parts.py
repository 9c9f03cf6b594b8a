"""What following PBXs rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qos_exporter.monitor.pbx.stream import PbxStream
from qos_exporter.monitor.pbx.views import copy_streams, pbx_views
from qos_exporter.monitor.tracked import TrackedStream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qos_exporter.calls.registry import CallRegistry
    from qos_exporter.dataplane.packet_clock import PacketClock
    from qos_exporter.monitor.admission import Admission
    from qos_exporter.monitor.call_book import CallBook
    from qos_exporter.monitor.groups import Groups
    from qos_exporter.monitor.paths import Paths
    from qos_exporter.monitor.pbx.leg import Leg
    from qos_exporter.monitor.pbx.placing import Placing
    from qos_exporter.monitor.pbx.scoring import PbxScoring
    from qos_exporter.monitor.pbx.streams import PbxStreams
    from qos_exporter.monitor.profiles import Profiles
    from qos_exporter.monitor.reporting.targets import Targets
    from qos_exporter.monitor.reporting.trips import Trips
    from qos_exporter.monitor.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class PbxParts:
    """Parts of the monitor, and those of its own."""

    sources: Sequence[Source]
    clock: PacketClock
    """That of the machine, by whose time it is told of everything."""
    calls: CallRegistry
    targets: Targets
    trips: Trips
    groups: Groups
    profiles: Profiles
    paths: Paths
    admission: Admission
    book: CallBook
    streams: PbxStreams
    scoring: PbxScoring
    placing: Placing

    def take_path(self, stream: PbxStream) -> None:
        """Let a stream have the path between its ends, by the names that networks have now."""
        stream.path = self.paths.number_of(
            src=stream.src.address, dst=stream.dst.address, direction=stream.direction
        )

    def stop(self, leg: Leg, *, to_party: bool, now_ns: int) -> None:
        """End the stream of one direction, if there is one, with its last window and words.

        Its call may have ended on the wire long before, and it lived no more for that.
        """
        stream = leg.streams.pop(to_party, None)
        if stream is not None:
            self.close_windows([stream], now_ns)
            (stream.final,) = pbx_views(copy_streams(self, [stream], active=False))
            self.streams.end(stream)

    def close_windows(self, streams: list[PbxStream], end_ns: int) -> None:
        """Score what was reported of streams since their last window."""
        for stream in self.scoring.close(self.streams, streams, end_ns):
            if stream.call is not None:
                self.book.note_issue(stream.call)
                self.admission.note_degraded(stream.call)

    def group_of(self, stream: PbxStream | TrackedStream | None) -> int | None:
        """Give the group that the windows of a stream are summed up in."""
        if isinstance(stream, PbxStream):
            return self.groups.number_of(
                path=stream.path, profile=stream.profile, payload_type=stream.payload_type
            )
        if isinstance(stream, TrackedStream):
            number = self.sources[stream.source].history.group_of(stream.slot)
            return number if number >= 0 else None
        return None
