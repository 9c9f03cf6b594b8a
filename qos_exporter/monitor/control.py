"""How calls steer the kernels: the monitor's side of `StreamControl`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.monitor.pbx.stream import PbxStream
from qos_exporter.monitor.tracked import TrackedStream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qos_exporter.calls.media import MediaStream
    from qos_exporter.monitor.admission import Admission
    from qos_exporter.monitor.call_book import CallBook
    from qos_exporter.monitor.groups import Groups
    from qos_exporter.monitor.paths import Paths
    from qos_exporter.monitor.profiles import Profiles
    from qos_exporter.monitor.source import Source
    from qos_exporter.net import Endpoint


class KernelControl:
    """Passes on what signalling told, to the kernel that counts the stream or to all of them."""

    def __init__(
        self,
        sources: Sequence[Source],
        *,
        profiles: Profiles,
        paths: Paths,
        groups: Groups,
        admission: Admission,
        book: CallBook,
    ) -> None:
        self._sources = sources
        self._admission = admission
        self._book = book
        self._groups = groups
        self._profiles = profiles
        self._paths = paths

    def announce(self, endpoint: Endpoint) -> None:
        """Let streams at this endpoint count from their first packet, whoever captures them."""
        for source in self._sources:
            source.kernel.announce(endpoint)

    def withdraw(self, endpoint: Endpoint) -> None:
        """Take back `announce`."""
        for source in self._sources:
            source.kernel.withdraw(endpoint)

    def bind(self, stream: MediaStream) -> None:
        """Count the stream by what its call says of it: payload types and direction."""
        followed = self._followed(stream)
        if followed is None:
            return
        source, tracked = followed
        tracked.path = self._paths.number_of(
            src=stream.src.address, dst=stream.dst.address, direction=stream.direction
        )
        tracked.profile = self._profiles.number_of(stream.payloads)
        source.kernel.set_group(tracked.slot, tracked.path)
        source.kernel.set_profile(tracked.slot, tracked.profile)
        self._foresee_group(source, tracked)
        if stream.call is not None:
            self._admission.note_media(stream.call)
            self._book.note_media(stream.call)

    def mute(self, stream: MediaStream) -> None:
        """Count nothing more of the stream; one that never had a call has not counted at all."""
        followed = self._followed(stream)
        if followed is not None:
            source, tracked = followed
            source.kernel.mute(tracked.slot)
            tracked.counts = stream.call is not None

    def is_gone(self, stream: MediaStream) -> bool:
        """Whether no kernel has the stream any more; nobody tells of a muted one that is silent."""
        if not isinstance(stream, TrackedStream):
            return True
        kernel = self._sources[stream.source].kernel
        return not kernel.has(stream.slot, stream.kernel_serial)

    def release(self, stream: MediaStream) -> None:
        """Let the next packet with this key begin a new stream."""
        if isinstance(stream, TrackedStream):
            self._sources[stream.source].kernel.release(stream.slot, stream.kernel_serial)

    def last_packet_ns(self, stream: MediaStream) -> int:
        """When the stream was last heard; of one that is gone, when it was last seen alive."""
        followed = self._followed(stream)
        if followed is None:
            if isinstance(stream, TrackedStream | PbxStream):
                return stream.last_ns
            return stream.first_ns
        source, tracked = followed
        return source.kernel.last_packet_ns(tracked.slot)

    def _foresee_group(self, source: Source, stream: TrackedStream) -> None:
        """Let the counters of the stream's group be there, at zero, before its first window."""
        group = self._groups.number_of(
            path=stream.path, profile=stream.profile, payload_type=stream.payload_type
        )
        source.history.foresee(stream.slot, group)

    def _followed(self, stream: MediaStream) -> tuple[Source, TrackedStream] | None:
        """The stream with the source whose kernel has it; `None` for one that is gone."""
        if not isinstance(stream, TrackedStream):
            return None
        source = self._sources[stream.source]
        return (source, stream) if source.holds(stream) else None
