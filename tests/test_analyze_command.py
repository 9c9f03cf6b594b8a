"""`qos-exporter analyze` as a user runs it."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import qos_exporter
from qos_exporter import cli
from tests.dataplane.traffic import CALLEE6, CALLER6, StreamId
from tests.monitor.recording import Dialogue, speech_for
from tests.written import write_pcap

DATA = Path(__file__).parent / "data"
DEMO = Path(qos_exporter.__file__).parent / "data" / "demo.pcap.gz"
CAPTURES = [*sorted(DATA.glob("*.pcap.gz")), DEMO]

CAPTURE_KEYS = ("file", "packets", "first_s", "last_s", "counting_s", "undecoded")
CALL_KEYS = (
    *("call_id", "caller", "callee", "state", "outcome", "start_s", "answer_s", "end_s"),
    *("duration_s", "round_trip_s", "streams"),
)
STREAM_KEYS = (
    *("call_id", "direction", "src", "dst", "ssrc", "payload_types", "codec", "clock_rate"),
    *("scale", "first_s", "last_s"),
    *("packets_expected", "packets_received", "packets_lost"),
    *("packets_duplicate", "packets_reordered", "packets_discarded"),
    *("loss_ratio", "discard_ratio", "burst_ratio"),
    *("burst_density", "gap_density", "burst_duration_s", "gap_duration_s"),
    *("jitter_s", "delay_variation_max_s", "mos_lq", "mos_cq", "r_factor", "rating"),
    *("reported", "downstream_loss_ratio", "fault", "windows"),
)
"""The contract of the JSON, key by key."""

HEAVY = {"scapy", "pydantic", "yaml", "starlette", "uvicorn", "prometheus_client", "rich"}
"""Libraries that other commands need."""


@pytest.fixture(autouse=True)
def _quiet_log() -> Iterator[None]:
    """Undo what a command does to the log."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


Document = dict[str, Any]


class Output:
    """What a run printed, and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    def documents(self) -> list[Document]:
        """Read the JSON documents that follow one another."""
        decoder, text, found = json.JSONDecoder(), self.out.lstrip(), []
        while text:
            document, end = decoder.raw_decode(text)
            found.append(document)
            text = text[end:].lstrip()
        return found


Analyze = Callable[..., Output]
Read = Callable[..., Document]


@pytest.fixture
def analyze(capsys: pytest.CaptureFixture[str]) -> Analyze:
    """Run the command in this process."""

    def run(*words: str | Path) -> Output:
        code = cli.run(["analyze", *map(str, words)])
        printed = capsys.readouterr()
        return Output(code, printed.out, printed.err)

    return run


@pytest.fixture
def read(analyze: Analyze) -> Read:
    """Run the command on one file and read its JSON."""

    def run(path: Path, *words: str) -> Document:
        output = analyze(path, "--format", "json", *words)
        assert output.code == 0, output.err
        (document,) = output.documents()
        return document

    return run


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_json_is_as_promised(read: Read, path: Path) -> None:
    """Every key of the contract is there, in its order, and nothing else."""
    document = read(path)
    assert tuple(document) == ("capture", "calls", "streams")
    assert tuple(document["capture"]) == CAPTURE_KEYS
    assert {tuple(call) for call in document["calls"]} <= {CALL_KEYS}
    assert {tuple(stream) for stream in document["streams"]} <= {STREAM_KEYS}
    assert document["capture"]["file"] == str(path)
    for position, call in enumerate(document["calls"]):
        assert call["state"] in {"setup", "active", "ended"}, position
        assert call["outcome"] in {"answered", "failed", "cancelled", "partial", None}
        for index in call["streams"]:
            assert document["streams"][index]["call_id"] == call["call_id"]


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_streams_add_up(read: Read, path: Path) -> None:
    """Loss is what was expected and did not come, and the ratios are those of the counts."""
    for stream in read(path)["streams"]:
        expected, lost = stream["packets_expected"], stream["packets_lost"]
        assert lost == expected - stream["packets_received"]
        assert stream["loss_ratio"] == pytest.approx(lost / expected)
        assert stream["discard_ratio"] == pytest.approx(stream["packets_discarded"] / expected)
        assert stream["burst_ratio"] >= 1
        assert stream["ssrc"] == f"0x{int(stream['ssrc'], 16):08X}"


def test_a_call_of_every_kind(read: Read) -> None:
    """The demo's calls came out as they were made: answered, failed and cancelled."""
    outcomes = sorted(call["outcome"] for call in read(DEMO)["calls"])
    assert outcomes == ["answered"] * 6 + ["cancelled", "failed"]


def test_hold_is_no_anomaly(analyze: Analyze, read: Read) -> None:
    """Three seconds on hold are no loss, no restart and no trouble."""
    path = DATA / "baresip_hold_resume.pcap.gz"
    streams = read(path)["streams"]
    assert [stream["packets_lost"] for stream in streams] == [0] * len(streams)
    assert [call["outcome"] for call in read(path)["calls"]] == ["answered"]
    table = analyze(path).out
    assert not {"one_way", "no_rtp", "stopped"} & set(table.replace(",", " ").split())


def test_calls_on_one_port_pair_do_not_mix(read: Read) -> None:
    """Four calls whose streams share two ports have two streams each, with one SSRC."""
    document = read(DATA / "sipp_four_calls_one_port_pair.pcap.gz")
    assert len(document["calls"]) == 4
    for call in document["calls"]:
        ssrcs = {document["streams"][index]["ssrc"] for index in call["streams"]}
        assert (len(call["streams"]), len(ssrcs)) == (2, 1)


def test_an_answered_call_without_media(read: Read) -> None:
    """A call that was answered and stayed silent is shown, without a stream."""
    document = read(DATA / "sipp_no_rtp.pcap.gz")
    assert [(call["outcome"], call["streams"]) for call in document["calls"]] == [("answered", [])]


def test_several_files(analyze: Analyze) -> None:
    """One document for each file, in their order, each counted for itself."""
    output = analyze(*CAPTURES[:3], "--format", "json")
    files = [document["capture"]["file"] for document in output.documents()]
    assert files == [str(path) for path in CAPTURES[:3]]


def test_a_missing_file_does_not_hide_the_others(analyze: Analyze, tmp_path: Path) -> None:
    """The file that is not there costs a sentence and the exit code, the others are printed."""
    missing = tmp_path / "no.pcap"
    output = analyze(missing, CAPTURES[0], "--format", "json")
    assert output.code == 2
    assert str(missing) in output.err
    assert "Traceback" not in output.err
    assert [each["capture"]["file"] for each in output.documents()] == [str(CAPTURES[0])]


def test_no_capture_at_all(analyze: Analyze, tmp_path: Path) -> None:
    """A file of something else is named as such."""
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir or Madam")
    output = analyze(path)
    assert (output.code, output.out) == (2, "")
    assert str(path) in output.err


def test_an_empty_capture(read: Read, tmp_path: Path) -> None:
    """A capture without a frame has no time, no stream and no error."""
    document = read(write_pcap(tmp_path / "empty.pcap", []))
    assert document["capture"]["packets"] == 0
    assert document["capture"]["first_s"] is None
    assert (document["calls"], document["streams"]) == ([], [])


def test_ipv6_endpoints_have_brackets(read: Read, tmp_path: Path) -> None:
    """An IPv6 address and its port are told apart."""
    stream = StreamId(0xABC, CALLER6, CALLEE6)
    path = write_pcap(tmp_path / "six.pcap", speech_for(stream, 1.0))
    (shown,) = read(path)["streams"]
    assert (shown["src"], shown["dst"]) == ("[2001:db8::1]:5004", "[2001:db8::2]:6004")
    assert shown["ssrc"] == "0x00000ABC"


def test_times_are_those_of_the_capture(read: Read, tmp_path: Path) -> None:
    """First and last frame, start, answer and end: seconds as they stand in the file."""
    dialogue = Dialogue(talk_s=12.0)
    path = write_pcap(tmp_path / "call.pcap", dialogue.whole())
    document = read(path)
    (call,) = document["calls"]
    first_s = document["capture"]["first_s"]
    assert first_s == pytest.approx(1_700_000_000 - 0.6)
    assert document["capture"]["last_s"] == pytest.approx(first_s + 12.61)
    assert call["start_s"] == first_s
    assert call["answer_s"] == pytest.approx(first_s + 0.5)
    assert call["duration_s"] == pytest.approx(12.6)
    assert [stream["first_s"] for stream in document["streams"]] == [
        pytest.approx(first_s + 0.6)
    ] * 2


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_the_table_fits(analyze: Analyze, path: Path) -> None:
    """No line is wider than a hundred columns, but the first, which names the file."""
    output = analyze(path)
    assert output.code == 0
    named, *lines = output.out.splitlines()
    assert named.startswith(f"{path}: ")
    assert max(map(len, lines)) <= 100
    assert "\x1b" not in output.out


@pytest.mark.promtool
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_promtool_accepts_the_metrics(analyze: Analyze, path: Path) -> None:
    """Prometheus' own tool finds nothing wrong, and there is something to find."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian package prometheus)")
    output = analyze(path, "--format", "prometheus")
    assert output.code == 0
    assert "voip_calls_total" in output.out
    checked = subprocess.run(
        [promtool, "check", "metrics"],
        input=output.out,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_imports_only_what_it_needs() -> None:
    """Reading a capture waits neither for scapy nor for what a server or a configuration needs."""
    program = (
        "import sys; from qos_exporter import cli; cli.run(sys.argv[1:]);"
        f"print(sorted({HEAVY!r} & sys.modules.keys()))"
    )
    words = ["analyze", str(DATA / "sipp_pcma_clean.pcap.gz"), "--format", "json"]
    done = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_dash_is_standard_input(analyze: Analyze) -> None:
    """What another program writes into a pipe is read as its file would be."""
    path = DATA / "sipp_pcma_clean.pcap.gz"
    done = subprocess.run(
        [sys.executable, "-m", "qos_exporter", "analyze", "-", "--format", "json"],
        input=path.read_bytes(),
        capture_output=True,
        check=True,
    )
    document, expected = json.loads(done.stdout), json.loads(analyze(path, "--format", "json").out)
    assert document["capture"]["file"] == "/dev/stdin"
    assert document["capture"]["packets"] > 0
    assert [document[key] for key in ("calls", "streams")] == [
        expected[key] for key in ("calls", "streams")
    ]
