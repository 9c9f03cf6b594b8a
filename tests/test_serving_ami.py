"""The running service beside an Asterisk server, without any capture."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

import qos_exporter
from tests.monitor.pbx import CALL_IDS
from tests.protocols.ami_messages import recorded_messages
from tests.sources.fake_asterisk import SECRET, FakeAsterisk, Fields, wait_until

PATIENCE_S = 20.0

DEMO = Path(qos_exporter.__file__).parent / "data" / "demo.pcap.gz"

Samples = dict[str, dict[tuple[tuple[str, str], ...], float]]


def value_of(fields: Fields) -> str:
    """Answer as the recorded server did."""
    value = CALL_IDS[fields["Channel"]] if "call-id" in fields["Variable"] else "(ulaw)"
    return f"Response: Success\r\nVariable: {fields['Variable']}\r\nValue: {value}"


class Service:
    """A qos-exporter that follows a server."""

    def __init__(
        self, folder: Path, server: FakeAsterisk, *arguments: str, secret: str = SECRET
    ) -> None:
        config = folder / "asterisk.yml"
        config.write_text(
            f"ami: [{{port: {server.port}, username: monitor, secret: {secret}}}]\n"
            "web: {listen_address: '127.0.0.1:0'}\n"
        )
        self._log = folder / "log"
        with self._log.open("w") as stderr:
            command = [sys.executable, "-m", "qos_exporter", "--config.file", str(config)]
            command += arguments
            self.process = subprocess.Popen(command, stderr=stderr)

    @property
    def log(self) -> str:
        return self._log.read_text()

    def url(self) -> str:
        deadline = time.monotonic() + PATIENCE_S
        while "listening on http" not in self.log:
            assert time.monotonic() < deadline, self.log
            time.sleep(0.02)
        return self.log.partition("listening on ")[2].split("/metrics")[0]

    def metrics(self) -> Samples:
        """Scrape once: samples by name and labels."""
        answer = httpx.get(f"{self.url()}/metrics", timeout=PATIENCE_S)
        found: Samples = {}
        for family in text_string_to_metric_families(answer.text):
            for sample in family.samples:
                labels = tuple(sorted(sample.labels.items()))
                found.setdefault(sample.name, {})[labels] = sample.value
        return found


@pytest.fixture
def server() -> Iterator[FakeAsterisk]:
    """Give a server that knows the recorded call."""
    with FakeAsterisk() as fake:
        fake.replies["Getvar"] = value_of
        yield fake


def test_asterisk_alone(server: FakeAsterisk, tmp_path: Path) -> None:
    """With a server named, nothing is captured, and its calls are shown with `source="ami"`."""
    service = Service(tmp_path, server)
    try:
        wait_until(lambda: server.logins)
        server.tell(
            *(each.message for each in recorded_messages() if b"Hangup" not in each.message)
        )
        wait_until(lambda: service.metrics()["voip_calls_active"] == {(): 1.0})
        wait_until(lambda: len(service.metrics().get("voip_call_info", ())) == 4)
        metrics = service.metrics()
        (up,) = metrics["qos_exporter_ami_up"].values()
        assert up == 1.0
        assert "qos_exporter_capture_healthy" not in metrics
        calls = {dict(labels)["call_id"] for labels in metrics["voip_call_info"]}
        assert calls == set(CALL_IDS.values())
        page = httpx.get(f"{service.url()}/api/v1/calls", timeout=PATIENCE_S)
        assert page.status_code == httpx.codes.OK
    finally:
        service.process.terminate()
        assert service.process.wait(PATIENCE_S) == 0
    assert "logged in at the manager interface of 127.0.0.1" in service.log


def test_wrong_secret(server: FakeAsterisk, tmp_path: Path) -> None:
    """A refused login is in the log and in the metrics, and the service goes on."""
    service = Service(tmp_path, server, secret="guess")  # noqa: S106 -- a wrong one
    try:
        wait_until(lambda: server.asked("Login"))
        wait_until(lambda: faults(service) == {"login_refused"})
    finally:
        service.process.terminate()
        assert service.process.wait(PATIENCE_S) == 0
    assert "the login of monitor is refused" in service.log


def test_a_replay_follows_no_server(server: FakeAsterisk, tmp_path: Path) -> None:
    """What is not followed is not down: its series are absent, and the log says why."""
    service = Service(tmp_path, server, "--replay", str(DEMO))
    try:
        names = service.metrics().keys()
    finally:
        service.process.terminate()
        assert service.process.wait(PATIENCE_S) == 0
    assert "qos_exporter_capture_packets_total" in names
    assert not [name for name in names if name.startswith("qos_exporter_ami_")]
    assert "no Asterisk server is followed" in service.log
    assert server.logins == 0


def faults(service: Service) -> set[str]:
    """Give what is wrong with the server."""
    found = service.metrics()["qos_exporter_ami_fault"]
    return {dict(labels)["fault"] for labels, is_there in found.items() if is_there}
