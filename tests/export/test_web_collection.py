"""The search for circular garbage while large answers are made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from qos_exporter.export.web import WebServer, application
from qos_exporter.listen import ListenAddress
from qos_exporter.snapshot import Snapshot
from tests.export.snapshots import call, snapshot
from tests.export.web_client import request

LOOPBACK = ListenAddress("127.0.0.1", 0)
CALLS = 2_000


def large_snapshot() -> Snapshot:
    """Make a snapshot of many calls, as the monitor makes it anew for every answer."""
    return snapshot(*(call(call_id=f"call {number}") for number in range(CALLS)))


@contextmanager
def full_searches() -> Iterator[list[int]]:
    """Note each search through all objects that there are."""
    found: list[int] = []

    def note(phase: str, about: dict[str, int]) -> None:
        if phase == "start" and about["generation"] == 2:
            found.append(about["generation"])

    gc.callbacks.append(note)
    try:
        yield found
    finally:
        gc.callbacks.remove(note)


@pytest.mark.parametrize("path", ["/metrics", "/api/v1/calls"])
def test_no_answer_sets_off_a_search_through_everything(path: str) -> None:
    """What is made for one answer is gone with it, and nothing has looked through it meanwhile."""
    with WebServer(application(large_snapshot), LOOPBACK) as server:
        request(server.address, path)
        gc.collect()
        with full_searches() as found:
            for _ in range(5):
                assert request(server.address, path).status == 200

    assert found == []


@pytest.mark.parametrize("path", ["/metrics", "/api/v1/calls"])
def test_an_answer_leaves_nothing_to_be_searched_for(path: str) -> None:
    """What an answer was made of refers to nothing in circles: it is gone when the answer is."""
    with WebServer(application(large_snapshot), LOOPBACK) as server:
        request(server.address, path)
        gc.collect()
        gc.disable()
        try:
            assert request(server.address, path).status == 200
            assert gc.collect() < CALLS
        finally:
            gc.enable()
