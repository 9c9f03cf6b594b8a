"""A real Prometheus that scrapes real exporters, which replay real calls."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import qos_exporter
from tests.conftest import CHECKOUT

DEMO = Path(qos_exporter.__file__).parent / "data" / "demo.pcap.gz"
"""Calls of three scales, good and bad ones."""
SOFTPHONES = CHECKOUT / "tests" / "data" / "far_end_softphones.pcap.gz"
"""One call of which the far ends report all that can be reported."""
NETWORKS = """\
networks:
  head-office: [192.168.10.0/24]
  carrier-a: [203.0.113.0/24]
quality:
  window: 3s
"""
"""Windows are short, so that there are many of them soon."""
ASTERISK = """\
ami:
  - {host: 127.0.0.1, port: 1, username: monitor, secret: nobody-asks}
"""
"""Nobody listens at this port, so there is a fault to show."""
SCRAPE_CONFIG = """\
global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: qos-exporter
    static_configs:
      - targets: [{targets}]
      - targets: [{last}]
        labels: {{instance: second-tap}}
  - job_name: prometheus
    static_configs:
      - targets: [{own}]
"""
"""Prometheus scrapes itself too, as one does: a target that is no exporter."""
SECOND_TAP = "second-tap"
"""The last exporter is scraped twice, under this name too, like two that hear the same calls."""
LISTENING = re.compile(r"listening on http://([\d.:]+)/metrics")
PATIENCE_S = 60.0
LOCAL = "127.0.0.1"

Series = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A running Prometheus."""

    url: str

    def get(self, path: str, **parameters: str) -> Any:  # noqa: ANN401 -- whatever the API answers
        """Ask its API; raises AssertionError with its words where it refuses."""
        query = urllib.parse.urlencode(parameters)
        try:
            with urllib.request.urlopen(f"{self.url}{path}?{query}", timeout=20) as reply:  # noqa: S310 -- on this host
                return json.load(reply)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from error

    def instant(self, expr: str, *, at: str = "") -> Series:
        """Give what a query comes to now, or at a time in seconds."""
        when = {"time": at} if at else {}
        found: Series = self.get("/api/v1/query", query=expr, **when)["result"]
        return found

    def over(self, expr: str, *, seconds: float, step: int = 2) -> Series:
        """Give what a query came to within some time until now."""
        now = time.time()
        found: Series = self.get(
            "/api/v1/query_range",
            query=expr,
            start=str(now - seconds),
            end=str(now),
            step=str(step),
        )["result"]
        return found

    def values(self, series: str, label: str) -> list[str]:
        """Give the values of a label, as a variable of a dashboard offers them."""
        found: list[str] = self.get(f"/api/v1/label/{label}/values", **{"match[]": series})
        return found

    def exemplars(self, expr: str) -> Series:
        """Give the exemplars of the series of a query."""
        now = time.time()
        found: Series = self.get(
            "/api/v1/query_exemplars", query=expr, start=str(now - 120), end=str(now + 10)
        )
        return found


@contextlib.contextmanager
def running(*command: str | Path, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a program until the block is left; what it writes is in `log` beside it."""
    with (cwd / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=cwd, stdout=log, stderr=log, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


def exporter(capture: Path, folder: Path) -> contextlib.AbstractContextManager[str]:
    """Replay a capture over and over, and give the address of its metrics."""
    return serving(folder, NETWORKS, "--replay", capture, "--replay.loop")


def asterisk_follower(folder: Path) -> contextlib.AbstractContextManager[str]:
    """Follow an Asterisk server that is not there, and give the address of the metrics."""
    return serving(folder, ASTERISK)


@contextlib.contextmanager
def serving(folder: Path, settings: str, *source: str | Path) -> Iterator[str]:
    """Run an exporter, and give the address of its metrics."""
    folder.mkdir()
    (folder / "qos.yml").write_text(settings)
    with running(
        *(sys.executable, "-m", "qos_exporter", "--config.file", folder / "qos.yml"),
        *(*source, "--web.listen-address", f"{LOCAL}:0"),
        cwd=folder,
    ):
        yield wait_for(lambda: LISTENING.search((folder / "log").read_text()))[1]


@contextlib.contextmanager
def prometheus(program: str, targets: list[str], folder: Path) -> Iterator[Prometheus]:
    """Scrape the exporters each second."""
    folder.mkdir()
    names = [f'"{target}"' for target in targets]
    address = f"{LOCAL}:{free_port()}"
    config = SCRAPE_CONFIG.format(targets=", ".join(names), last=names[-1], own=f'"{address}"')
    (folder / "prometheus.yml").write_text(config)
    with running(
        *(program, "--config.file", folder / "prometheus.yml"),
        *("--storage.tsdb.path", folder / "data", "--enable-feature", "exemplar-storage"),
        *("--web.listen-address", address),
        cwd=folder,
    ):
        started = Prometheus(f"http://{address}")
        wait_for(lambda: is_ready(started))
        yield started


def is_ready(server: Prometheus) -> bool:
    """Whether it answers queries yet."""
    try:
        server.instant("up")
    except (OSError, AssertionError):
        return False
    return True


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.create_server((LOCAL, 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


def wait_for(condition: Any) -> Any:  # noqa: ANN401 -- gives what the condition gives
    """Ask until the answer is something; raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.2)
    raise TimeoutError
