"""`analyze` from the command line to its output, on captures of real calls."""

from __future__ import annotations

import gzip
import io
import json
import shutil
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from qos_exporter import analysis, cli
from qos_exporter.capture.capture_file import open_capture
from tests.live.truth import read_truth

DATA = Path(__file__).parent / "data"
IMPAIRED = DATA / "impaired_loss_jitter.pcap.gz"
CLEAN = DATA / "sipp_pcma_clean.pcap.gz"

CAPTURE_KEYS = ["file", "packets", "first_s", "last_s", "counting_s", "undecoded"]
CALL_KEYS = [
    *("call_id", "caller", "callee", "state", "outcome", "start_s", "answer_s", "end_s"),
    *("duration_s", "round_trip_s", "streams"),
]
STREAM_KEYS = [
    *("call_id", "direction", "src", "dst", "ssrc", "payload_types", "codec", "clock_rate"),
    *("scale", "first_s", "last_s", "packets_expected", "packets_received", "packets_lost"),
    *("packets_duplicate", "packets_reordered", "packets_discarded", "loss_ratio"),
    *("discard_ratio", "burst_ratio", "burst_density", "gap_density", "burst_duration_s"),
    *("gap_duration_s", "jitter_s", "delay_variation_max_s", "mos_lq", "mos_cq"),
    *("r_factor", "rating", "reported", "downstream_loss_ratio", "fault", "windows"),
]


def output_of(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert cli.run(["analyze", *arguments]) == code
    return capsys.readouterr().out


def test_json_has_the_keys_that_are_promised(capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON has the documented keys in the documented order, and no others."""
    document = json.loads(output_of(capsys, "--format=json", str(CLEAN)))
    assert list(document) == ["capture", "calls", "streams"]
    assert list(document["capture"]) == CAPTURE_KEYS
    assert [list(call) for call in document["calls"]] == [CALL_KEYS]
    assert [list(stream) for stream in document["streams"]] == [STREAM_KEYS] * 2


def test_a_clean_call_is_found_whole(capsys: pytest.CaptureFixture[str]) -> None:
    """A capture of one answered call without loss gives one call and its two streams."""
    document = json.loads(output_of(capsys, "--format=json", str(CLEAN)))
    (call,) = document["calls"]
    assert (call["state"], call["outcome"], call["streams"]) == ("ended", "answered", [0, 1])
    directions = {stream["direction"] for stream in document["streams"]}
    assert directions == {"caller_to_callee", "callee_to_caller"}
    for stream in document["streams"]:
        assert (stream["codec"], stream["packets_lost"]) == ("PCMA", 0)
        assert stream["packets_expected"] == stream["packets_received"]


@pytest.mark.parametrize("name", ["impaired_loss_jitter", "impaired_burst_reorder_duplicate"])
def test_counts_are_those_of_the_impairer(capsys: pytest.CaptureFixture[str], name: str) -> None:
    """Each stream has the packets that the impairer let through, dropped and doubled."""
    document = json.loads(output_of(capsys, "--format=json", str(DATA / f"{name}.pcap.gz")))
    found = {
        (stream["src"], stream["dst"], int(stream["ssrc"], 16)): (
            stream["packets_expected"],
            stream["packets_received"],
            stream["packets_lost"],
            stream["packets_duplicate"],
        )
        for stream in document["streams"]
    }
    truth = read_truth(DATA / f"{name}.truth.jsonl.gz")
    assert found == {
        (key.source, key.destination, key.ssrc): (
            stream.expected,
            stream.received,
            stream.lost,
            stream.duplicate,
        )
        for key, stream in truth.items()
    }


def test_only_the_worst_streams_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """With --top=1 the impaired stream is left, and the summary still counts both."""
    table = output_of(capsys, "--top=1", str(IMPAIRED))
    _, streams, calls = table.split("\n\n")
    assert streams.count(" > ") == 1
    assert len(calls.splitlines()) == 2
    assert "2 streams" in table


def test_the_table_is_readable_at_100_columns(capsys: pytest.CaptureFixture[str]) -> None:
    """No line of the table is longer than 100 characters."""
    for line in output_of(capsys, str(IMPAIRED), str(CLEAN)).splitlines():
        assert len(line) <= 100


@pytest.mark.parametrize(
    ("flags", "coloured"), [([], True), (["--no-color"], False)], ids=["colour", "no colour"]
)
def test_colours_can_be_refused(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    flags: list[str],
    coloured: bool,
) -> None:
    """A terminal gets colours unless --no-color was given."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert ("\x1b[" in output_of(capsys, *flags, str(CLEAN))) is coloured


def test_metrics_are_read_by_the_client_library(capsys: pytest.CaptureFixture[str]) -> None:
    """The Prometheus format is one that the client library parses."""
    text = output_of(capsys, "--format=prometheus", str(CLEAN))
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert {sample.value for sample in families["voip_call_info"].samples} == {1.0}


def test_what_stands_before_the_damage_is_counted(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A capture that ends inside a record gives all earlier packets, a sentence and code 1."""
    damaged = tmp_path / "damaged.pcap"
    damaged.write_bytes(gzip.decompress(CLEAN.read_bytes())[:-5])
    with open_capture(CLEAN) as capture:
        packets = sum(batch.count for batch in capture)
    assert cli.run(["analyze", "--format=json", str(damaged)]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["capture"]["packets"] == packets - 1
    assert err.count("\n") == 1
    assert str(damaged) in err


def test_a_file_that_is_no_capture_does_not_stop_the_others(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The other files are still analysed, and the exit code tells that one was not."""
    text = tmp_path / "notes.txt"
    text.write_text("not a capture at all")
    assert cli.run(["analyze", "--format=json", str(text), str(CLEAN)]) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["capture"]["file"] == str(CLEAN)
    assert str(text) in err


def test_an_empty_line_stands_between_tables_only(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Where a file before cannot be read, there is no table to keep apart from."""
    nothing = str(tmp_path / "nothing.pcap")
    assert cli.run(["analyze", nothing, str(CLEAN), nothing, str(CLEAN)]) == 2
    first, second = capsys.readouterr().out.split(f"\n\n{CLEAN}")
    assert first.startswith(f"{CLEAN}: ")
    assert second.startswith(": ")


class Terminal(io.StringIO):
    """A stderr that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("from_bytes", "shown"), [(0, True), (10**9, False)], ids=["large file", "small file"]
)
def test_progress_is_shown_for_large_files_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, from_bytes: int, shown: bool
) -> None:
    """A long run shows how far it is, a short one does not flicker."""
    path = tmp_path / "x.pcap.gz"
    shutil.copy(CLEAN, path)
    terminal = Terminal()
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(analysis, "PROGRESS_FROM_BYTES", from_bytes)
    monkeypatch.setattr("sys.stderr", terminal)
    assert cli.run(["analyze", "--format=json", str(path)]) == 0
    assert ("x.pcap.gz" in terminal.getvalue()) is shown
