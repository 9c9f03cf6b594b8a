"""`qos-exporter analyze` beside `tshark -z rtp,streams`, on the same file and the same processor.

Runs alternate, so that a busy machine is busy for both, and the best of each counts: whatever else
runs can only slow a program down. "Counting" is the time that `analyze` itself reports for the
packet path (`counting_s`), "whole" is the process from its start to its end, output included.
`bench_voipmonitor` has the other peer.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.generate import Load, write_capture
from benchmarks.report import Row, at_least

ROUNDS = 3
MANY_ROUNDS = 2
COUNTING_BUDGET = 50.0
WHOLE_BUDGET = 8.0
INTERLEAVED_BUDGET_MPPS = 10.0
THOUSAND = Load(streams=1000, packets_per_stream=1000)
MANY = Load(streams=200_000, packets_per_stream=75, captured_bytes=60)
"""A second and a half of 100,000 calls, headers only: every stream sends in turn, none of them is
in any cache."""
MANY_BRIEFLY = Load(streams=200_000, packets_per_stream=10, captured_bytes=60)
"""As many streams for as long as tshark can be waited for."""


class MiscountError(Exception):
    """A program that did not see every stream of the file: its time means nothing."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What one run of `analyze` took."""

    counting_s: float
    whole_s: float


def run(directory: Path) -> list[Row]:
    """Measure both files."""
    return [*_thousand_streams(directory), *_many_streams(directory)]


def _thousand_streams(directory: Path) -> list[Row]:
    """Measure a million packets of a thousand streams, us and tshark in turn."""
    path = directory / "thousand.pcap"
    packets = write_capture(path, THOUSAND)
    ours, theirs = _alternate(path, THOUSAND.streams, ROUNDS)
    counting_s = min(analysis.counting_s for analysis in ours)
    whole_s = min(analysis.whole_s for analysis in ours)
    name = f"analyze, {THOUSAND.streams} streams"
    rows = _speed_rows(name, packets, counting_s=counting_s, whole_s=whole_s)
    if not theirs:
        return rows
    tshark_s = min(theirs)
    return [
        *rows,
        Row(benchmark=name, figure="tshark", value=_mpps(packets, tshark_s)),
        at_least(name, "counting / tshark", tshark_s / counting_s, COUNTING_BUDGET, "x"),
        at_least(name, "whole process / tshark", tshark_s / whole_s, WHOLE_BUDGET, "x"),
    ]


def _many_streams(directory: Path) -> list[Row]:
    """Measure two hundred thousand interleaved streams: the rate, then tshark, which runs once."""
    path = directory / "many.pcap"
    name = f"analyze, {MANY.streams} streams"
    packets = write_capture(path, MANY)
    counting_s = min(analyze(path, MANY.streams).counting_s for _ in range(MANY_ROUNDS))
    rate = packets / counting_s / 1e6
    rows = [at_least(name, "counting", rate, INTERLEAVED_BUDGET_MPPS, " M packets/s")]
    if not has_tshark():
        return rows
    packets = write_capture(path, MANY_BRIEFLY)
    ours = analyze(path, MANY_BRIEFLY.streams)
    tshark_s = tshark(path, MANY_BRIEFLY.streams)
    return [
        *rows,
        Row(benchmark=name, figure="tshark", value=_mpps(packets, tshark_s)),
        Row(benchmark=name, figure="counting / tshark", value=f"{tshark_s / ours.counting_s:.1f}x"),
        Row(benchmark=name, figure="whole / tshark", value=f"{tshark_s / ours.whole_s:.1f}x"),
    ]


def _alternate(path: Path, streams: int, rounds: int) -> tuple[list[Analysis], list[float]]:
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(analyze(path, streams))
        if has_tshark():
            theirs.append(tshark(path, streams))
    return ours, theirs


def analyze(path: Path, streams: int) -> Analysis:
    """Run our own analysis; raises MiscountError unless it sees every stream."""
    arguments = ["-m", "qos_exporter", "analyze", str(path), "--format", "json"]
    seconds, output = _timed([sys.executable, *arguments])
    report = json.loads(output)
    if len(report["streams"]) != streams:
        raise MiscountError(f"analyze saw {len(report['streams'])} of {streams} streams")
    return Analysis(report["capture"]["counting_s"], seconds)


def has_tshark() -> bool:
    """Whether tshark is there to compare with."""
    return shutil.which("tshark") is not None


def tshark(path: Path, streams: int) -> float:
    """Run tshark; raises MiscountError unless it sees every stream."""
    options = ["-n", "-q", "-o", "rtp.heuristic_rtp:TRUE", "-z", "rtp,streams"]
    seconds, output = _timed(["tshark", "-r", str(path), *options])
    seen = sum(b" 0x" in line for line in output.splitlines())
    if seen != streams:
        raise MiscountError(f"tshark saw {seen} of {streams} streams")
    return seconds


def on_one_processor(command: list[str]) -> list[str]:
    """Give the command that keeps another to the processor that everything is measured on."""
    return ["taskset", "-c", str(max(os.sched_getaffinity(0))), *command]


def _timed(command: list[str]) -> tuple[float, bytes]:
    """Run a command on one processor; give its wall-clock seconds and its output."""
    begin_s = time.perf_counter()
    done = subprocess.run(
        on_one_processor(command),
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - begin_s, done.stdout


def _speed_rows(name: str, packets: int, *, counting_s: float, whole_s: float) -> list[Row]:
    return [
        Row(benchmark=name, figure="counting", value=_mpps(packets, counting_s)),
        Row(benchmark=name, figure="whole process", value=_mpps(packets, whole_s)),
    ]


def _mpps(packets: int, seconds: float) -> str:
    return f"{packets / seconds / 1e6:.2f} M packets/s"
