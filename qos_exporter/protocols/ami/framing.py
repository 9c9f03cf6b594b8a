"""Cutting the bytes of a connection into messages."""

from __future__ import annotations

from qos_exporter.errors import DecodeError

MESSAGE_END = b"\r\n\r\n"
BANNER_END = b"\r\n"
BANNER_START = b"Asterisk Call Manager"
MESSAGE_MAX = 64 * 1024
"""A longer message is none. Those of Asterisk have a kilobyte or two."""


class Framer:
    """Takes bytes in as they come, and gives whole messages; holds no more than one."""

    __slots__ = ("_buffer", "_searched", "banner")

    def __init__(self) -> None:
        self.banner: bytes | None = None
        """The first line of the connection, once it is there."""
        self._buffer = bytearray()
        self._searched = 0

    def __len__(self) -> int:
        """How many bytes wait for the rest of their message."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[bytes]:
        """Give the messages that `data` completes, without their ends.

        Raises DecodeError `no_banner` where the connection is none of Asterisk's, and `too_long`
        for a message without end; the connection is of no use then.
        """
        self._buffer += data
        if self.banner is None and not self._take_banner():
            return []
        messages = list(iter(self._next, None))
        if len(self._buffer) > MESSAGE_MAX:
            self._buffer.clear()
            raise DecodeError("too_long")
        return messages

    def _take_banner(self) -> bool:
        begun = bytes(self._buffer[: len(BANNER_START)])
        if not BANNER_START.startswith(begun):
            self._buffer.clear()
            raise DecodeError("no_banner")
        end = self._buffer.find(BANNER_END)
        if end < 0 and len(self._buffer) > MESSAGE_MAX:
            self._buffer.clear()
            raise DecodeError("too_long")
        if end < 0:
            return False
        self.banner = bytes(self._buffer[:end])
        del self._buffer[: end + len(BANNER_END)]
        return True

    def _next(self) -> bytes | None:
        end = self._buffer.find(MESSAGE_END, self._searched)
        if end < 0:
            # The end itself may have come in part.
            self._searched = max(0, len(self._buffer) - len(MESSAGE_END) + 1)
            return None
        message = bytes(self._buffer[:end])
        del self._buffer[: end + len(MESSAGE_END)]
        self._searched = 0
        return message
