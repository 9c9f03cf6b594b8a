"""`qos-exporter analyze` beside voipmonitor, where there is one: no package of Debian has it.

voipmonitor only follows streams that a session description names, so SIP announces the calls of
this capture. It also sleeps; what counts is therefore its processor time, less what it needs for
the same calls with one packet a stream: to start, to read SIP and to end. For us the time on the
clock counts, which is never less.

Most of its time goes into jitter buffers, of which it simulates three for every stream, and we one.
The budget is about the setting that does the work that we do.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.bench_analyze import MiscountError, analyze, on_one_processor
from benchmarks.generate import Load, write_capture
from benchmarks.report import Row, at_least

NAME = "analyze, 1000 streams with SIP"
ROUNDS = 3
COUNTING_BUDGET = 25.0
SIGNALLED = Load(streams=1000, packets_per_stream=1000, signalled=True)
CALLS_ALONE = replace(SIGNALLED, packets_per_stream=1)
PROBATION_PACKETS = 2
"""So many at the beginning of a stream it does not count as received."""
SETTINGS = """[general]
nocdr = yes
savesip = no
savertp = no
savertcp = no
savegraph = no
"""
"""No database, nothing stored."""
ADAPTIVE, FIXED, ALL = "adaptive buffer", "fixed buffer", "three buffers"
BUFFERS = {
    ADAPTIVE: "jitterbuffer_f1 = no\njitterbuffer_f2 = no\n",  # as ours
    FIXED: "jitterbuffer_f1 = no\njitterbuffer_adapt = no\n",
    ALL: "",  # as it comes
}
STREAM = re.compile(rb"^SSRC:(\w+) [^-]*?^s->received: (\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Voipmonitor:
    """The program, and a directory for what it wants to write."""

    program: str
    directory: Path

    def check(self, path: Path, load: Load) -> None:
        """Raise MiscountError unless it takes in every stream, whole."""
        output = self._run(path, ADAPTIVE, "-v", "3")
        received = {ssrc: int(packets) for ssrc, packets in STREAM.findall(output)}
        whole = load.packets_per_stream - PROBATION_PACKETS
        seen = sum(packets >= whole for packets in received.values())
        if seen != load.streams:
            raise MiscountError(f"voipmonitor saw {seen} of {load.streams} streams")

    def processor_s(self, path: Path, buffers: str) -> float:
        """Give the user and system time of a run."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self._run(path, buffers)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def _run(self, path: Path, buffers: str, *options: str) -> bytes:
        settings = self.directory / "voipmonitor.conf"
        settings.write_text(f"{SETTINGS}spooldir = {self.directory}\n{BUFFERS[buffers]}")
        arguments = ["-k", "--config-file", str(settings), "-r", str(path), *options]
        done = subprocess.run(
            on_one_processor([self.program, *arguments]),
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return done.stdout


def run(directory: Path) -> list[Row]:
    """Measure a million packets, both programs in turn."""
    program = os.environ.get("QOS_VOIPMONITOR") or shutil.which("voipmonitor")
    if program is None:
        reason = "not found, not measured"
        return [Row(benchmark=NAME, figure="voipmonitor", value=reason)]
    path, calls_alone = directory / "signalled.pcap", directory / "calls.pcap"
    packets = write_capture(path, SIGNALLED)
    write_capture(calls_alone, CALLS_ALONE)
    peer = Voipmonitor(program, directory)
    peer.check(path, SIGNALLED)
    return _compare(peer, path, calls_alone, packets)


def _compare(peer: Voipmonitor, path: Path, calls_alone: Path, packets: int) -> list[Row]:
    ours, start_s = [], []
    theirs: dict[str, list[float]] = {buffers: [] for buffers in BUFFERS}
    for _ in range(ROUNDS):
        ours.append(analyze(path, SIGNALLED.streams))
        start_s.append(peer.processor_s(calls_alone, ADAPTIVE))
        for buffers, seconds in theirs.items():
            seconds.append(peer.processor_s(path, buffers))
    peer_s = {buffers: min(seconds) - min(start_s) for buffers, seconds in theirs.items()}
    counting_s = min(analysis.counting_s for analysis in ours)
    whole_s = min(analysis.whole_s for analysis in ours)
    rate = f"{packets / peer_s[ADAPTIVE] / 1e6:.2f} M packets/s"
    like_with_like = peer_s[ADAPTIVE] / counting_s
    return [
        Row(benchmark=NAME, figure="voipmonitor", value=rate),
        at_least(NAME, "counting / voipmonitor", like_with_like, COUNTING_BUDGET, "x"),
        *(
            Row(benchmark=NAME, figure=f"the same, {buffers}", value=_times(seconds, counting_s))
            for buffers, seconds in peer_s.items()
            if buffers != ADAPTIVE
        ),
        Row(
            benchmark=NAME,
            figure="whole / voipmonitor",
            value=_times(min(theirs[ADAPTIVE]), whole_s),
        ),
    ]


def _times(theirs_s: float, ours_s: float) -> str:
    return f"{theirs_s / ours_s:.1f}x"
