"""What is left on the wire of calls that have ended."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from qos_exporter.calls.control import StreamControl
from qos_exporter.calls.deadlines import Deadlines
from qos_exporter.calls.media import MediaStream
from qos_exporter.calls.multimap import MultiMap
from qos_exporter.net import Endpoint
from qos_exporter.units import SECOND_NS

GUARDED_MAX = 1 << 17
"""Of more endpoints the first ones have to go. A thousand calls that end in every second have no
more."""
TAIL_NS = SECOND_NS
"""The last packets of an ended call come within this time, even if its port is in use again."""


class TrailingMedia:
    """Keeps the endpoints of ended calls for a while, so that their last packets make no new call.

    A stream that was muted here is released when its endpoint is announced again, or when the time
    is over: what comes then is something new. Where its endpoints are not guarded, because another
    call awaits media there, it stays muted until it falls silent.
    """

    __slots__ = (
        "_control",
        "_guard_ns",
        "_looks",
        "_muted",
        "_queue",
        "_releases",
        "_since_ns",
        "_until_ns",
    )

    def __init__(self, control: StreamControl, guard_ns: int) -> None:
        self._control = control
        self._guard_ns = guard_ns
        self._until_ns: dict[Endpoint, int] = {}
        self._muted: MultiMap[Endpoint, MediaStream] = MultiMap()
        self._since_ns: dict[MediaStream, int] = {}
        """When the call of a muted stream ended."""
        # All endpoints wait equally long, so the order of arrival is the order of expiry.
        self._queue: deque[tuple[int, Endpoint]] = deque()
        self._releases: Deadlines[MediaStream] = Deadlines(is_needed=self._since_ns.__contains__)
        self._looks: Deadlines[MediaStream] = Deadlines(is_needed=self._since_ns.__contains__)
        """When muted streams are looked at, in case nobody has released them."""

    def __len__(self) -> int:
        return len(self._until_ns)

    def guard(self, endpoints: Iterable[Endpoint], now_ns: int) -> None:
        """Take media at these endpoints for trailing from now on."""
        until_ns = now_ns + self._guard_ns
        for endpoint in endpoints:
            self._until_ns[endpoint] = until_ns
            self._queue.append((until_ns, endpoint))
        while len(self._queue) > GUARDED_MAX:
            self._end_first()

    def covers(self, stream: MediaStream) -> bool:
        """Whether a stream runs to or from an endpoint of an ended call."""
        return stream.dst in self._until_ns or stream.src in self._until_ns

    def mute(self, stream: MediaStream, *, since_ns: int) -> None:
        """Let a stream count no further; `since_ns` is when its call ended."""
        if stream not in self._since_ns:
            self._muted.add(stream.src, stream)
            self._muted.add(stream.dst, stream)
            self._looks.put(since_ns + self._guard_ns, stream)
        self._since_ns[stream] = since_ns
        self._control.mute(stream)

    def lift(self, endpoint: Endpoint, now_ns: int) -> None:
        """Media at this endpoint are awaited again."""
        self._until_ns.pop(endpoint, None)
        for stream in self._muted.get(endpoint):
            due_ns = self._since_ns[stream] + TAIL_NS
            if due_ns <= now_ns:
                self._release(stream)
            else:
                self._releases.put(due_ns, stream)

    def forget(self, stream: MediaStream) -> None:
        """The stream is gone."""
        if self._since_ns.pop(stream, None) is not None:
            self._muted.discard(stream.src, stream)
            self._muted.discard(stream.dst, stream)

    def expire(self, now_ns: int) -> None:
        """End the guard of endpoints, and the mute of streams, whose time is over."""
        for stream in self._releases.take_due(now_ns):
            self._release(stream)
        for stream in self._looks.take_due(now_ns):
            self._look_at(stream, now_ns)
        while self._queue and self._queue[0][0] <= now_ns:
            self._end_first()

    def _end_first(self) -> None:
        """End the oldest guard, unless the endpoint has a newer one."""
        until_ns, endpoint = self._queue.popleft()
        if self._until_ns.get(endpoint) == until_ns:
            del self._until_ns[endpoint]
            for stream in self._muted.get(endpoint):
                self._release(stream)

    def clear(self) -> None:
        """Forget all; what is muted is released."""
        self._until_ns.clear()
        self._queue.clear()
        self._releases.clear()
        self._looks.clear()
        for stream in tuple(self._since_ns):
            self._release(stream)

    def _look_at(self, stream: MediaStream, now_ns: int) -> None:
        if self._control.is_gone(stream):
            self._release(stream)
        elif stream in self._since_ns:
            self._looks.put(now_ns + self._guard_ns, stream)

    def _release(self, stream: MediaStream) -> None:
        if stream in self._since_ns:
            self.forget(stream)
            stream.is_live = False
            self._control.release(stream)
