"""docs/scaling.md: the agent at a site sends what the probe says to a Prometheus elsewhere."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT
from tests.stack.requirements import needs_prometheus
from tools.stack.plan import DEMO, LOOPBACK, Ports, free_ports
from tools.stack.processes import Processes, Signals

DOCUMENT = (CHECKOUT / "docs" / "scaling.md").read_text()
PATIENCE_S = 60.0

pytestmark = [pytest.mark.slow, pytest.mark.stack, needs_prometheus]


def documented(pattern: str) -> str:
    found = re.search(pattern, DOCUMENT, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def agent_yml(folder: Path, ports: Ports) -> str:
    """Give the documented file with the addresses of this test, and without so much patience."""
    (folder / "token").write_text("secret")
    text = documented(r"^```yaml\n(# agent.yml\n.*?)^```$")
    for was, becomes in (
        ("localhost:10667", f"localhost:{ports.exporter}"),
        ("https://metrics.example.com/api/v1/push", receiver(ports) + "/api/v1/write"),
        ("/etc/prometheus/token", str(folder / "token")),
        ("scrape_interval: 15s", "scrape_interval: 1s"),
    ):
        assert was in text
        text = text.replace(was, becomes)
    return text


def receiver(ports: Ports) -> str:
    return f"http://localhost:{ports.prometheus}"


def agent_flag() -> str:
    """Give the flag for agent mode of the Prometheus that is here; the document has both."""
    assert "(With Prometheus 3 it is `--agent`.)" in DOCUMENT
    told = subprocess.run(["prometheus", "--version"], capture_output=True, text=True, check=True)
    is_third = re.search(r"version 3\.", told.stdout + told.stderr) is not None
    return "--agent" if is_third else "--enable-feature=agent"


@pytest.fixture
def central(tmp_path: Path) -> Iterator[str]:
    """Run probe, agent and what receives it; give the URL of the latter."""
    ports, processes = free_ports(), Processes(tmp_path, Signals())
    (tmp_path / "agent.yml").write_text(agent_yml(tmp_path, ports))
    (tmp_path / "receiver.yml").write_text("global: {}\n")
    agent = shlex.split(documented(r"^\$ (prometheus --enable-feature=agent.*?)$"))
    agent[agent.index("--enable-feature=agent")] = agent_flag()
    try:
        processes.start(
            *("exporter", sys.executable, "-m", "qos_exporter", "serve"),
            *(f"--replay={DEMO}", f"--web.listen-address={LOOPBACK}:{ports.exporter}"),
        )
        processes.start(
            *("receiver", "prometheus", f"--config.file={tmp_path / 'receiver.yml'}"),
            *(f"--storage.tsdb.path={tmp_path / 'tsdb'}", "--web.enable-remote-write-receiver"),
            f"--web.listen-address={LOOPBACK}:{ports.prometheus}",
        )
        processes.wait_for(f"{receiver(ports)}/-/ready", patience_s=PATIENCE_S)
        flags = {
            "--config.file": tmp_path / "agent.yml",
            "--storage.agent.path": tmp_path / "agent",
        }
        processes.start(
            "agent",
            *(word for word in agent if word.partition("=")[0] not in flags),
            *(f"{name}={value}" for name, value in flags.items()),
            f"--web.listen-address={LOOPBACK}:{ports.inbox}",
        )
        yield receiver(ports)
    finally:
        processes.stop()


def test_the_agent_sends_what_the_probe_says(central: str) -> None:
    """The samples arrive, under the name of the probe and not of its address."""
    words = urllib.parse.urlencode({"query": "voip_packets_received_total"})
    deadline = time.monotonic() + PATIENCE_S
    instances: set[str] = set()
    while not instances and time.monotonic() < deadline:
        with urllib.request.urlopen(f"{central}/api/v1/query?{words}", timeout=10) as answer:  # noqa: S310 -- our own server
            result = json.load(answer)["data"]["result"]
        instances = {series["metric"]["instance"] for series in result}
        time.sleep(0.5)
    assert instances == {"berlin-1"}
