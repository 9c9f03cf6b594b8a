"""`make stack`: the shipped files in a running Prometheus and Alertmanager, and nothing after."""

from __future__ import annotations

import json
import os
import re
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

pytestmark = [pytest.mark.slow, pytest.mark.promtool, needs_prometheus]


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


@pytest.fixture(scope="module")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the folder in which the stack may write."""
    return tmp_path_factory.mktemp("temporary")


@pytest.fixture(scope="module")
def started(temporary: Path) -> Iterator[Started]:
    """Start the stack at free ports, four times as fast as life."""
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
            yield Started(process)
        finally:
            process.kill()


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
    assert started.ask("Prometheus", "/user/runbook.md").startswith("# Runbook\n")


def test_a_signal_ends_it_and_nothing_is_left(started: Started, temporary: Path) -> None:
    """No process, no open port and no file remains."""
    children = children_of(started.process.pid)
    assert len(children) == 3
    started.process.send_signal(signal.SIGTERM)
    assert started.process.wait(PATIENCE_S) == 0
    assert not [pid for pid in children if Path("/proc", str(pid)).exists()]
    assert list(temporary.iterdir()) == []


def children_of(pid: int) -> list[int]:
    return [
        int(child)
        for task in Path("/proc", str(pid), "task").iterdir()
        for child in (task / "children").read_text().split()
    ]


def test_a_port_that_is_taken_is_named() -> None:
    """Where somebody else listens nothing is started, and one sentence says where that is."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            held.bind(("127.0.0.1", Ports().alertmanager))
        except OSError:
            pass  # somebody does listen there already
        else:
            held.listen()
        done = subprocess.run(
            [sys.executable, "-m", "tools.stack"],
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert str(Ports().alertmanager) in line
