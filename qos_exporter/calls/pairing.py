"""Calls without signalling: two streams in opposite directions between the same endpoints."""

from __future__ import annotations

from collections.abc import Iterable

from qos_exporter.calls.call import Call
from qos_exporter.calls.control import StreamControl
from qos_exporter.calls.matching import QUIET_NS
from qos_exporter.calls.media import MediaStream
from qos_exporter.calls.multimap import MultiMap
from qos_exporter.calls.party import Direction
from qos_exporter.net import Endpoint

NEAR = 64
"""Of more streams to an end of a new one, calls of the latest ones are looked at for a place in
them, which means to look at all streams of each."""


class StreamPairing:
    """Holds the streams that no signalling claims, and finds those that make a call.

    A stream joins its opposite stream, or takes the place of one that fell silent: a new SSRC
    between the same endpoints, or the same SSRC when one of the endpoints has changed, as it does
    when a NAT forgets its mapping. While the stream in its place still runs, one of another payload
    type is more of the same call, as video on the ports of audio (BUNDLE, RFC 9143); one of the
    same type is a second call on the same ports, and waits for an opposite stream of its own.
    """

    __slots__ = ("_control", "_from", "_to")

    def __init__(self, control: StreamControl) -> None:
        self._control = control
        self._to: MultiMap[Endpoint, MediaStream] = MultiMap()
        self._from: MultiMap[Endpoint, MediaStream] = MultiMap()
        """Only streams without a call: the others are found through their opposite."""

    def __len__(self) -> int:
        return len(self._to)

    def add(self, stream: MediaStream) -> None:
        """Hold a stream that has no call."""
        self._to.add(stream.dst, stream)
        self._from.add(stream.src, stream)

    def discard(self, stream: MediaStream) -> None:
        """Let a stream go: it has ended, or signalling has claimed it."""
        self._to.discard(stream.dst, stream)
        self._from.discard(stream.src, stream)

    def touching(self, endpoint: Endpoint) -> tuple[MediaStream, ...]:
        """Return the streams to or from an endpoint; of very many the latest."""
        towards = self._to.latest(endpoint)
        partners = [
            partner
            for call in _calls_of(towards)
            for partner in call.streams
            if partner.src == endpoint and partner.is_live
        ]
        return tuple(dict.fromkeys((*towards, *self._from.latest(endpoint), *partners)))

    def find_place(self, stream: MediaStream, now_ns: int) -> Call | None:
        """Return the call in which a stream takes the place of one that fell silent."""
        for call in self._calls_near(stream):
            for each in call.streams:
                if self._is_successor(stream, each) and not self._runs(each, now_ns):
                    return call
        return self._half_call(stream, now_ns)

    def find_partner(self, stream: MediaStream) -> MediaStream | None:
        """Return the opposite stream that has no call yet.

        Of several, as where audio and video share the ports (BUNDLE), one of the same payload type;
        else the one that began last.
        """
        opposite = [
            each
            for each in self._to.latest(stream.src)
            if each.call is None and each.src == stream.dst and each is not stream
        ]
        return max(
            opposite,
            key=lambda each: (each.payload_type == stream.payload_type, each.first_ns),
            default=None,
        )

    def find_company(self, stream: MediaStream) -> Call | None:
        """Return the call between the same endpoints that has no stream like it in its way."""
        near = self._calls_near(stream)
        return next((call for call in near if is_company(stream, call)), None)

    def join_company(self, call: Call) -> None:
        """Let the streams that have waited for this call join it: of a kind the last that began.

        There may be very many that wait, and calls. Most are told by a look at this call alone.
        """
        first = call.streams[0]
        waiting = (*self._to.latest(first.dst), *self._to.latest(first.src))
        fitting = [each for each in waiting if each.call is None and is_company(each, call)]
        for each in sorted(fitting, key=lambda each: each.first_ns, reverse=True):
            if is_company(each, call) and self.find_company(each) is call:
                self.join(each, call)

    def join(self, stream: MediaStream, call: Call) -> None:
        """Make a stream part of a call; it needs no search from its sender's side then."""
        self._from.discard(stream.src, stream)
        stream.call = call
        stream.direction = direction_in(call, stream)
        call.add_stream(stream)
        self._control.bind(stream)

    def clear(self) -> None:
        """Forget all streams."""
        self._to.clear()
        self._from.clear()

    def _calls_near(self, stream: MediaStream) -> list[Call]:
        near = self._to.latest(stream.dst, NEAR) + self._to.latest(stream.src, NEAR)
        return _calls_of(near)

    def _is_successor(self, stream: MediaStream, old: MediaStream) -> bool:
        if old is stream:
            return False
        same_ends = (old.src == stream.src) + (old.dst == stream.dst)
        return same_ends == len(("src", "dst")) or (same_ends == 1 and old.ssrc == stream.ssrc)

    def _half_call(self, stream: MediaStream, now_ns: int) -> Call | None:
        """Return a call that has the opposite direction but nothing that runs in this one."""
        towards = self._to.latest(stream.src, NEAR)
        opposite = [each for each in towards if each.src == stream.dst]
        for call in _calls_of([each for each in opposite if self._runs(each, now_ns)]):
            rivals = [one for one in call.streams if one.dst == stream.dst]
            if not any(self._runs(one, now_ns) for one in rivals):
                return call
        return None

    def _runs(self, stream: MediaStream, now_ns: int) -> bool:
        return stream.is_live and self._control.last_packet_ns(stream) > now_ns - QUIET_NS


def is_company(stream: MediaStream, call: Call) -> bool:
    """Whether a call runs between the ends of a stream, and has none like it in its way."""
    ends = {stream.src, stream.dst}
    between = [each for each in call.streams if {each.src, each.dst} == ends]
    alike = (
        each.src == stream.src and each.payload_type == stream.payload_type for each in between
    )
    return bool(between) and not any(alike)


def _calls_of(streams: Iterable[MediaStream]) -> list[Call]:
    """The calls that streams belong to, each once."""
    return list(dict.fromkeys([each.call for each in streams if each.call is not None]))


def direction_in(call: Call, stream: MediaStream) -> Direction:
    """Give the direction of a stream that joins a call without signalling.

    Nobody knows who called, yet the two ways must be told apart: the side that was heard first is
    taken for the caller.
    """
    if not call.streams:
        return Direction.CALLER_TO_CALLEE
    first = call.streams[0]
    if first.src == stream.src or first.dst == stream.dst:
        return Direction.CALLER_TO_CALLEE
    return Direction.CALLEE_TO_CALLER


def call_id_of(stream: MediaStream, partner: MediaStream) -> str:
    """Name a call without signalling: the same streams give the same name in every run."""
    ends = sorted((str(stream.src), str(stream.dst)))
    ssrcs = sorted((stream.ssrc, partner.ssrc))
    return f"rtp-{ends[0]}-{ends[1]}-{ssrcs[0]:08x}-{ssrcs[1]:08x}"
