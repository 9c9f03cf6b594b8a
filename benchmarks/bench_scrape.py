"""Scrapes of an exporter with 10,000 calls that all have series of their own.

Two things must not be: that a scrape takes long, and that the capture loses frames meanwhile. The
first is measured on an exporter that has read a capture of these calls and has nothing else to do,
and once more with 25,000 calls of which only as many have series as may by default; the second on a
veth, while tcpreplay sends packets of the same streams. That needs root, tcpreplay, ip and ethtool.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bench_ring import CAPTURED, DROPPED, PROGRAMS, processor_s
from benchmarks.generate import Load, write_capture
from benchmarks.report import Row, at_most
from tests.live.exporter import Exporter, open_exporter
from tests.live.namespaces import MIDDLE, open_bed
from tests.test_serve_command import serving

NAME = "scrape, 10,000 calls"
CALLS = 10_000
READ = Load(
    streams=2 * CALLS, packets_per_stream=600, loss_ratio=0.01, jitter_ms=10, captured_bytes=60
)
CROWD_CALLS = 25_000
CROWD = Load(streams=2 * CROWD_CALLS, packets_per_stream=150, captured_bytes=60)
"""Of them a thousand have series, as many as may by default."""
SENT = Load(streams=2 * CALLS, packets_per_stream=60)
SENT_PER_S = 100_000
WINDOW = "quality: {window: 2s}\n"
CONFIGURATION = f"calls: {{series_limit: {CALLS}}}\n{WINDOW}"
JOIN_S = 4.0
"""After which the exporter has met all streams, and the first windows have ended."""
ROUNDS = 5
READING_S = 120.0
SETTLE_S = 1.0
TIME_BUDGET_S = 1.0


@dataclass(frozen=True, slots=True)
class Answer:
    """One scrape: how long it took, and how many bytes came."""

    seconds: float
    body: bytes


@dataclass(frozen=True, slots=True)
class Scraped:
    """The fastest answers of an exporter, and what one cost it."""

    plain: Answer
    packed: Answer
    processor_s: float

    def rows(self, name: str) -> list[Row]:
        """Tell of them, and of how much there was to tell."""
        body, packed = self.plain.body, self.packed.body
        samples = body.count(b"\n") - body.count(b"\n#")
        size = f"{len(body) / 1e6:.0f} MB, gzip {len(packed) / 1e6:.0f} MB"
        used = f"{self.processor_s:.2f} s"
        return [
            Row(benchmark=name, figure="samples", value=f"{samples:,} ({size})"),
            Row(benchmark=name, figure="processor time of an answer", value=used),
            at_most(name, "answer", self.plain.seconds, TIME_BUDGET_S, " s"),
            at_most(name, "answer, compressed", self.packed.seconds, TIME_BUDGET_S, " s"),
        ]


def run(directory: Path) -> list[Row]:
    """Measure the time, and the losses where that can be done."""
    rows = scrape(directory, READ, CONFIGURATION).rows(NAME)
    rows += scrape(directory, CROWD, WINDOW).rows(f"scrape, {CROWD_CALLS:,} calls")
    if os.geteuid() != 0 or not all(map(shutil.which, PROGRAMS)):
        reason = f"not measured: needs root, {', '.join(PROGRAMS)}"
        return [*rows, Row(benchmark=NAME, figure="kernel drops", value=reason)]
    return [*rows, loss_row(directory)]


def scrape(directory: Path, load: Load, configuration: str) -> Scraped:
    """Scrape an exporter that has read all calls of a load."""
    path, settings = directory / "calls.pcap", directory / "qos.yml"
    packets = write_capture(path, load)
    settings.write_text(configuration)
    words = ("serve", "--replay", path, "--replay.speed=0", "--config.file", settings)
    with serving(*words) as served:
        wait_for_packets(served.url, packets)
        before_s = processor_s(served.process.pid)
        plain = best_answer(served.url, "identity")
        used_s = (processor_s(served.process.pid) - before_s) / ROUNDS
        return Scraped(plain, best_answer(served.url, "gzip"), used_s)


def wait_for_packets(url: str, packets: int) -> None:
    """Wait until the exporter has read so many; raises RuntimeError if that does not come."""
    limit_s = time.monotonic() + READING_S
    while time.monotonic() < limit_s:
        body = fetch(f"{url}/metrics?name[]={CAPTURED}", "identity").body.decode()
        if (found := re.search(r"\} (\S+)$", body, re.MULTILINE)) and float(found[1]) == packets:
            time.sleep(SETTLE_S)
            return
        time.sleep(SETTLE_S)
    raise RuntimeError("the exporter has not read all packets")


def best_answer(url: str, coding: str) -> Answer:
    """Scrape some times; give the fastest answer."""
    answers = (fetch(f"{url}/metrics", coding) for _ in range(ROUNDS))
    return min(answers, key=lambda answer: answer.seconds)


def fetch(url: str, coding: str) -> Answer:
    """Fetch a page in a content coding, from the request to the last byte."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": coding})  # noqa: S310 -- our own server
    began_s = time.perf_counter()
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 -- the same
        body: bytes = answer.read()
    return Answer(time.perf_counter() - began_s, body)


def loss_row(directory: Path) -> Row:
    """Scrape without a pause while packets come; count what the kernel dropped meanwhile."""
    path = directory / "sent.pcap"
    write_capture(path, SENT)
    with (
        open_bed({"sender": ["192.0.2.1"]}) as bed,
        open_exporter(
            bed,
            MIDDLE,
            interface=bed.port("sender"),
            directory=directory,
            configuration=CONFIGURATION,
        ) as exporter,
    ):
        drops, scrapes = scrape_under_load(exporter, path)
    figure = f"kernel drops in {scrapes} scrapes at {SENT_PER_S // 1000} k packets/s"
    return at_most(NAME, figure, drops, 0, "")


def scrape_under_load(exporter: Exporter, path: Path) -> tuple[float, int]:
    """Give the drops, after all streams were met, and the number of scrapes."""
    flags = [f"--pps={SENT_PER_S}", "--preload-pcap", "--intf1=eth0"]
    command = exporter.bed.command("sender", "tcpreplay", *flags, str(path))
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as sender:
        time.sleep(JOIN_S)
        before, scrapes = dropped(exporter), 0
        while sender.poll() is None:
            exporter.get("/metrics")
            scrapes += 1
        return dropped(exporter) - before, scrapes


def dropped(exporter: Exporter) -> float:
    """Ask for the kernel drops alone."""
    body = exporter.get(f"/metrics?name[]={DROPPED}")
    return sum(float(number) for number in re.findall(r"\} (\S+)$", body, re.MULTILINE))
