"""What stands where Slack and PagerDuty are, for `make stack` and the tests."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tools.stack.notifications import PAGERDUTY, SLACK, Notification, open_inbox
from tools.stack.plan import LOOPBACK, free_ports

MESSAGE = {"attachments": [{"color": "danger", "title": "a title", "text": "a text"}]}
EVENT = {
    "event_action": "resolve",
    "payload": {"summary": "a summary", "custom_details": {"text": "a text"}},
}


class Inbox:
    """An open inbox and what came."""

    def __init__(self) -> None:
        self.port = free_ports().inbox
        self.taken: list[Notification] = []

    def post(self, path: str, body: object) -> tuple[int, bytes]:
        """Send a body, and give the answer."""
        url = f"http://{LOOPBACK}:{self.port}{path}"
        request = urllib.request.Request(url, json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 -- our own server
            return answer.status, answer.read()


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    inbox = Inbox()
    with open_inbox(inbox.port, inbox.taken.append):
        yield inbox


def test_slack_says_ok(inbox: Inbox) -> None:
    """An incoming webhook answers with the text `ok`, for which Alertmanager looks."""
    assert inbox.post(SLACK, MESSAGE) == (200, b"ok")
    assert inbox.taken == [
        Notification(receiver="slack", is_resolved=False, title="a title", text="a text")
    ]


def test_pagerduty_accepts(inbox: Inbox) -> None:
    """The Events API answers with 202, and says which events are over."""
    status, body = inbox.post(PAGERDUTY, EVENT)
    assert (status, json.loads(body)["status"]) == (202, "success")
    assert inbox.taken == [
        Notification(receiver="pagerduty", is_resolved=True, title="a summary", text="a text")
    ]


def test_nothing_else_is_there(inbox: Inbox) -> None:
    """A notification to a wrong address is noticed by who sends it."""
    with pytest.raises(urllib.error.HTTPError, match="404"):
        inbox.post("/other", MESSAGE)
    assert inbox.taken == []
