"""Log lines."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest

from qos_exporter import logs
from qos_exporter.settings import LogFormat, LogLevel


@pytest.fixture(autouse=True)
def root_logger_as_before() -> Iterator[None]:
    """Give pytest its handlers back, and the loggers of libraries their levels."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    for name in (logs.TALKATIVE, logs.FORMATLESS):
        logging.getLogger(name).setLevel(logging.NOTSET)
    root.handlers[:] = handlers
    root.setLevel(level)


def line_of(record: logging.LogRecord, log_format: LogFormat) -> str:
    stream = io.StringIO()
    logs.configure("debug", log_format, stream=stream)
    logging.getLogger().handle(record)
    return stream.getvalue().removesuffix("\n")


def record_of(message: str, *args: object, **extra: object) -> logging.LogRecord:
    record = logging.makeLogRecord(
        {
            "name": "qos_exporter.capture.ring",
            "levelname": "WARNING",
            "levelno": logging.WARNING,
            "msg": message,
            "args": args,
            **extra,
        }
    )
    record.created = 1_700_000_000.25  # 2023-11-14 22:13:20.25 UTC
    return record


@pytest.mark.parametrize(
    ("message", "quoted"),
    [
        pytest.param("ready", "ready", id="one word"),
        pytest.param("ring is ready", '"ring is ready"', id="several words"),
        pytest.param('say "hi"', r'"say \"hi\""', id="quotes"),
        pytest.param("a=b", '"a=b"', id="equals sign"),
        pytest.param("two\nlines", r'"two\nlines"', id="line break"),
        pytest.param("", '""', id="empty"),
        pytest.param("Zürich", "Zürich", id="letters beyond ASCII"),
    ],
)
def test_logfmt_quotes_what_would_not_read_back(message: str, quoted: str) -> None:
    """A logfmt line can be split again at its spaces and equals signs."""
    assert line_of(record_of(message), "logfmt") == (
        f"time=2023-11-14T22:13:20.250Z level=warning logger=capture.ring msg={quoted}"
    )


def test_a_message_is_there_once() -> None:
    """The copy with colours for terminals, which uvicorn passes as extra, is left out."""
    line = line_of(record_of("Started %d", 1, color_message="Started \x1b[36m%d\x1b[0m"), "json")
    assert sorted(json.loads(line)) == ["level", "logger", "msg", "time"]


def test_extra_fields_are_pairs_of_their_own() -> None:
    """What is passed as extra can be searched for by name."""
    line = line_of(record_of("%d drops", 3, interface="eth0", drops=3), "logfmt")
    assert line.endswith(' msg="3 drops" interface=eth0 drops=3')


def test_json_lines_hold_the_same_fields() -> None:
    """A JSON line is one object with the fields of a logfmt line."""
    line = line_of(record_of('say "hi"\n', interface="eth0"), "json")
    assert json.loads(line) == {
        "time": "2023-11-14T22:13:20.250Z",
        "level": "warning",
        "logger": "capture.ring",
        "msg": 'say "hi"\n',
        "interface": "eth0",
    }


@pytest.mark.parametrize("log_format", ["logfmt", "json"])
def test_no_text_steers_a_terminal(log_format: LogFormat) -> None:
    """What somebody else has sent can neither colour a terminal nor forge or hide a line."""
    sent = "x\x1b[2J\x7f\x9b31m\x85\u2028\u202e\udc80\U000e0001y"
    line = line_of(record_of(sent), log_format)
    fields = line if log_format == "json" else "{" + f'"msg": {line.partition("msg=")[2]}' + "}"

    assert line.isprintable()
    assert json.loads(fields)["msg"] == sent


@pytest.mark.parametrize("log_format", ["logfmt", "json"])
def test_an_exception_stays_on_its_line(log_format: LogFormat) -> None:
    """A traceback is a field, so that one record is one line."""
    with pytest.raises(ZeroDivisionError) as caught:
        _ = 1 / 0
    record = record_of("failed", exc_info=(caught.type, caught.value, caught.tb))
    line = line_of(record, log_format)
    assert "ZeroDivisionError: division by zero" in line
    assert "\n" not in line


def test_records_below_the_level_are_dropped() -> None:
    """The level holds for every logger of the process."""
    stream = io.StringIO()
    logs.configure("warning", "logfmt", stream=stream)
    logging.getLogger("qos_exporter.app").info("quiet")
    logging.getLogger("elsewhere").warning("loud")
    assert [line.rpartition("=")[2] for line in stream.getvalue().splitlines()] == ["loud"]


@pytest.mark.parametrize(
    ("level", "written"),
    [("debug", ["started", "refused", "broken"]), ("info", ["broken"]), ("warning", ["broken"])],
)
def test_the_web_server_is_quiet_unless_asked(level: LogLevel, written: list[str]) -> None:
    """The web server's news, and its warnings about bad requests, appear at level debug only."""
    stream = io.StringIO()
    logs.configure(level, "logfmt", stream=stream)
    logging.getLogger("uvicorn.error").info("started")
    logging.getLogger("uvicorn.error").warning("refused")
    logging.getLogger("uvicorn.error").error("broken")
    assert [line.rpartition("=")[2] for line in stream.getvalue().splitlines()] == written


def test_no_lines_but_ours() -> None:
    """What scapy warns of, in a format of its own, does not get among the lines of the log."""
    program = """
from qos_exporter import logs
logs.configure("info", "json")
from scapy.error import warning
warning("Unable to guess type")
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stderr == ""


def test_configuring_again_replaces_the_handler() -> None:
    """After a reload every record is still written once."""
    stream = io.StringIO()
    for _ in range(2):
        logs.configure("info", "logfmt", stream=stream)
    logging.getLogger("qos_exporter").info("once")
    assert stream.getvalue().count("once") == 1


def test_the_default_stream_is_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    """The log never mixes with the output of a command."""
    logs.configure("info", "logfmt")
    logging.getLogger("qos_exporter").info("here")
    out, err = capsys.readouterr()
    assert (out, err.count("here")) == ("", 1)
