"""Which stream a report is about.

A report names its stream by SSRC only. Two streams may have the same one (relays keep it, and some
devices use 0 or 1), and the addresses on the wire need not be those of the media: RTCP has ports of
its own, and NAT changes addresses. So the ends choose between streams of one SSRC, and do not rule
out the only one there is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.monitor.tracked import TrackedStream
from qos_exporter.net import Endpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qos_exporter.calls.registry import CallRegistry
    from qos_exporter.monitor.source import Source

CHOSEN_SSRC = 1 << 16
"""Lower numbers are not drawn at random (RFC 3550 section 8.1), so they prove nothing alone."""


def media_ports(control: Endpoint) -> tuple[Endpoint, Endpoint]:
    """Where media may be whose RTCP is here: one port below, or the same with rtcp-mux."""
    return Endpoint(control.address, control.port - 1), control


class Targets:
    """Finds the streams of all sources: reports may pass another interface than their streams."""

    def __init__(self, sources: Sequence[Source], calls: CallRegistry) -> None:
        self._sources = sources
        self._calls = calls

    def find(self, ssrc: int, *, sender: Endpoint, receiver: Endpoint) -> TrackedStream | None:
        """The stream of `ssrc`, by the ends of its RTCP: best both, else one.

        Else the only one in the call that named these ends for its reports, else the only one.
        """
        # Nearly all are at the place where `search` looks first.
        stream = self._sources[0].sent_from_below(sender, ssrc)
        if stream is not None and stream.counts and stream.dst.address == receiver.address:
            return stream
        return self.search(ssrc, sender=sender, receiver=receiver)

    def search(self, ssrc: int, *, sender: Endpoint, receiver: Endpoint) -> TrackedStream | None:
        """Look everywhere, in order."""
        return self.between(ssrc, sender=sender, receiver=receiver) or self._only(ssrc)

    def between(self, ssrc: int, *, sender: Endpoint, receiver: Endpoint) -> TrackedStream | None:
        """Look where the ends of the RTCP point to, and take no stream for being the only one."""
        found = None
        for source in self._sources:
            for end in media_ports(sender):
                stream = source.sent_from(end, ssrc)
                if stream is not None and stream.counts:
                    if stream.dst.address == receiver.address:
                        return stream
                    found = found or stream
            for end in media_ports(receiver):
                stream = source.received_at(end, ssrc)
                if stream is not None and stream.counts:
                    if stream.src.address == sender.address:
                        return stream
                    found = found or stream
        return found or self._in_call(ssrc, sender, receiver)

    def has_seen(self, ssrc: int) -> bool:
        """Whether there are streams of this SSRC, or were not long ago."""
        return any(source.has_seen(ssrc) for source in self._sources)

    def source_of(self, stream: TrackedStream) -> Source:
        """Who counts the stream."""
        return self._sources[stream.source]

    def _in_call(self, ssrc: int, sender: Endpoint, receiver: Endpoint) -> TrackedStream | None:
        call = self._calls.reports.call_between(sender, receiver)
        streams = () if call is None else call.streams
        running = (each for each in streams if each.ssrc == ssrc and each.is_live)
        found = [each for each in running if isinstance(each, TrackedStream)]
        return found[0] if len(found) == 1 else None

    def _only(self, ssrc: int) -> TrackedStream | None:
        if ssrc < CHOSEN_SSRC:
            return None
        known = [stream for source in self._sources if (stream := source.only_with(ssrc))]
        found = [stream for stream in known if stream.counts]
        return found[0] if len(found) == 1 else None
