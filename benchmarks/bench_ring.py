"""Live capture on a veth while tcpreplay sends at its limit: kernel drops and processor time.

The budget is for the load that lasts: packets of a thousand streams, sent faster than they are
spoken. The second load is an exporter that is started on a busy trunk: nine thousand streams at
their own pace, all of them new within the first 20 ms. The exporter listens where the packets
arrive; nothing else does. Needs root, tcpreplay, ip and ethtool.
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

PROGRAMS = ("ip", "ethtool", "tcpreplay")
LASTING = "live ring"
LASTING_LOAD = Load(streams=1000, packets_per_stream=4500)
JOINING = "live ring, joining 9,000 streams"
JOINING_LOAD = Load(streams=9000, packets_per_stream=500)
"""450,000 packets a second for ten seconds, if sent at their own pace."""
BUDGET_RATE_KPPS = 450.0
PROCESSOR_BUDGET_PERCENT = 10.0
"""Of one core, at that rate. A sender may be faster: then the share is brought down to it."""
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


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of what was sent."""

    rate_kpps: float
    kernel_drops: float
    missing: float
    processor_percent: float


def run(directory: Path) -> list[Row]:
    """Measure both loads; a row that says why where it cannot be done here."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing or os.geteuid() != 0:
        reason = f"needs root, {', '.join(PROGRAMS)}"
        return [Row(benchmark=LASTING, figure="not run", value=reason)]
    return [
        *_lasting_rows(measure(LASTING_LOAD, directory)),
        *_joining_rows(measure(JOINING_LOAD, directory)),
    ]


def _lasting_rows(arrival: Arrival) -> list[Row]:
    share = arrival.processor_percent
    at_rate = share * min(1.0, BUDGET_RATE_KPPS / arrival.rate_kpps)
    return [
        Row(benchmark=LASTING, figure="sent", value=f"{arrival.rate_kpps:.0f} k packets/s"),
        at_most(LASTING, "kernel drops", arrival.kernel_drops, 0, ""),
        at_most(LASTING, "sent and not captured", arrival.missing, 0, ""),
        Row(benchmark=LASTING, figure="of one core", value=f"{share:.1f} %"),
        at_most(LASTING, "for 450 k packets/s", at_rate, PROCESSOR_BUDGET_PERCENT, " %"),
    ]


def _joining_rows(arrival: Arrival) -> list[Row]:
    share = f"{arrival.processor_percent:.1f} %"
    return [
        Row(benchmark=JOINING, figure="sent", value=f"{arrival.rate_kpps:.0f} k packets/s"),
        Row(benchmark=JOINING, figure="kernel drops", value=f"{arrival.kernel_drops:.0f}"),
        Row(benchmark=JOINING, figure="of one core", value=share),
    ]


def measure(load: Load, directory: Path) -> Arrival:
    """Send a load past an exporter of its own and see what arrived."""
    path = directory / "trunk.pcap"
    write_capture(path, load)
    with (
        open_bed({"sender": ["192.0.2.1"]}) as bed,
        open_exporter(bed, MIDDLE, interface=bed.port("sender"), directory=directory) as exporter,
    ):
        sending = send(exporter, path)
        time.sleep(SETTLE_S)
        scrape = exporter.scrape()
    return Arrival(
        rate_kpps=sending.packets / sending.seconds / 1000,
        kernel_drops=scrape.total(DROPPED),
        missing=max(0.0, sending.packets - scrape.total(CAPTURED)),
        processor_percent=100 * sending.processor_s / sending.seconds,
    )


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
