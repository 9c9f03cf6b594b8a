"""Stands where Slack and PagerDuty are, and takes what Alertmanager sends them."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tools.stack.plan import LOOPBACK

SLACK = "/services/T00000000/B00000000/demo"
"""The path of an incoming webhook."""
PAGERDUTY = "/v2/enqueue"
"""The path of the Events API v2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """What a person gets to read, and by whom."""

    receiver: str
    is_resolved: bool
    title: str
    text: str


Take = Callable[[Notification], None]


@contextlib.contextmanager
def open_inbox(port: int, take: Take) -> Iterator[None]:
    """Listen on loopback; `take` is called from threads of the server."""

    class Handler(_Handler):
        taker = staticmethod(take)

    with ThreadingHTTPServer((LOOPBACK, port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def read_slack(body: dict[str, Any]) -> Notification:
    """Read the message of an incoming webhook: its only attachment."""
    (attachment,) = body["attachments"]
    return Notification(
        receiver="slack",
        is_resolved=attachment["color"] == "good",
        title=attachment["title"],
        text=attachment["text"],
    )


def read_pagerduty(body: dict[str, Any]) -> Notification:
    """Read an event of the Events API v2."""
    payload = body["payload"]
    return Notification(
        receiver="pagerduty",
        is_resolved=body["event_action"] == "resolve",
        title=payload["summary"],
        text=payload["custom_details"]["text"],
    )


@dataclass(frozen=True, slots=True)
class Service:
    """How one of them reads a notification, and what it says when all is well."""

    read: Callable[[dict[str, Any]], Notification]
    status: HTTPStatus
    answer: bytes


SERVICES = {
    # Alertmanager 0.33 takes any other body of Slack for an error, and tells it all again.
    SLACK: Service(read_slack, HTTPStatus.OK, b"ok"),
    PAGERDUTY: Service(read_pagerduty, HTTPStatus.ACCEPTED, b'{"status": "success"}'),
}


class _Handler(BaseHTTPRequestHandler):
    taker: Take

    def do_POST(self) -> None:
        """Take a notification."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        service = SERVICES.get(self.path)
        if service is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self.taker(service.read(body))
        self.send_response(service.status)
        self.send_header("Content-Length", str(len(service.answer)))
        self.end_headers()
        self.wfile.write(service.answer)

    def log_message(self, *_: object) -> None:
        """Say nothing about requests."""
