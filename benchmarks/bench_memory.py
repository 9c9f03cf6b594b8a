"""Memory: of the service when it has just started, and of each stream that it follows.

The first is what the kernel says of the real process two seconds after it listens, with its ring
mapped; that needs root. For the second, a process of its own reads a capture of many streams that
all run at a time, once without signalling and once with SIP for each call, and says how its memory
has grown: when windows of all of them have been closed, and when they have been looked at as well.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.generate import Load, write_capture
from benchmarks.report import Row, at_most
from qos_exporter.allocation import collect_seldom, return_large_blocks
from qos_exporter.capture.capture_file import open_capture
from qos_exporter.monitor.monitor import Monitor
from qos_exporter.settings import QualitySettings, Settings
from tests.test_serve_command import serving

NAME = "memory"
SETTLE_S = 2.0
START_BUDGET_MIB = 110
STREAMS = 50_000
STREAM_BUDGET_BYTES = 1000
PACKETS_PER_STREAM = 60
CAPTURED_BYTES = 60
RUNNING = 0.8
"""After this share of the packets all streams have begun, and no call has ended."""
WINDOW_NS = 400_000_000
"""So short that two are closed by then."""
SNAPSHOTS = 3
KIB_PER_MIB = 1024


def run(directory: Path) -> list[Row]:
    """Measure both."""
    return [
        *start_rows(),
        *stream_rows(directory, signalled=False),
        *stream_rows(directory, signalled=True),
    ]


def start_rows() -> list[Row]:
    """Start the service on the loopback interface, and look after a while."""
    if os.geteuid() != 0:
        return [Row(benchmark=NAME, figure="resident at start", value="not measured: needs root")]
    with serving("serve", "--interface", "lo") as served:
        time.sleep(SETTLE_S)
        pid = str(served.process.pid)
        resident, own = kib(pid, "VmRSS"), kib(pid, "RssAnon")
    return [
        at_most(NAME, "resident at start", resident / KIB_PER_MIB, START_BUDGET_MIB, " MiB"),
        Row(benchmark=NAME, figure="of it its own", value=f"{own / KIB_PER_MIB:.1f} MiB"),
    ]


def stream_rows(directory: Path, *, signalled: bool) -> Iterator[Row]:
    """Let another process read a capture of many streams."""
    path = directory / "streams.pcap"
    load = Load(
        streams=STREAMS,
        packets_per_stream=PACKETS_PER_STREAM,
        captured_bytes=CAPTURED_BYTES,
        signalled=signalled,
    )
    write_capture(path, load)
    command = [sys.executable, "-m", "benchmarks.bench_memory", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    kind = "with SIP" if signalled else "without signalling"
    followed, shown = (float(kibibytes) * 1024 / STREAMS for kibibytes in done.stdout.split())
    yield at_most(NAME, f"a stream, {kind}", followed, STREAM_BUDGET_BYTES, " bytes")
    figure = f"a stream, {kind}, after {SNAPSHOTS} snapshots"
    yield Row(benchmark=NAME, figure=figure, value=f"{shown:.1f} bytes")


def kib(pid: str, field: str) -> int:
    """Ask for one figure of the memory of a process, in KiB (proc_pid_status(5))."""
    text = Path(f"/proc/{pid}/status").read_text()
    found = re.search(rf"^{field}:\s+(\d+) kB$", text, re.MULTILINE)
    if found is None:
        message = f"{field} is not said"
        raise RuntimeError(message)
    return int(found[1])


def growth_kib(path: Path) -> tuple[int, int]:
    """Read a capture to where all its calls run, and look; tell how much memory each has taken."""
    collect_seldom()
    return_large_blocks()
    monitor = Monitor(Settings(quality=QualitySettings(window_ns=WINDOW_NS)), [path.name])
    with open_capture(path) as capture:
        before = kib("self", "RssAnon")
        frames = 0
        for batch in capture:
            if frames < STREAMS * PACKETS_PER_STREAM * RUNNING:
                monitor.ingest(0, batch)
            frames += batch.count
        followed = kib("self", "RssAnon") - before
    for _ in range(SNAPSHOTS):
        streams = len(monitor.snapshot().streams)
        if streams != STREAMS:
            message = f"followed {streams} streams instead of {STREAMS}"
            raise RuntimeError(message)
    return followed, kib("self", "RssAnon") - before


if __name__ == "__main__":
    print(*growth_kib(Path(sys.argv[1])))
