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


@dataclass(frozen=True, slots=True)
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


READERS = {SLACK: read_slack, PAGERDUTY: read_pagerduty}


class _Handler(BaseHTTPRequestHandler):
    """Answers as both services do when all is well: 202 is PagerDuty's word, and good for Slack."""

    taker: Take

    def do_POST(self) -> None:
        """Take a notification."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        read = READERS.get(self.path)
        self.send_response(HTTPStatus.ACCEPTED if read else HTTPStatus.NOT_FOUND)
        self.send_header("Content-Length", "0")
        self.end_headers()
        if read:
            self.taker(read(body))

    def log_message(self, *_: object) -> None:
        """Say nothing about requests."""
