"""The web server: uvicorn in a thread of its own, with a bounded end."""

from __future__ import annotations

import os
import socket
import threading
import time
from types import TracebackType
from typing import Self

import uvicorn
from starlette.types import ASGIApp

from qos_exporter.errors import ConfigError
from qos_exporter.export.web.connections import BoundedProtocol
from qos_exporter.listen import ListenAddress

GRACE_S = 0.5
"""How long requests may go on that are being answered when the server is stopped."""
FORCED_S = 0.2
"""How long the thread may take to end after that; whoever stops it does not wait for longer."""
KEEP_ALIVE_S = 75
"""How long an idle connection is kept: longer than the usual time between two scrapes."""
BACKLOG = 64
"""So many connections are accepted before any of them is looked at: far fewer than sockets that a
process may have, which those that make room for them still hold."""
START_S = 10.0
POLL_S = 0.005


class WebServer:
    """Serves an application until it is stopped.

    The address is taken when the server is made, so that one that cannot be had is an error of the
    caller and not of a thread: ConfigError with one sentence.
    """

    def __init__(self, app: ASGIApp, address: ListenAddress) -> None:
        self._socket = _listening_socket(address)
        self.address = ListenAddress(address.host, self._socket.getsockname()[1])
        """Where it listens, with the port that the system chose where that was asked for."""
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http=BoundedProtocol,
            backlog=BACKLOG,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_S,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), name="web", daemon=True
        )

    def start(self) -> None:
        """Start to serve; when this returns, requests are answered."""
        self._thread.start()
        deadline = time.monotonic() + START_S
        while not self._server.started and self._thread.is_alive():
            if time.monotonic() > deadline:
                raise ConfigError(f"the web server on {self.address} does not start")
            time.sleep(POLL_S)

    def stop(self) -> None:
        """Stop within a second: no new requests, a moment for those under way, then the end."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(GRACE_S)
            self._server.force_exit = True
            self._thread.join(FORCED_S)
        self._socket.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def _listening_socket(address: ListenAddress) -> socket.socket:
    """Listen on the address; without a host on every address, IPv6 and IPv4."""
    try:
        if not address.host and socket.has_dualstack_ipv6():
            return socket.create_server(
                ("", address.port), family=socket.AF_INET6, dualstack_ipv6=True
            )
        # For a host in bytes Python need not load the tables of names in other scripts.
        host = address.host.encode() if address.host.isascii() else address.host
        found = socket.getaddrinfo(
            host or None, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, _, _, _, where = found[0]
        return socket.create_server(where, family=family)
    except socket.gaierror as error:
        raise ConfigError(f"cannot listen on {address}: {error.strerror}") from error
    except OSError as error:
        raise ConfigError(f"cannot listen on {address}: {os.strerror(error.errno or 0)}") from error
