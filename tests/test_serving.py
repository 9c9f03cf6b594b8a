"""The running service: start, signals, reload and end, as a process of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

CLEAN = Path(__file__).parent / "data" / "sipp_pcma_clean.pcap.gz"
LISTENING = re.compile(r"listening on (http://\S+)/metrics")
PATIENCE_S = 20.0


class Service:
    """A qos-exporter that was started for a test."""

    def __init__(self, log: Path, *arguments: str) -> None:
        self._log = log
        command = [sys.executable, "-m", "qos_exporter", "--web.listen-address=127.0.0.1:0"]
        with log.open("w") as stderr:
            self.process = subprocess.Popen([*command, *arguments], stderr=stderr)

    @property
    def log(self) -> str:
        return self._log.read_text()

    def wait_for_log(self, text: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while text not in self.log:
            assert time.monotonic() < deadline, self.log
            time.sleep(0.02)

    def metrics(self) -> dict[str, float]:
        """Scrape once; give the samples without labels."""
        self.wait_for_log("listening on http")
        match = LISTENING.search(self.log)
        assert match
        answer = httpx.get(f"{match[1]}/metrics", timeout=PATIENCE_S)
        return {
            sample.name: sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
            if not sample.labels
        }

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


def catches(pid: int, number: signal.Signals) -> bool:
    """Whether a process has a handler for a signal."""
    match = re.search(r"SigCgt:\s+(\w+)", Path(f"/proc/{pid}/status").read_text())
    assert match
    return bool(int(match[1], 16) >> (number - 1) & 1)


Start = Callable[..., Service]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start services, and end those that a test leaves behind."""
    started: list[Service] = []

    def start_one(*arguments: str) -> Service:
        service = Service(tmp_path / f"{len(started)}.log", *arguments)
        started.append(service)
        return service

    yield start_one
    for service in started:
        if service.process.poll() is None:
            service.process.kill()
            service.process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_signal_ends_it_within_a_second(start: Start, number: signal.Signals) -> None:
    """SIGTERM and Ctrl-C end the service at once, and that is no failure."""
    service = start(f"--replay={CLEAN}", "--replay.loop")
    service.metrics()
    began = time.monotonic()
    assert service.end(number) == 0
    assert time.monotonic() - began < 1.0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_signal_ends_the_wait_for_a_pipe(
    start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    """A pipe that nobody has opened for writing yet keeps the service neither up nor busy."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    service = start(f"--replay={pipe}")
    deadline = time.monotonic() + PATIENCE_S
    # Of the signals that the service catches the last one, and the only one that nothing else does.
    while not catches(service.process.pid, signal.SIGHUP):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(0.2)  # until it waits
    assert service.end(number) == 0
    assert service.log == ""


def test_a_reload_takes_effect_and_is_counted_as_a_success(start: Start, tmp_path: Path) -> None:
    """After SIGHUP the new file holds, and what waits for a restart is named."""
    config = tmp_path / "qos.yml"
    config.write_text("networks: {here: [192.0.2.0/24]}\n")
    service = start(f"--replay={CLEAN}", "--replay.loop", f"--config.file={config}")
    before = service.metrics()
    config.write_text(
        "networks: {there: [192.0.2.0/24]}\nstreams: {expiry: 2m}\n"
        "calls: {linger: 5s}\nlog: {format: json}\n"
    )
    service.process.send_signal(signal.SIGHUP)
    service.wait_for_log("the configuration was reloaded")
    after = service.metrics()
    assert '"msg": "changes take effect after a restart: streams"' in service.log
    assert after["qos_exporter_config_last_reload_successful"] == 1
    stamp = "qos_exporter_config_last_reload_success_timestamp_seconds"
    assert after[stamp] > before[stamp]


def test_a_reload_of_a_bad_file_is_refused_and_counted(start: Start, tmp_path: Path) -> None:
    """A file with a mistake leaves the service as it was, and the metric and the log say so."""
    config = tmp_path / "qos.yml"
    config.write_text("sip: {ports: [5060]}\n")
    service = start(f"--replay={CLEAN}", "--replay.loop", f"--config.file={config}")
    before = service.metrics()
    config.write_text("sip: {ports: [0]}\n")
    service.process.send_signal(signal.SIGHUP)
    service.wait_for_log("sip.ports[0] must be at least 1.")
    after = service.metrics()
    assert after["qos_exporter_config_last_reload_successful"] == 0
    stamp = "qos_exporter_config_last_reload_success_timestamp_seconds"
    assert after[stamp] == before[stamp]
    assert service.end() == 0


def test_a_replay_that_was_told_to_exit_ends_with_its_file(start: Start) -> None:
    """--replay.exit ends the service after the last packet."""
    service = start(f"--replay={CLEAN}", "--replay.speed=0", "--replay.exit")
    assert service.process.wait(PATIENCE_S) == 0


def test_a_replay_serves_on_after_its_end(start: Start) -> None:
    """Without --replay.exit the service stays, and keeps what it counted."""
    service = start(f"--replay={CLEAN}", "--replay.speed=0")
    service.metrics()
    time.sleep(0.5)
    assert service.process.poll() is None
    assert service.metrics()["qos_exporter_config_last_reload_successful"] == 1


def test_a_damaged_replay_that_exits_is_a_failure(start: Start, tmp_path: Path) -> None:
    """Whoever waits for the end of a replay learns from the exit code that it was cut short."""
    damaged = tmp_path / "damaged.pcap.gz"
    damaged.write_bytes(CLEAN.read_bytes()[:-2000])
    service = start(f"--replay={damaged}", "--replay.speed=0", "--replay.exit")
    assert service.process.wait(PATIENCE_S) == 1
    assert str(damaged) in service.log


@pytest.mark.parametrize(
    ("flag", "named"),
    [
        pytest.param("--replay=/nowhere/x.pcap", "/nowhere/x.pcap", id="no such file"),
        pytest.param("--interface=nosuch0", "nosuch0", id="no such interface"),
    ],
)
def test_what_cannot_be_read_is_one_sentence_and_exit_code_2(
    start: Start, flag: str, named: str
) -> None:
    """A service that could never see a packet does not start."""
    service = start(flag)
    assert service.process.wait(PATIENCE_S) == 2
    (line,) = [line for line in service.log.splitlines() if not line.startswith("time=")]
    assert named in line


def test_an_address_in_use_is_one_sentence_and_exit_code_2(start: Start) -> None:
    """Two services cannot share a port, and the second one says which."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        service = start(f"--replay={CLEAN}", f"--web.listen-address={address}")
        assert service.process.wait(PATIENCE_S) == 2
    (line,) = service.log.splitlines()
    assert address in line
