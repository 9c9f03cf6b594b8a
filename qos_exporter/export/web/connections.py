"""What a client may take of the server: so many connections, and so long for each.

Everybody who reaches the port may connect. Who then says nothing, asks a byte at a time or does not
read the answer keeps a socket and maybe a body of megabytes, and a process may have some thousand
sockets: without bounds one silent client would stop all scrapes.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

CONNECTIONS_MAX = 256
"""Of more, the one goes that has waited the longest for its client to ask."""
ANSWERS_MAX = 32
"""Of more answers at a time, the one goes that takes the longest: its client does not read it."""
REQUEST_S = 10.0
"""How long a client may take to ask."""
ANSWER_S = 120.0
"""How long an answer may take, and its client to read it: longer than any scrape waits."""


class BoundedProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, within bounds."""

    since_s = 0.0
    """When what it does now began: waiting for a request, or answering one."""
    _deadline: asyncio.TimerHandle | None = None
    _timed: RequestResponseCycle | None = None

    @property
    def is_answering(self) -> bool:
        """Whether a request is being answered."""
        cycle: RequestResponseCycle | None = self.cycle  # which there is not before the first
        return cycle is not None and not cycle.response_complete

    def give_up(self) -> None:
        """End the connection at once."""
        self.connections.discard(self)
        self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._give_time(REQUEST_S)
        self._make_room(CONNECTIONS_MAX, is_answering=False)

    def data_received(self, data: bytes) -> None:
        """Take in a part of a request."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Wait for the next request, which may have come already."""
        self._stop_waiting()
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Give the time for what is under way, once."""
        if self.is_answering:
            if self._timed is not self.cycle:
                self._timed = self.cycle
                self._give_time(ANSWER_S)
                self._make_room(ANSWERS_MAX, is_answering=True)
        elif self._deadline is None and self.timeout_keep_alive_task is None:
            self._give_time(REQUEST_S)

    def _give_time(self, seconds: float) -> None:
        self._stop_waiting()
        self.since_s = self.loop.time()
        self._deadline = self.loop.call_later(seconds, self.give_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _make_room(self, limit: int, *, is_answering: bool) -> None:
        alike = [
            each
            for each in self.connections
            if isinstance(each, BoundedProtocol) and each.is_answering is is_answering
        ]
        if len(alike) > limit:
            min(alike, key=lambda each: each.since_s).give_up()
