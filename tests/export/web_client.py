"""A small HTTP client without redirects, and a monitor whose picture the test can change."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from qos_exporter.listen import ListenAddress
from qos_exporter.snapshot import Snapshot
from tests.export.snapshots import snapshot


class Picture:
    """What a monitor would show; calling it takes the snapshot."""

    def __init__(self, shown: Snapshot | None = None) -> None:
        self.shown: Snapshot = snapshot() if shown is None else shown
        self.broken = False

    def __call__(self) -> Snapshot:
        if self.broken:
            message = "the monitor is gone"
            raise RuntimeError(message)
        return self.shown


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, object]:
        """Parse the body."""
        return cast("dict[str, object]", json.loads(self.body))

    def rows(self, key: str) -> list[dict[str, object]]:
        """Give a list of objects in the body."""
        return cast("list[dict[str, object]]", self.json()[key])


def request(address: ListenAddress, path: str, *, method: str = "GET", **headers: str) -> Answer:
    """Send one request to the server and read the whole answer."""
    connection = http.client.HTTPConnection(address.host or "localhost", address.port, timeout=10)
    try:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers=fields)
        response = connection.getresponse()
        answer = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, answer, response.read())
    finally:
        connection.close()
