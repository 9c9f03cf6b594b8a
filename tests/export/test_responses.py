"""Answers in JSON."""

from __future__ import annotations

import json
import math
import threading
import time

import pytest

from qos_exporter.export.records.figures import Fields, Json
from qos_exporter.export.web.responses import json_response, list_response

TRIALS = 10


@pytest.mark.parametrize(
    "items",
    [[], [{"a": 1}], [{"a": "]}"}, {"b": [1.5, None]}, "\u00e4\n"], [math.nan, 1.0]],
    ids=["none", "one", "several", "not a number"],
)
def test_a_list_is_written_as_by_one_encoder(items: list[Json]) -> None:
    """The answer is the same to the byte, the fields before the list included."""
    fields: Fields = {"taken_s": 1.25, "matching": 3}
    whole = json_response({**fields, "calls": items})
    assert list_response(fields, "calls", items).body == whole.body
    assert json.loads(bytes(whole.body))["matching"] == 3


def test_other_threads_get_on_while_a_list_is_encoded() -> None:
    """Nobody waits for the whole list, however long it is."""
    items: list[Fields] = [{"figures": [n / 7 for n in range(400)]} for _ in range(400)]
    assert min(longest_wait(items) for _ in range(TRIALS)) < 0.3


def longest_wait(items: list[Fields]) -> float:
    """Let another thread encode; give the longest wait for the interpreter, as a share of all."""
    thread = threading.Thread(target=list_response, args=({}, "items", items))
    began_s = last_s = time.perf_counter()
    longest_s = 0.0
    thread.start()
    while thread.is_alive():
        time.sleep(0.0002)
        now_s = time.perf_counter()
        longest_s, last_s = max(longest_s, now_s - last_s), now_s
    return longest_s / (last_s - began_s)
