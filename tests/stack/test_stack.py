"""`make stack`: the shipped files in a running Prometheus and Alertmanager, and nothing after."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CHECKOUT
from tests.stack.requirements import needs_prometheus
from tools.stack.plan import Ports

PATIENCE_S = 60.0
URL = re.compile(r"(?P<part>\w+) +(?P<url>http://localhost:\d+)/")

pytestmark = [pytest.mark.slow, pytest.mark.stack, needs_prometheus]


class Started:
    """A stack that somebody started, with the addresses that it printed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self.process = process
        self.urls: dict[str, str] = {}
        for line in process.stdout:
            found = URL.match(line)
            if found:
                self.urls[found["part"]] = found["url"]
            if "Ctrl-C" in line:
                break
        assert self.urls.keys() == {"Exporter", "Prometheus", "Alertmanager", "Runbook"}

    def ask(self, part: str, path: str) -> str:
        with urllib.request.urlopen(self.urls[part] + path, timeout=PATIENCE_S) as answer:  # noqa: S310 -- our own server
            return str(answer.read().decode())

    def data(self, path: str) -> dict[str, Any]:
        """Give the data of an answer of Prometheus' API."""
        answer = json.loads(self.ask("Prometheus", path))
        assert answer["status"] == "success"
        return dict(answer["data"])


@contextlib.contextmanager
def start(temporary: Path) -> Iterator[subprocess.Popen[str]]:
    """Start the stack at free ports, four times as fast as life; it may write to one folder."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.stack", "--any-port", "--time-scale=4"],
        cwd=CHECKOUT,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """Start the stack and wait until it says where it is."""
    with start(tmp_path_factory.mktemp("stack")) as process:
        yield Started(process)


def until_all(started: Started, state: str) -> list[dict[str, Any]]:
    """Wait until Prometheus says of all its targets that they are in a state."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        targets = started.data("/api/v1/targets?state=active")["activeTargets"]
        if targets and {target["health"] for target in targets} == {state}:
            return list(targets)
        assert time.monotonic() < deadline, targets
        time.sleep(0.2)


def test_prometheus_scrapes_every_part(started: Started) -> None:
    """The jobs of the shipped configuration are there, and all their targets are up."""
    jobs = {target["labels"]["job"] for target in until_all(started, "up")}
    assert jobs == {"qos-exporter", "prometheus", "alertmanager"}


def test_prometheus_has_the_shipped_rules(started: Started) -> None:
    """Every shipped file is loaded, and no rule of it fails on what a real exporter says."""
    until_all(started, "up")
    time.sleep(5)  # one evaluation of everything
    groups = started.data("/api/v1/rules")["groups"]
    shipped = {path.name for path in (CHECKOUT / "alerting_rules").glob("*.rules.yml")}
    assert {Path(group["file"]).name for group in groups} == shipped
    rules = [rule for group in groups for rule in group["rules"]]
    assert not [rule for rule in rules if rule.get("lastError")]
    assert not [rule for rule in rules if rule["health"] == "err"]


def test_alerts_have_where_to_go(started: Started) -> None:
    """Prometheus knows Alertmanager, which has the shipped receivers."""
    (known,) = started.data("/api/v1/alertmanagers")["activeAlertmanagers"]
    assert known["url"].startswith(started.urls["Alertmanager"])
    receivers = json.loads(started.ask("Alertmanager", "/api/v2/receivers"))
    assert {receiver["name"] for receiver in receivers} == {"pagerduty", "slack"}


def test_the_runbook_is_served(started: Started) -> None:
    """The links of notifications lead to the runbook, which Prometheus serves."""
    assert "## PathLossHigh" in started.ask("Prometheus", "/user/runbook.md")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_ends_it_and_nothing_is_left(name: str, tmp_path: Path) -> None:
    """No process and no file remains, and a second signal does not disturb the end."""
    with start(tmp_path) as process:
        Started(process)
        children = children_of(process.pid)
        assert len(children) == 3
        process.send_signal(signal.Signals[name])
        time.sleep(0.1)
        process.send_signal(signal.Signals[name])
        assert process.wait(PATIENCE_S) == 0
    assert not [pid for pid in children if Path("/proc", str(pid)).exists()]
    assert list(tmp_path.iterdir()) == []


def test_a_signal_ends_it_while_it_starts(tmp_path: Path) -> None:
    """Whoever changes their mind at once leaves nothing either."""
    with start(tmp_path) as process:
        deadline = time.monotonic() + PATIENCE_S
        while not (children := children_of(process.pid)) or not list(tmp_path.rglob("*.log")):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0
    assert not [pid for pid in children if Path("/proc", str(pid)).exists()]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv to tie them together")
def test_no_process_outlives_one_that_is_killed(tmp_path: Path) -> None:
    """Even where it has no time to end its parts, they end."""
    with start(tmp_path) as process:
        Started(process)
        children = children_of(process.pid)
        process.kill()
        process.wait(PATIENCE_S)
        deadline = time.monotonic() + PATIENCE_S
        while [pid for pid in children if Path("/proc", str(pid)).exists()]:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def children_of(pid: int) -> list[int]:
    return [
        int(child)
        for task in Path("/proc", str(pid), "task").iterdir()
        for child in (task / "children").read_text().split()
    ]


def run(*words: str, path: str = os.environ["PATH"]) -> subprocess.CompletedProcess[str]:
    """Run the stack where it cannot start."""
    return subprocess.run(
        [sys.executable, "-m", "tools.stack", *words],
        cwd=CHECKOUT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def test_a_port_that_is_taken_is_named() -> None:
    """Where somebody else listens nothing is started, and one sentence says where that is."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):  # somebody does listen there already
            held.bind(("127.0.0.1", Ports().alertmanager))
            held.listen()
        done = run()
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert str(Ports().alertmanager) in line


@pytest.mark.parametrize(
    ("words", "path", "complaint"),
    [
        pytest.param((), "/nowhere", "not installed: prometheus, prometheus", id="no programs"),
        pytest.param(("--time-scale=0.5",), None, "--time-scale", id="slower than life"),
        pytest.param(("--replay=none.pcap",), None, "none.pcap: No such file", id="no capture"),
    ],
)
def test_what_keeps_it_from_starting_is_said(
    words: tuple[str, ...], path: str | None, complaint: str
) -> None:
    """There is a sentence, no traceback, and an exit code."""
    done = run("--any-port", *words, path=path or os.environ["PATH"])
    assert (done.returncode, done.stdout) == (1, "")
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr
