"""The JSON of `analyze`."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given, settings

from qos_exporter.export.records import CaptureSummary
from qos_exporter.export.web.live_fields import live_call
from qos_exporter.snapshot import Snapshot, Spread
from tests.export import any_snapshots
from tests.export.recorded import BAD, FAIR, UNSCORED, written
from tests.export.snapshots import (
    CALL,
    EMPTY,
    NOW_S,
    STREAM,
    call,
    reported_call,
    snapshot,
)
from tests.export.variants import replace

PROJECT = Path(__file__).parents[2]

Fields = dict[str, object]
Rows = list[Fields]
CALL_KEYS = (
    *("call_id", "caller", "callee", "state", "outcome", "start_s", "answer_s", "end_s"),
    *("duration_s", "round_trip_s", "streams"),
)
STREAM_KEYS = (
    *("call_id", "direction", "src", "dst", "ssrc", "payload_types", "codec", "clock_rate"),
    *("scale", "first_s", "last_s", "packets_expected", "packets_received", "packets_lost"),
    *("packets_duplicate", "packets_reordered", "packets_discarded", "loss_ratio"),
    *("discard_ratio", "burst_ratio", "burst_density", "gap_density", "burst_duration_s"),
    *("gap_duration_s", "jitter_s", "delay_variation_max_s", "mos_lq", "mos_cq"),
    *("r_factor", "rating", "reported", "downstream_loss_ratio", "fault", "windows"),
)
RECEPTION_KEYS = ("reports", "loss_ratio", "packets_lost", "jitter_s", "round_trip_leg_s")
QUALITY_KEYS = (
    *("reports", "loss_ratio", "packets_lost", "discard_ratio", "jitter_s", "round_trip_s"),
    *("round_trip_leg_s", "end_system_delay_s", "mos_lq", "mos_cq", "r_factor"),
)


def document(shown: Snapshot, *, top: int | None = None) -> Fields:
    return cast("Fields", json.loads(written("json", shown, top=top)))


def rows_of(part: str, shown: Snapshot, *, top: int | None = None) -> Rows:
    return cast("Rows", document(shown, top=top)[part])


def test_json_has_the_promised_keys_in_order() -> None:
    """The document is a contract: these keys, in this order, and no others."""
    found = document(snapshot(call()))
    assert list(found) == ["capture", "calls", "streams"]
    assert list(cast("Fields", found["capture"])) == (
        ["file", "packets", "first_s", "last_s", "counting_s", "undecoded"]
    )
    calls, streams = cast("Rows", found["calls"]), cast("Rows", found["streams"])
    assert list(calls[0]) == [*CALL_KEYS]
    assert list(streams[0]) == [*STREAM_KEYS]


def test_json_is_documented() -> None:
    """The page about the JSON names every key: of `analyze`, and of a call while it is live."""
    page = (PROJECT / "docs/json.md").read_text(encoding="utf-8")
    live = live_call(call())
    stream = cast("Rows", live["streams"])[0]
    window = cast("Fields", stream["last_window"])
    keys = (*CALL_KEYS, *STREAM_KEYS, *RECEPTION_KEYS, *QUALITY_KEYS, *live, *stream, *window)
    assert [key for key in keys if f"`{key}`" not in page] == []


def test_json_stream_has_the_values_of_the_stream() -> None:
    """Each value is in its place, in the units of its key."""
    assert rows_of("streams", snapshot(call("call-1", STREAM)))[0] == {
        "call_id": "call-1",
        "direction": "caller_to_callee",
        "src": "10.0.0.1:5004",
        "dst": "10.0.0.2:6004",
        "ssrc": "0x1234ABCD",
        "payload_types": [8, 101],
        "codec": "PCMA",
        "clock_rate": 8000,
        "scale": "narrowband",
        "first_s": NOW_S - 60,
        "last_s": NOW_S - 0.5,
        "packets_expected": 3000,
        "packets_received": 2970,
        "packets_lost": 30,
        "packets_duplicate": 2,
        "packets_reordered": 4,
        "packets_discarded": 6,
        "loss_ratio": 0.01,
        "discard_ratio": 0.002,
        "burst_ratio": 1.5,
        "burst_density": 0.45,
        "gap_density": 0.0075,
        "burst_duration_s": 0.22,
        "gap_duration_s": 9.89,
        "jitter_s": {"last": 0.003, "mean": 0.004, "max": 0.012},
        "delay_variation_max_s": 0.045,
        "mos_lq": {"mean": 4.1, "min": 3.2},
        "mos_cq": None,
        "r_factor": {"mean": 86.5, "min": 70.25},
        "rating": "good",
        "reported": {},
        "downstream_loss_ratio": None,
        "fault": "unknown",
        "windows": {"good": 4, "degraded": 1, "bad": 0, "unscored": 1},
    }


def test_json_tells_by_source_what_was_reported() -> None:
    """The sources that were heard have their keys in order, and what one does not say is null."""
    stream = rows_of("streams", snapshot(reported_call()))[0]
    reported = cast("dict[str, Fields]", stream["reported"])
    assert list(reported) == ["rtcp", "rtcp_xr", "vq_report"]
    assert reported["rtcp"] == {
        "reports": 12,
        "loss_ratio": 0.035,
        "packets_lost": 105,
        "jitter_s": {"last": 0.006, "mean": 0.005, "max": 0.009},
        "round_trip_leg_s": {"last": 0.042, "mean": 0.04, "max": 0.06},
    }
    assert reported["rtcp_xr"] == {
        "reports": 3,
        "loss_ratio": 0.05,
        "packets_lost": None,
        "discard_ratio": 0.02,
        "jitter_s": None,
        "round_trip_s": {"last": 0.2, "mean": 0.21, "max": 0.25},
        "round_trip_leg_s": None,
        "end_system_delay_s": 0.14,
        "mos_lq": {"last": 4.3, "mean": 4.2, "min": 4.0},
        "mos_cq": {"last": 4.2, "mean": 4.1, "min": 3.9},
        "r_factor": {"last": 85.0, "mean": 84.0, "min": 80.0},
    }
    assert tuple(reported["rtcp"]) == RECEPTION_KEYS
    assert tuple(reported["rtcp_xr"]) == QUALITY_KEYS == tuple(reported["vq_report"])
    assert (stream["downstream_loss_ratio"], stream["fault"]) == (0.026, "after the tap")


def test_json_stream_without_packets_knows_no_bursts() -> None:
    """Where no packet was expected the figures of bursts are null."""
    stream = rows_of("streams", snapshot(call("a", replace(STREAM, loss_bursts=None))))[0]
    keys = ("burst_density", "gap_density", "burst_duration_s", "gap_duration_s")
    assert [stream[key] for key in keys] == [None] * 4


def test_json_call_names_its_streams_by_index() -> None:
    """The streams of a call are positions in the list of streams."""
    talk = replace(call("talk"), round_trip=Spread(0.1, 0.11, 0.2))
    assert rows_of("calls", snapshot(call("first"), talk))[1] == {
        "call_id": "talk",
        "caller": "alice",
        "callee": "bob",
        "state": "active",
        "outcome": "answered",
        "start_s": CALL.start_s,
        "answer_s": CALL.answer_s,
        "end_s": None,
        "duration_s": 65.0,
        "round_trip_s": {"last": 0.1, "mean": 0.11, "max": 0.2},
        "streams": [2, 3],
    }


def test_json_capture_tells_of_the_file() -> None:
    """The first part is about the capture as a whole."""
    assert document(snapshot())["capture"] == {
        "file": "calls.pcap",
        "packets": 12_345,
        "first_s": NOW_S - 60,
        "last_s": NOW_S,
        "counting_s": 0.25,
        "undecoded": {"arp": 3, "icmp_error": 0},
    }


def test_json_of_an_empty_capture_is_complete() -> None:
    """Without frames there are the same keys, with nothing in them."""
    nothing = CaptureSummary("empty.pcap", 0, None, None)
    found = json.loads(written("json", EMPTY, capture=nothing))
    assert (found["calls"], found["streams"]) == ([], [])
    assert (found["capture"]["first_s"], found["capture"]["undecoded"]) == (None, {})


def test_json_stream_without_call_has_null() -> None:
    """A stream that belongs to no call says so."""
    lonely = replace(STREAM, call_id=None, jitter=None, codec=None, clock_rate=None, scale=None)
    found = rows_of("streams", replace(snapshot(), streams=(lonely,)))[0]
    assert [found[key] for key in ("call_id", "jitter_s", "codec", "clock_rate", "scale")] == (
        [None] * 5
    )


def test_json_top_gives_the_worst_streams_and_all_calls() -> None:
    """With top the worst streams are listed, worst first, and calls point at those only."""
    shown = snapshot(call("a", STREAM, FAIR), call("b", UNSCORED, BAD))
    streams, calls = rows_of("streams", shown, top=2), rows_of("calls", shown, top=2)
    assert [stream["ssrc"] for stream in streams] == ["0x00000BAD", "0x0000FA12"]
    assert [one["streams"] for one in calls] == [[1], [0]]


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_json_is_valid_whatever_the_numbers(number: float) -> None:
    """JSON has no infinity and no not-a-number; they become null."""
    text = written("json", snapshot(call("a", replace(STREAM, loss_ratio=number))))
    found = json.loads(text, parse_constant=pytest.fail)
    assert found["streams"][0]["loss_ratio"] is None
    assert found["streams"][0]["discard_ratio"] == 0.002


@given(any_snapshots.snapshots)
@settings(max_examples=30, deadline=None)
def test_json_survives_any_text_and_number(shown: Snapshot) -> None:
    """Whatever the calls hold, the document parses and gives it back."""
    found = rows_of("calls", shown)
    assert [one["call_id"] for one in found] == [one.call_id for one in shown.calls]
    found = rows_of("streams", shown)
    assert [one["first_s"] for one in found] == [one.first_s for one in shown.streams]


@pytest.mark.parametrize("library", ["prometheus_client", "rich", "jinja2", "starlette", "uvicorn"])
def test_json_needs_no_heavy_library(library: str) -> None:
    """A short analysis does not wait for what it does not use."""
    code = (
        "import io, sys; from tests.export import snapshots; "
        "from qos_exporter.export.records import WRITERS, CaptureSummary; "
        "WRITERS['json'](snapshots.EMPTY, CaptureSummary('', 0, None, None), io.StringIO()); "
        f"sys.exit({library!r} in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=PROJECT)
