"""Streams that are known from their RTCP alone: their media pass elsewhere, or are silent.

Random bytes may look like a report, so one report proves nothing. A stream is believed in when its
sender has sent a sender report the one way and somebody reports on it the other way, or when two
reports on it go together.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from qos_exporter.calls.media import MediaStream
from qos_exporter.reports.loss import LOST_MODULUS, SEQUENCE_MODULUS, is_possible, signed
from qos_exporter.reports.stream_reports import StreamReports
from qos_exporter.reports.tap import TapCount
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qos_exporter.net import Endpoint
    from qos_exporter.protocols.rtcp import ReceptionReport

LIMIT = 1024
EXPIRY_NS = 60 * SECOND_NS
"""So long after its last report a stream is forgotten; reports come every five seconds or so."""
MOVED_MAX = 1 << 16
"""Two reports on one stream are not further apart than this many packets."""
NOT_SEEN = TapCount(expected_now=0, lost_now=0, expected=None, lost=0)
"""What a tap has counted that has not seen the stream."""

Way = tuple[int, str, str]
"""SSRC, and the addresses of sender and receiver."""


class UnseenStream(MediaStream):
    """A stream of which only reports pass; its ends are those of its RTCP."""

    __slots__ = ("highest", "is_proven", "last_ns", "lost", "reports")

    def __init__(
        self, ssrc: int, *, sender: Endpoint, receiver: Endpoint, serial: int, now_ns: int
    ) -> None:
        super().__init__(
            serial=serial, src=sender, dst=receiver, ssrc=ssrc, payload_type=0, first_ns=now_ns
        )
        self.reports = StreamReports()
        self.last_ns = now_ns
        self.is_proven = False
        self.highest = 0
        self.lost = 0

    def take(self, block: ReceptionReport, now_ns: int, *, has_sent: bool) -> None:
        """Take in a report on it; `has_sent` says that a sender report of it has passed."""
        self.is_proven = self.is_proven or has_sent or self._goes_on(block)
        self.highest, self.lost = block.extended_highest_sequence_number, block.packets_lost
        self.last_ns = now_ns
        rtcp = self.reports.for_rtcp()
        if not rtcp.is_repeated(block, now_ns):
            rtcp.take(block, NOT_SEEN, clock_rate=0, now_ns=now_ns, from_start=False)

    def _goes_on(self, block: ReceptionReport) -> bool:
        """Whether the report before and this one can be of the same stream."""
        if not (self.highest and block.extended_highest_sequence_number):
            return False
        sent = signed(block.extended_highest_sequence_number - self.highest, SEQUENCE_MODULUS)
        lost = signed(block.packets_lost - self.lost, LOST_MODULUS)
        return 0 < sent < MOVED_MAX and is_possible(sent=sent, lost=lost)


class UnseenStreams:
    """All of them. Bounded: of too many the one that was reported on the longest ago goes."""

    def __init__(self) -> None:
        self._streams: OrderedDict[Way, UnseenStream] = OrderedDict()
        self._serial = 0

    def __len__(self) -> int:
        """How many there are, believed in or not."""
        return len(self._streams)

    def __iter__(self) -> Iterator[UnseenStream]:
        """Give those that are believed in."""
        return (each for each in self._streams.values() if each.is_proven)

    def at(self, ssrc: int, *, sender: Endpoint, receiver: Endpoint, now_ns: int) -> UnseenStream:
        """The stream of an SSRC between the ends of its RTCP, new if need be."""
        way = ssrc, sender.address, receiver.address
        stream = self._streams.get(way)
        if stream is None:
            self._serial -= 1
            stream = self._streams[way] = UnseenStream(
                ssrc, sender=sender, receiver=receiver, serial=self._serial, now_ns=now_ns
            )
            if len(self._streams) > LIMIT:
                self._streams.popitem(last=False)
        else:
            self._streams.move_to_end(way)
        return stream

    def find(self, ssrc: int, *, sender: Endpoint, receiver: Endpoint) -> UnseenStream | None:
        """The stream of an SSRC between these ends, if it is known."""
        return self._streams.get((ssrc, sender.address, receiver.address))

    def give_up(self, stream: MediaStream) -> StreamReports | None:
        """What was reported of a stream whose media have come; it is no longer unseen then."""
        ways = [way for way in self._streams if way[0] == stream.ssrc]
        gone = [self._streams.pop(way) for way in ways]
        ends = stream.src.address, stream.dst.address
        for unseen in gone:
            if (unseen.src.address, unseen.dst.address) == ends:
                return unseen.reports
        return gone[0].reports if len(gone) == 1 else None

    def expire(self, now_ns: int) -> None:
        """Forget those that are not reported on any more."""
        while self._streams:
            way, stream = next(iter(self._streams.items()))
            if now_ns - stream.last_ns < EXPIRY_NS:
                return
            del self._streams[way]

    def clear(self) -> None:
        """Forget all."""
        self._streams.clear()
