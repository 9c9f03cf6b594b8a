"""A manager interface that does what a test wants, on a port of its own."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

from tests.protocols.ami_messages import BANNER

CHALLENGE = "150270967"
ACCEPTED = "Response: Success\r\nMessage: Authentication accepted"
SECRET = "bedsecret"  # noqa: S105 -- of a server that is none
PATIENCE_S = 10.0

Fields = dict[str, str]
Reply = Callable[[Fields], str | None]


def wait_until(condition: Callable[[], object]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


class FakeAsterisk:
    """Accepts connections and logs in whoever knows the secret; answers by the table `replies`.

    A reply of `None` leaves an action without an answer.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None, greeting: bytes = BANNER) -> None:
        self.replies: dict[str, Reply] = {
            "Challenge": lambda _: f"Response: Success\r\nChallenge: {CHALLENGE}",
            "Login": self._log_in,
        }
        self.actions: list[Fields] = []
        """Everything that was asked, in order."""
        self.logins = 0
        """How many were told that they are logged in."""
        self.greeting = greeting
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._connections: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        # Closing alone does not wake up the thread that accepts.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self.hang_up()

    def asked(self, action: str) -> list[Fields]:
        """Give the actions of one kind so far."""
        return [each for each in self.actions if each["Action"] == action]

    def send(self, data: bytes, *, chunk: int | None = None) -> None:
        """Send bytes over the latest connection, in chunks if need be."""
        connection = self._connections[-1]
        for at in range(0, len(data), chunk or max(1, len(data))):
            connection.sendall(data[at : at + (chunk or len(data))])

    def tell(self, *messages: bytes, chunk: int | None = None) -> None:
        """Send messages, with their ends."""
        self.send(b"".join(message + b"\r\n\r\n" for message in messages), chunk=chunk)

    def hang_up(self) -> None:
        """Close all connections."""
        while self._connections:
            with contextlib.suppress(OSError):
                self._connections.pop().shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            if self._tls is None:
                self._converse(connection)
            else:
                with self._tls.wrap_socket(connection, server_side=True) as encrypted:
                    self._converse(encrypted)

    def _converse(self, connection: socket.socket) -> None:
        self._connections.append(connection)
        connection.sendall(self.greeting)
        with connection.makefile("rb") as lines:
            for fields in read_actions(lines):
                self.actions.append(fields)
                answer = self.replies.get(fields["Action"], answer_yes)(fields)
                if answer is not None:
                    text = f"{answer}\r\nActionID: {fields.get('ActionID', '')}\r\n\r\n"
                    connection.sendall(text.encode())
                # Not before the answer is out: nothing is told to who is not logged in.
                self.logins += answer == ACCEPTED

    def _log_in(self, fields: Fields) -> str:
        key = hashlib.md5(f"{CHALLENGE}{SECRET}".encode()).hexdigest()  # noqa: S324 -- the protocol's
        if fields.get("Secret") != SECRET and fields.get("Key") != key:
            return "Response: Error\r\nMessage: Authentication failed"
        return ACCEPTED


def answer_yes(_fields: Fields) -> str:
    """Agree to whatever is asked."""
    return "Response: Success"


def read_actions(lines: Iterator[bytes]) -> Iterator[Fields]:
    """Read blocks of `Key: value` lines."""
    fields: Fields = {}
    for line in lines:
        name, colon, value = line.decode().rstrip("\r\n").partition(": ")
        if colon:
            fields[name] = value
        elif fields:
            yield fields
            fields = {}
