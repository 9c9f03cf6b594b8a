"""One connection: bytes in, messages out, and actions with their answers."""

from __future__ import annotations

import asyncio
from collections import deque

from qos_exporter.errors import DecodeError
from qos_exporter.protocols.ami import (
    Action,
    Answer,
    Framer,
    News,
    Response,
    Unreadable,
    encode_action,
    parse_message,
)
from qos_exporter.sources.ami.faults import AmiError, Fault

CHUNK = 64 * 1024
PENDING_MAX = 128
"""So many actions are under way at a time. While Asterisk writes a long list it reads none; more
than it takes in meanwhile would stop both sides."""
WAITING_MAX = 65_536
"""More actions than all questions about all channels of a server: then nobody answers."""


class Link:
    """Reads and writes. The reader of the streams holds no more than a chunk or two."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._framer = Framer()
        self._pending: dict[str, Action] = {}
        self._waiting: deque[Action] = deque()
        self._number = 0
        self._failure: AmiError | None = None

    async def read(self) -> list[News]:
        """Wait for messages; raises OSError and AmiError where none will come."""
        data = await self._reader.read(CHUNK)
        if not data:
            raise self._failure or AmiError(Fault.UNREACHABLE, "the connection was closed")
        try:
            messages = self._framer.feed(data)
        except DecodeError as error:
            text = f"what answers there is not the manager interface of Asterisk ({error.reason})"
            raise AmiError(Fault.NOT_ASTERISK, text) from error
        news = [each for message in messages if (each := self._news_of(message)) is not None]
        self._write()
        return news

    def send(self, action: Action) -> None:
        """Write an action in its turn; its answer comes among the messages.

        Where very many wait for theirs the connection is given up, which `read` says.
        """
        if len(self._waiting) < WAITING_MAX:
            self._waiting.append(action)
            self._write()
        elif self._failure is None:
            self._failure = AmiError(Fault.SILENT, f"{WAITING_MAX} actions were not answered")
            self.close()

    async def ask(self, action: Action) -> Response:
        """Write an action and wait for its answer, before there is anything else to listen to."""
        self.send(action)
        while True:
            for news in await self.read():
                if isinstance(news, Answer) and news.action is action:
                    return news.response

    async def flush(self) -> None:
        """Wait until the other side takes what was written."""
        await self._writer.drain()

    def close(self) -> None:
        """End the connection; what was not written is lost."""
        self._writer.transport.abort()

    def _write(self) -> None:
        while self._waiting and len(self._pending) < PENDING_MAX:
            self._number += 1
            action_id = str(self._number)
            action = self._pending[action_id] = self._waiting.popleft()
            self._writer.write(encode_action(action, action_id))

    def _news_of(self, message: bytes) -> News | None:
        try:
            value = parse_message(message)
        except DecodeError as error:
            return Unreadable(error.reason)
        if not isinstance(value, Response):
            return value
        action = self._pending.pop(value.action_id, None)
        return None if action is None else Answer(action, value)
