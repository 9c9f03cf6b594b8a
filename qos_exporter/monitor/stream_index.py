"""The streams of a source by what reports, and packets behind a NAT, still tell of them."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from qos_exporter.monitor.namesakes import Namesakes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qos_exporter.dataplane.values import StreamKey
    from qos_exporter.monitor.tracked import TrackedStream

GONE_LIMIT = 4096
"""SSRCs that are remembered after their streams have gone: reports on them may still come."""


class StreamIndex:
    """Finds a stream by its SSRC and one of its ends, or by its SSRC where no other has it.

    An SSRC is a random number, so nearly always the SSRC alone leads to the stream, and there is
    one entry for it. Load generators give the same one to thousands of calls: such streams, and no
    others, are entered by their ends as well.
    """

    __slots__ = ("_by_ssrc", "_gone", "_moved")

    def __init__(self) -> None:
        self._by_ssrc: dict[int, TrackedStream | Namesakes] = {}
        self._gone: OrderedDict[int, None] = OrderedDict()
        self._moved: dict[TrackedStream, StreamKey] = {}
        """Where streams run that NAT has moved; they are shown where they began."""

    def __len__(self) -> int:
        """How many SSRCs streams have, and how many streams NAT has moved: 0 without streams."""
        return len(self._by_ssrc) + len(self._moved)

    def __contains__(self, ssrc: int) -> bool:
        """Whether a stream has this SSRC, or was among the last that had one."""
        return ssrc in self._by_ssrc or ssrc in self._gone

    def add(self, stream: TrackedStream) -> None:
        """Enter a stream."""
        present = self._by_ssrc.get(stream.ssrc)
        if present is None:
            self._by_ssrc[stream.ssrc] = stream
        elif isinstance(present, Namesakes):
            present.add(stream)
        else:
            self._by_ssrc[stream.ssrc] = self._namesakes(present, stream)

    def move(self, stream: TrackedStream, to: StreamKey) -> None:
        """NAT has moved an end of a stream: it is found there, and where it began."""
        present = self._by_ssrc[stream.ssrc]
        if isinstance(present, Namesakes):
            present.leave(self.ends_now(stream), stream)
            present.enter(to, stream)
            # It may have had one of its first ends in its former place, too.
            present.enter_where_free(stream, stream)
        self._moved[stream] = to

    def discard(self, stream: TrackedStream) -> None:
        """Remove a stream that was entered."""
        present = self._by_ssrc[stream.ssrc]
        if isinstance(present, Namesakes):
            present.leave(self.ends_now(stream), stream)
            present.discard(stream)
        if present is stream or not present:
            del self._by_ssrc[stream.ssrc]
            self._gone[stream.ssrc] = None
            if len(self._gone) > GONE_LIMIT:
                self._gone.popitem(last=False)
        self._moved.pop(stream, None)

    def only(self, ssrc: int) -> TrackedStream | None:
        """The stream with this SSRC; `None` if there is none, or if there were several."""
        present = self._by_ssrc.get(ssrc)
        return None if isinstance(present, Namesakes) else present

    def sent_from(self, end: tuple[str, int], ssrc: int) -> TrackedStream | None:
        """The stream that is sent from an endpoint, or anything equal to it, under this SSRC."""
        stream = self._by_ssrc.get(ssrc)
        if isinstance(stream, Namesakes):
            return stream.sent_from(end)
        if stream is None or end == stream.src or end == self.ends_now(stream).src:
            return stream
        return None

    def received_at(self, end: tuple[str, int], ssrc: int) -> TrackedStream | None:
        """The stream that arrives at an endpoint under this SSRC."""
        stream = self._by_ssrc.get(ssrc)
        if isinstance(stream, Namesakes):
            return stream.received_at(end)
        if stream is None or end == stream.dst or end == self.ends_now(stream).dst:
            return stream
        return None

    def with_an_end_of(self, key: StreamKey) -> Iterator[TrackedStream]:
        """The streams that share the SSRC and one end with another."""
        sent, received = self.sent_from(key.src, key.ssrc), self.received_at(key.dst, key.ssrc)
        if sent is not None:
            yield sent
        if received is not None and received is not sent:
            yield received

    def ends_now(self, stream: TrackedStream) -> TrackedStream | StreamKey:
        """The ends between which a stream runs now."""
        return self._moved.get(stream, stream)

    def _namesakes(self, first: TrackedStream, second: TrackedStream) -> Namesakes:
        both = Namesakes()
        both.add(first)
        both.enter(self.ends_now(first), first)
        both.add(second)
        return both
