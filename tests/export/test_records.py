from __future__ import annotations

import io
import json
import math
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO, cast

import pytest
from hypothesis import given, settings

from qos_exporter.export.records import WRITERS, CaptureSummary, RecordFormat
from qos_exporter.snapshot import Score, Snapshot, Spread, StreamView
from tests.export import snapshots
from tests.export.limits import time_limit_s
from tests.export.parsed import families
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
CAPTURE = CaptureSummary("calls.pcap", 12_345, NOW_S - 60, NOW_S)

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

BAD = replace(STREAM, mos_lq=Score(1.5, 1.0), rating="bad", ssrc=0xBAD, src="10.0.0.9:9")
FAIR = replace(STREAM, mos_lq=Score(3.7, 3.5), rating="fair", ssrc=0xFA12, src="10.0.0.8:8")
UNSCORED = replace(STREAM, mos_lq=None, mos_cq=None, r_factor=None, rating=None, ssrc=7)


def written(
    format_: RecordFormat,
    shown: Snapshot,
    *,
    top: int | None = None,
    capture: CaptureSummary = CAPTURE,
) -> str:
    out = io.StringIO()
    WRITERS[format_](shown, capture, out, top=top)
    return out.getvalue()


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
    """The page about the JSON names every key of a call, of a stream and of what is reported."""
    page = (PROJECT / "docs/json.md").read_text(encoding="utf-8")
    keys = (*CALL_KEYS, *STREAM_KEYS, *RECEPTION_KEYS, *QUALITY_KEYS)
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


@given(snapshots.snapshots)
@settings(max_examples=30, deadline=None)
def test_json_survives_any_text_and_number(shown: Snapshot) -> None:
    """Whatever the calls hold, the document parses and gives it back."""
    found = rows_of("calls", shown)
    assert [one["call_id"] for one in found] == [one.call_id for one in shown.calls]
    found = rows_of("streams", shown)
    assert [one["first_s"] for one in found] == [one.first_s for one in shown.streams]


@pytest.mark.pitfall(111)
@pytest.mark.parametrize("format_", list(WRITERS))
def test_records_can_be_written_as_utf8_whatever_was_received(format_: RecordFormat) -> None:
    """Bytes that are no text do not stop the output half-way."""
    broken = b"\xffPCMA".decode(errors="surrogateescape")
    shown = snapshot(replace(call(broken, replace(STREAM, codec=broken)), caller=broken))
    written(format_, shown, capture=replace(CAPTURE, file=broken)).encode()


SUMMARY_LINES = 6
"""Five lines about the whole file and an empty one; then come the heading and the rows."""


def unfolded(text: str) -> str:
    """Give a table with the endpoints of a stream behind its figures instead of below them."""
    return text.replace("\n    ", " ")


def lines(shown: Snapshot, *, top: int | None = None) -> list[str]:
    return unfolded(written("table", shown, top=top)).splitlines()


def tables(text: str) -> tuple[list[str], list[str]]:
    """Give the lines of the table of streams and those of the table of calls below it."""
    _, streams, calls = unfolded(text).split("\n\n")
    return streams.splitlines(), calls.splitlines()


def test_table_begins_with_the_counts_of_the_file() -> None:
    """File, calls, streams, windows and what was not read are summed up above the rows."""
    failed = replace(call("x", BAD), outcome="failed")
    assert lines(snapshot(call(), failed))[:SUMMARY_LINES] == [
        "calls.pcap: 12,345 packets in 60.0 s",
        "2 calls: 1 answered, 1 failed",
        "3 streams, windows: 12 good, 3 degraded, 0 bad, 3 unscored",
        "not decoded: 3 arp",
        "faulty messages: 2 sdp (bad port)",
        "",
    ]


def test_table_names_what_is_wrong_with_the_media_of_calls() -> None:
    """Anomalies, which no row of a stream could show, are counted above the rows."""
    silent = replace(call("a"), anomalies=("no_rtp",))
    half = replace(call("b", STREAM), anomalies=("one_way", "stopped"))
    found = lines(snapshot(silent, half, call("c", STREAM)))
    assert found[2] == "calls with anomalies: 1 no rtp, 1 one way, 1 stopped"


def test_table_has_one_row_per_stream_worst_first() -> None:
    """Scored streams come by their mean MOS, those without a score after them."""
    shown = snapshot(call("a", UNSCORED, STREAM), call("b", FAIR, BAD))
    rows, _ = tables(written("table", shown))
    assert [row.split()[0] for row in rows[1:]] == ["bad", "fair", "good", "unscored"]


def test_table_row_has_the_figures_of_the_stream() -> None:
    """Ratios are shown in percent and times in milliseconds."""
    (heading, row), _ = tables(written("table", snapshot(call("a", STREAM))))
    assert dict(zip(heading.split(), row.split(maxsplit=13), strict=True)) == {
        "Rating": "good",
        "MOS": "4.10",
        "min": "3.20",
        "on": "NB",
        "Loss%": "1.00",
        "Late%": "0.20",
        "Jit/ms": "4.0",
        "max": "12.0",
        "Pkts": "2970",
        "Codec": "PCMA",
        "Call": "1>",
        "Fault": "unknown",
        "SSRC": "1234ABCD",
        "Stream": "10.0.0.1:5004 > 10.0.0.2:6004",
    }


def test_table_top_keeps_the_counts_whole() -> None:
    """With top there are fewer rows, but the same sums."""
    shown = snapshot(call("a", STREAM, FAIR), call("b", BAD))
    short, long = lines(shown, top=1), lines(shown)
    assert short[:4] == long[:4]
    assert short[SUMMARY_LINES:][:2] == long[SUMMARY_LINES:][:2]
    of_streams, of_calls = tables("\n".join(short))
    assert (len(of_streams), len(of_calls)) == (2, 2)
    assert of_calls[1].split()[-1] == "b"


def test_table_leads_from_a_stream_to_its_call() -> None:
    """Streams bear the number of a call and their direction, and the calls are listed by them."""
    back = replace(STREAM, direction="callee_to_caller", ssrc=2)
    stray = replace(UNSCORED, call_id=None)
    bad = replace(call("c-2", BAD), caller="carol", callee="", anomalies=("one_way",))
    refused = replace(call("c-3"), streams=(), outcome="failed", duration_s=0.25)
    talk = replace(call("c-1", STREAM, back), round_trip=Spread(0.12, 0.125, 0.19))
    shown = snapshot(talk, bad, refused)
    rows, calls = tables(written("table", replace(shown, streams=(*shown.streams, stray))))
    column = rows[0].index("Call")
    assert [row[column : column + 4].strip() for row in rows[1:]] == ["1>", "2>", "2<", "-"]
    assert [" ".join(row.split()) for row in calls] == [
        "Call Caller > callee Start (UTC) Length/s RTT/ms Outcome Call-ID",
        "1 carol > - 2024-11-21 07:58:54 65.0 - answered, one way c-2",
        "2 alice > bob 2024-11-21 07:58:54 65.0 125 answered c-1",
        "3 alice > bob 2024-11-21 07:58:54 0.2 - failed c-3",
    ]


def test_table_of_calls_without_signalling_pairs_the_streams() -> None:
    """Where nobody is known to have called there is no list of calls, but the numbers stay."""
    unsigned = replace(call("rtp-1", STREAM), caller="", callee="")
    heading, row = lines(snapshot(unsigned))[SUMMARY_LINES:]
    assert row[heading.index("Call") :].split()[0] == "1>"


def test_table_without_calls_needs_no_numbers() -> None:
    """Streams that belong to no call have no column for it."""
    heading, _ = lines(replace(snapshot(), streams=(STREAM,)))[SUMMARY_LINES:]
    assert "Call" not in heading


WIDE = [
    pytest.param("10.0.0.1:5004", id="short"),
    pytest.param("255.255.255.255:65535", id="long IPv4"),
    pytest.param("[2001:db8:1111:2222:3333:4444:5555:6666]:65535", id="long IPv6"),
]


@pytest.mark.parametrize("endpoint", WIDE)
def test_table_stays_within_100_columns(endpoint: str) -> None:
    """Long endpoints go to a line of their own, and are never cut."""
    stream = replace(
        STREAM, src=endpoint, dst=endpoint, packets=replace(STREAM.packets, received=10**7)
    )
    text = written("table", snapshot(call("a", stream, replace(stream, codec="TELEPHONE"))))
    assert max(map(len, text.splitlines())) <= max(
        100, len(f"    12345678 {endpoint} > {endpoint}")
    )
    assert f"{endpoint} > {endpoint}" in text


def test_long_names_of_parties_are_shortened() -> None:
    """A whole URI in place of a number does not make the rows of calls wider than 100 columns."""
    uri = "sip:200.57.7.195:55061;user=phone"
    text = written("table", snapshot(replace(call("a", STREAM), caller=uri, callee=uri)))
    (row,) = [line for line in text.splitlines() if "sip:" in line]
    assert "sip:200.57.7.195:5\u2026 > sip:200.57.7.195:5\u2026" in row
    assert len(row) <= 100


def test_table_of_nothing_has_no_rows() -> None:
    """An empty capture is summed up and nothing else."""
    nothing = CaptureSummary("empty.pcap", 0, None, None)
    assert written("table", EMPTY, capture=nothing).splitlines() == [
        "empty.pcap: 0 packets",
        "0 calls",
        "0 streams, windows: 0 good, 0 degraded, 0 bad, 0 unscored",
    ]


@pytest.mark.pitfall(111)
def test_table_cannot_be_coloured_from_the_wire() -> None:
    """Control characters in a codec's name do not reach the terminal."""
    text = written("table", snapshot(call("a", replace(STREAM, codec="\x1b[31mX\nY"))))
    assert "\x1b" not in text
    assert "\ufffd[31mX\ufffdY" in text


class Terminal(io.StringIO):
    """A file that says that it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def on_terminal(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    for name, setting in {"TERM": "xterm-256color", "COLUMNS": "200", **environment}.items():
        monkeypatch.setenv(name, setting)
    out = Terminal()
    WRITERS["table"](snapshot(call("a", STREAM, BAD, UNSCORED)), CAPTURE, out)
    return out.getvalue()


def test_table_is_coloured_by_rating_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bad streams are red and bold, good ones green, unscored ones dim."""
    rows = on_terminal(monkeypatch).splitlines()[SUMMARY_LINES + 1 :][:3]
    assert [row.partition("m")[0] for row in rows] == ["\x1b[1;31", "\x1b[32", "\x1b[2"]


def test_table_uses_the_width_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a wide terminal every stream has one line, which ends with the place of the fault."""
    _, streams, _ = on_terminal(monkeypatch, NO_COLOR="1").split("\n\n")
    assert [row.split()[-1] for row in streams.splitlines()] == ["Fault", *["unknown"] * 3]


@pytest.mark.parametrize("fault", ["before the tap", "after the tap", "both", "clean", "unknown"])
def test_table_says_in_words_where_the_fault_is(fault: str) -> None:
    """The last column of a row names the side of the tap, and the heading above it says so."""
    text = written("table", snapshot(call("a", replace(STREAM, fault=fault))))
    _, streams, _ = text.split("\n\n")
    heading, _, row, _ = streams.splitlines()
    assert heading.endswith("Fault")
    assert row[heading.index("Fault") :] == fault


def test_table_is_plain_where_colour_is_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR is respected."""
    assert "\x1b" not in on_terminal(monkeypatch, NO_COLOR="1")


def test_prometheus_record_is_a_body_without_process_metrics() -> None:
    """Analyze shows what was measured, not how the program itself does."""
    text = written("prometheus", snapshot(call()))
    names = {sample.name for family in families(text.encode()) for sample in family.samples}
    assert "voip_call_mos_lq" in names
    assert "voip_window_mos_lq_bucket" in names
    assert not any(name.startswith("process_") for name in names)


def test_prometheus_top_restricts_per_call_series_only() -> None:
    """With top the worst streams have series, and aggregates stay whole."""
    text = written("prometheus", snapshot(call("a", STREAM), call("b", BAD)), top=1)
    assert 'voip_call_info{call_id="b"' in text
    assert 'voip_call_info{call_id="a"' not in text
    assert "\nvoip_calls_active 1.0\n" in text


def many(count: int) -> tuple[StreamView, ...]:
    return tuple(replace(STREAM, ssrc=number) for number in range(count))


@pytest.mark.parametrize("format_", ["table", "json"])
def test_records_of_many_streams_are_fast(format_: RecordFormat) -> None:
    """20,000 streams are written in far less time than it takes to look at them."""
    shown = replace(snapshot(), streams=many(20_000))
    began = time.thread_time()
    text = written(format_, shown)
    assert text.count("10.0.0.1:5004") == 20_000
    assert time.thread_time() - began < time_limit_s(3.0)


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


def test_every_writer_takes_a_text_stream() -> None:
    """The writers are interchangeable."""
    writers: list[Callable[[Snapshot, CaptureSummary, TextIO], None]] = list(WRITERS.values())
    for write in writers:
        write(snapshot(call()), CAPTURE, io.StringIO())
