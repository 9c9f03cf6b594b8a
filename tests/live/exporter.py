"""The exporter itself, listening on a host of a bed."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from prometheus_client.parser import text_string_to_metric_families

from tests.live.inside import ROOT, python_command, run_inside
from tests.live.namespaces import Bed
from tests.live.processes import ending

ADDRESS = "127.0.0.1:10667"
START_LIMIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One line of the exposition."""

    name: str
    labels: frozenset[tuple[str, str]]
    value: float


class Scrape:
    """All samples of one scrape."""

    def __init__(self, text: str) -> None:
        """Parse an exposition as Prometheus' own library does."""
        self._samples = [
            Sample(sample.name, frozenset(sample.labels.items()), sample.value)
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        ]

    def samples(self, name: str, **labels: str) -> list[Sample]:
        """Give the samples of a name that bear these labels, and perhaps others."""
        wanted = set(labels.items())
        return [one for one in self._samples if one.name == name and wanted <= one.labels]

    def value(self, name: str, **labels: str) -> float:
        """Give the one value of a name with these labels; raises LookupError if not exactly one."""
        found = self.samples(name, **labels)
        if len(found) != 1:
            message = f"{name}{labels} has {len(found)} samples"
            raise LookupError(message)
        return found[0].value

    def total(self, name: str, **labels: str) -> float:
        """Sum the values of a name with these labels."""
        return sum(one.value for one in self.samples(name, **labels))


@dataclass(frozen=True, slots=True)
class Exporter:
    """A running exporter."""

    bed: Bed
    host: str
    process: subprocess.Popen[bytes]

    def get(self, path: str) -> str:
        """Fetch a page from it, on its own host."""
        return run_inside(self.bed, self.host, "get", f"http://{ADDRESS}{path}")

    def scrape(self) -> Scrape:
        """Fetch its metrics."""
        return Scrape(self.get("/metrics"))

    def calls(self) -> list[dict[str, object]]:
        """Fetch the calls that it knows, as its API tells them."""
        answer = json.loads(self.get("/api/v1/calls"))
        return list(answer["calls"])

    def call(self, call_id: str) -> dict[str, Any]:
        """Fetch one call with its streams, as the API tells it."""
        call: dict[str, Any] = json.loads(self.get(f"/api/v1/calls/{quote(call_id, safe='')}"))
        return call


@contextlib.contextmanager
def open_exporter(
    bed: Bed, host: str, *, interface: str | None, directory: Path, configuration: str = "{}"
) -> Iterator[Exporter]:
    """Start the exporter on a host, wait until it listens, and end it afterwards.

    Without an interface it does what its configuration says.
    """
    file = directory / "qos-exporter.yml"
    file.write_text(configuration)
    listening = [] if interface is None else ["--interface", interface]
    flags = ["--config.file", str(file), *listening]
    arguments = ["serve", *flags, "--web.listen-address", ADDRESS]
    command = python_command(bed, host, "qos_exporter", *arguments)
    with (directory / "exporter.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stderr=log, stdout=log)
    with ending(process):
        exporter = Exporter(bed, host, process)
        _wait_until_ready(exporter, directory / "exporter.log")
        yield exporter


def _wait_until_ready(exporter: Exporter, log: Path) -> None:
    """Wait for the page that says so; raises RuntimeError, with the log, if it does not come."""
    limit_s = time.monotonic() + START_LIMIT_S
    while time.monotonic() < limit_s and exporter.process.poll() is None:
        with contextlib.suppress(subprocess.CalledProcessError):
            exporter.get("/-/ready")
            return
        time.sleep(0.1)
    message = f"the exporter did not become ready: {log.read_text()}"
    raise RuntimeError(message)
