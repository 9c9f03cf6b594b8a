"""Live capture on a veth while tcpreplay sends at its limit: kernel drops and processor time.

The capture holds so many streams that the sender's limit is about their real pace, so the work per
packet is that of a real trunk. The exporter listens where the packets arrive; nothing else does.
Needs root, tcpreplay, ip and ethtool.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.generate import Load, write_capture
from benchmarks.report import Row, at_most
from tests.live.exporter import Exporter, open_exporter
from tests.live.namespaces import MIDDLE, open_bed

NAME = "live ring"
PROGRAMS = ("ip", "ethtool", "tcpreplay")
LOAD = Load(streams=9000, packets_per_stream=500)
"""450,000 packets a second for ten seconds, if sent at their own pace."""
PROCESSOR_BUDGET_PERCENT = 10.0
SETTLE_S = 1.0
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
SENT = re.compile(r"Actual: (\d+) packets .* sent in ([\d.]+) seconds")
CAPTURED = "qos_exporter_capture_packets_total"
DROPPED = "qos_exporter_capture_kernel_drops_total"


@dataclass(frozen=True, slots=True)
class Sending:
    """What the sender said about itself, and what the exporter used meanwhile."""

    packets: int
    seconds: float
    processor_s: float


def run(directory: Path) -> list[Row]:
    """Measure one load; a row that says why where it cannot be done here."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing or os.geteuid() != 0:
        return [Row(benchmark=NAME, figure="not run", value=f"needs root, {', '.join(PROGRAMS)}")]
    path = directory / "trunk.pcap"
    write_capture(path, LOAD)
    with (
        open_bed({"sender": ["192.0.2.1"]}) as bed,
        open_exporter(bed, MIDDLE, interface=bed.port("sender"), directory=directory) as exporter,
    ):
        return measure(exporter, path)


def measure(exporter: Exporter, path: Path) -> list[Row]:
    """Send a capture and see what arrived."""
    sending = send(exporter, path)
    time.sleep(SETTLE_S)
    scrape = exporter.scrape()
    seen = int(scrape.total(CAPTURED))
    share_percent = 100 * sending.processor_s / sending.seconds
    rate_kpps = sending.packets / sending.seconds / 1000
    return [
        Row(benchmark=NAME, figure="sent", value=f"{rate_kpps:.0f} k packets/s"),
        at_most(NAME, "kernel drops", scrape.total(DROPPED), 0, ""),
        at_most(NAME, "sent and not captured", max(0, sending.packets - seen), 0, ""),
        at_most(NAME, "of one core", share_percent, PROCESSOR_BUDGET_PERCENT, " %"),
    ]


def send(exporter: Exporter, path: Path) -> Sending:
    """Let tcpreplay send a capture as fast as it can."""
    before_s = processor_s(exporter.process.pid)
    tcpreplay = ["tcpreplay", "--topspeed", "--preload-pcap", "--intf1=eth0", str(path)]
    done = subprocess.run(
        exporter.bed.command("sender", *tcpreplay), check=True, capture_output=True, text=True
    )
    used_s = processor_s(exporter.process.pid) - before_s
    match = SENT.search(done.stdout)
    if match is None:
        message = f"tcpreplay did not say what it sent: {done.stdout}"
        raise RuntimeError(message)
    return Sending(int(match[1]), float(match[2]), used_s)


def processor_s(pid: int) -> float:
    """Processor seconds that a process has used, all threads, user and system (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S
