"""A tap that sees the calls of another and says that it drops frames."""

from __future__ import annotations

import contextlib
import re
import threading
import time
import urllib.request
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DROPS = re.compile(r"^(qos_exporter_capture_kernel_drops_total\{.*\}) \S+$", re.MULTILINE)
DROPS_PER_SECOND = 100.0
PATIENCE_S = 5.0


@contextlib.contextmanager
def dropping_tap(port: int, metrics_url: str) -> Iterator[None]:
    """Serve what an exporter says, but for one counter, which rises.

    A replay has no kernel that could drop a frame, and a kernel does not drop to order.
    """

    class Handler(_Handler):
        url = metrics_url

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()


def with_drops(text: str, drops: float) -> str:
    """Put the number of drops into an exposition; raises ValueError if it has no place for it."""
    changed, places = DROPS.subn(rf"\1 {drops:.0f}", text)
    if not places:
        raise ValueError(text)
    return changed


class _Handler(BaseHTTPRequestHandler):
    url: str

    def do_GET(self) -> None:
        try:
            with urllib.request.urlopen(self.url, timeout=PATIENCE_S) as answer:  # noqa: S310 -- our own server
                text = answer.read().decode()
        except OSError:  # the exporter has ended
            self.send_error(HTTPStatus.BAD_GATEWAY)
            return
        body = with_drops(text, time.monotonic() * DROPS_PER_SECOND).encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing about requests."""
