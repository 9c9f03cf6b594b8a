"""`qos-exporter serve` as a process: what it answers, and how it starts, reloads and ends."""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

import qos_exporter
from tests.dataplane.scenarios import speech
from tests.dataplane.traffic import rtp

DATA = Path(__file__).parent / "data"
DEMO = Path(qos_exporter.__file__).parent / "data" / "demo.pcap.gz"
CALL = DATA / "sipp_pcma_clean.pcap.gz"
LISTENING = re.compile(r"listening on (?P<url>http://\S+)/metrics")
PATIENCE_S = 20.0
PROGRAM = [sys.executable, "-m", "qos_exporter"]
ANYWHERE = ["--web.listen-address", "127.0.0.1:0"]
MEDIA_PORT = 30_304


class Served:
    """A running exporter, and everything that it has written to its log."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.log: list[str] = []
        self.url = ""
        self._found = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stderr or ():
            self.log.append(line)
            found = LISTENING.search(line)
            if found:
                self.url = found["url"]
                self._found.set()

    def wait(self) -> Served:
        """Wait until it says where it listens."""
        assert self._found.wait(PATIENCE_S), self.log
        return self

    def metric(self, name: str, **labels: str) -> float:
        """Scrape, and add up the samples of this name with these labels."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=PATIENCE_S) as answer:  # noqa: S310 -- our own server
            text = answer.read().decode()
        return sum(
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    def until(self, is_true: Callable[[], bool]) -> bool:
        """Wait until something is true, at most for as long as one may have to."""
        deadline = time.monotonic() + PATIENCE_S
        while not is_true():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True


@contextlib.contextmanager
def serving(*words: str | Path) -> Iterator[Served]:
    """Run the exporter, on a port that is free, for as long as the context lasts."""
    command = [*PROGRAM, *map(str, words), *ANYWHERE]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:
        try:
            yield Served(process).wait()
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()


def run(*words: str | Path, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Run the exporter to its end."""
    command = [*before, *PROGRAM, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_replay_that_exits() -> None:
    """As fast as possible and then out: the end of the file is the end of the program."""
    done = run("serve", "--replay", DEMO, "--replay.speed=0", "--replay.exit", *ANYWHERE)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


def test_a_damaged_replay_says_so(tmp_path: Path) -> None:
    """A file that is cut short ends the replay with 1 and a line that names it."""
    path = tmp_path / "cut.pcap.gz"
    path.write_bytes(CALL.read_bytes()[:-2000])
    done = run("serve", "--replay", path, "--replay.speed=0", "--replay.exit", *ANYWHERE)
    assert done.returncode == 1
    assert str(path) in done.stderr
    assert "Traceback" not in done.stderr


def test_a_replay_serves_on_after_the_end() -> None:
    """The demo's calls stay in the counters when its last packet was played, with time going on."""
    with serving("serve", "--replay", DEMO, "--replay.speed=0") as served:
        answered = {"outcome": "answered"}
        assert served.until(lambda: served.metric("voip_calls_total", **answered) == 6)
        assert served.metric("voip_calls_total", outcome="failed") == 1
        assert served.metric("voip_calls_total", outcome="cancelled") == 1
        first = served.metric("qos_exporter_last_packet_timestamp_seconds")
        assert served.metric("qos_exporter_last_packet_timestamp_seconds") == first > 0
        assert served.metric("qos_exporter_config_last_reload_successful") == 1


def test_a_replay_in_a_loop() -> None:
    """Every round brings the same call again, as a new one, and no counter falls between."""
    with serving("serve", "--replay", CALL, "--replay.speed=50", "--replay.loop") as served:
        seen: list[float] = []

        def has_played_thrice() -> bool:
            seen.append(served.metric("voip_packets_received_total"))
            return served.metric("voip_calls_total", outcome="answered") >= 3

        assert served.until(has_played_thrice)
        assert seen == sorted(seen)
        assert served.metric("voip_packets_lost_total") == 0
        assert served.metric("voip_media_anomalies_total") == 0


def test_the_demo_says_where_to_look() -> None:
    """The demo prints where the page and the metrics are, with the port that it was given."""
    with serving("demo") as served:
        assert served.metric("qos_exporter_build_info") == 1
        assert served.process.stdout is not None
        said = [served.process.stdout.readline() for _ in range(2)]
        assert f"{served.url}/\n" in said[0]
        assert f"{served.url}/metrics;" in said[1]


def test_a_demo_without_its_port_promises_nothing() -> None:
    """Where the port is taken there is one sentence, and no address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("demo", "--web.listen-address", f"127.0.0.1:{taken.getsockname()[1]}")
    assert (done.returncode, done.stdout) == (2, "")


STUCK = """
import time
from qos_exporter import cli
from qos_exporter.export.web.metrics import MetricsEndpoint
MetricsEndpoint.scrape = lambda self, request: time.sleep(60)
cli.main()
"""


def test_a_scrape_that_is_stuck_does_not_hold_up_the_end() -> None:
    """A signal ends the process although a thread is at work that would take a minute more."""
    command = [sys.executable, "-c", STUCK, "serve", "--replay", str(CALL), *ANYWHERE]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        host, port = Served(process).wait().url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n")
            time.sleep(0.5)  # until the request is being answered
            began_s = time.monotonic()
            process.terminate()
            try:
                assert process.wait(PATIENCE_S) == 0
            finally:
                process.kill()
            assert time.monotonic() - began_s < 5


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_signals_end_it(name: str) -> None:
    """A signal ends it within a second, with code 0, also while somebody is connected."""
    with serving("serve", "--replay", CALL) as served:
        host, port = served.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))):
            began_s = time.monotonic()
            served.process.send_signal(signal.Signals[name])
            assert served.process.wait(PATIENCE_S) == 0
            took_s = time.monotonic() - began_s
    # A second is what it may take; the rest is for machines with other things to do.
    assert took_s < 2
    assert not [line for line in served.log if "Traceback" in line]


def test_signals_that_interrupt_one_another() -> None:
    """However close upon each other it is told to reload, it goes on, and ends when told to."""
    with serving("serve", "--replay", CALL, "--replay.speed=0") as served:
        gaps = random.Random(1)
        until_s = time.monotonic() + 3.0
        while time.monotonic() < until_s and served.process.poll() is None:
            for _ in range(6):
                served.process.send_signal(signal.SIGHUP)
                for _ in range(gaps.randrange(300)):
                    pass  # some microseconds, so that each comes at another moment
            time.sleep(0.003)
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(PATIENCE_S) == 0
    assert not [line for line in served.log if "Traceback" in line]


def test_the_first_scrape_comes_soon() -> None:
    """From the start of the process to the first answer it takes a moment, not minutes."""
    began_s = time.monotonic()
    with serving("serve", "--replay", CALL) as served:
        served.metric("qos_exporter_build_info")
        assert time.monotonic() - began_s < 10


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration that names a network."""
    path = tmp_path / "qos.yml"
    path.write_text("networks: {before: [192.0.2.0/24]}\n")
    return path


def test_reload(config: Path) -> None:
    """SIGHUP takes in a good configuration, refuses a bad one, and says which it was."""
    ok = "qos_exporter_config_last_reload_successful"
    at = "qos_exporter_config_last_reload_success_timestamp_seconds"
    words = ("serve", "--replay", CALL, "--replay.speed=30", "--replay.loop")
    with serving(*words, "--config.file", config) as served:
        network = "voip_packets_received_total"
        assert served.until(lambda: served.metric(network, src_network="before") > 0)
        started = served.metric(at)
        config.write_text("networks: {before: [192.0.2.0/33]}\n")
        served.process.send_signal(signal.SIGHUP)
        assert served.until(lambda: served.metric(ok) == 0)
        assert served.metric(at) == started
        assert any(str(config) in line for line in served.log)
        config.write_text("networks: {after: [192.0.2.0/24]}\n")
        calls = served.metric("voip_calls_total")
        served.process.send_signal(signal.SIGHUP)
        assert served.until(lambda: served.metric(ok) == 1)
        assert served.metric(at) > started
        assert served.until(lambda: served.metric(network, src_network="after") > 0)
        assert served.metric("voip_calls_total") >= calls


def test_reload_tells_what_needs_a_restart(config: Path) -> None:
    """A change that cannot take effect now is named in the log."""
    with serving("serve", "--replay", CALL, "--config.file", config) as served:
        config.write_text("quality: {window: 5s}\nsip: {ports: [5070]}\n")
        served.process.send_signal(signal.SIGHUP)
        assert served.until(lambda: any("restart" in line for line in served.log))
        (line,) = [line for line in served.log if "restart" in line]
        assert "sip" in line
        assert "quality.window" in line


def test_reload_tells_what_is_still_waiting_for_a_restart(config: Path) -> None:
    """A change waits through later reloads; one that was taken back does not wait any more."""
    with serving("serve", "--replay", CALL, "--config.file", config) as served:

        def reload(text: str) -> list[str]:
            before = len(served.log)
            config.write_text(text)
            served.process.send_signal(signal.SIGHUP)
            assert served.until(lambda: any("was reloaded" in line for line in served.log[before:]))
            return [line for line in served.log[before:] if "after a restart: sip" in line]

        assert reload("sip: {ports: [5070]}\n")
        assert reload("sip: {ports: [5070]}\ncalls: {linger: 5s}\n")
        assert not reload("calls: {linger: 5s}\n")


def test_a_port_that_is_taken() -> None:
    """It is told in one sentence who could not listen where."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = run("serve", "--replay", CALL, "--web.listen-address", address)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert address in done.stderr


def test_no_such_interface() -> None:
    """The sentence names the interface and those that exist."""
    done = run("serve", "--interface", "nowhere0", *ANYWHERE)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "nowhere0" in done.stderr
    assert "lo" in done.stderr


def test_no_such_file() -> None:
    """A replay of nothing is refused before anything is served."""
    done = run("serve", "--replay", "/no/such/file.pcap", *ANYWHERE)
    assert done.returncode == 2
    assert done.stderr.splitlines() == ["/no/such/file.pcap: No such file or directory"]


def test_no_right_to_capture() -> None:
    """Without the capability there is one sentence that says how to get it."""
    before: tuple[str, ...] = ()
    if os.geteuid() == 0:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            pytest.skip("needs setpriv to give up a capability")
        before = (setpriv, "--bounding-set=-net_raw", "--inh-caps=-net_raw")
    done = run("serve", "--interface", "lo", *ANYWHERE, before=before)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    for way in ("setcap", "systemd", "Docker", "Kubernetes"):
        assert way in done.stderr


def send_speech(packets: int) -> None:
    """Send RTP over the loopback interface at its pace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.1", MEDIA_PORT - 2))
        for packet in speech(range(packets)):
            sender.sendto(rtp(packet, 0xCAFE), ("127.0.0.1", MEDIA_PORT))
            time.sleep(0.02)


@pytest.mark.netns
@pytest.mark.pitfall(117)
def test_live_on_loopback(tmp_path: Path) -> None:
    """Each packet that is sent on the loopback interface is counted once."""
    if os.geteuid() != 0:
        pytest.skip("needs root to capture")
    config = tmp_path / "qos.yml"
    config.write_text(
        f"capture: {{filter: udp port {MEDIA_PORT}, interfaces: [lo]}}\nquality: {{window: 2s}}\n"
    )
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
        serving("serve", "--config.file", config) as served,
    ):
        receiver.bind(("127.0.0.1", MEDIA_PORT))
        send_speech(60)
        total = "voip_packets_received_total"
        assert served.until(lambda: served.metric(total) == 60)
        assert served.metric("voip_packets_expected_total") == 60
        assert served.metric("voip_packets_duplicate_total") == 0
        assert served.metric("qos_exporter_capture_packets_total", interface="lo") == 60
        assert served.metric("qos_exporter_capture_healthy", interface="lo") == 1
        assert served.metric("qos_exporter_capture_kernel_drops_total") == 0
