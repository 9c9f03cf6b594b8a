from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import bench_voipmonitor
from benchmarks.bench_analyze import MiscountError
from benchmarks.bench_voipmonitor import Voipmonitor
from benchmarks.generate import Load

LOAD = Load(streams=2, packets_per_stream=1000)
DUMP = """-call dump 0x5646----
ssrc_n:2
Call statistics:
SSRC:7 7 ssrc_index[0]
codec:0
s->received: 998
total loss:0
---
SSRC:4bc6 19398 ssrc_index[1]
codec:0
s->received: {received}
---
"""


def stand_in(directory: Path, received: int) -> Voipmonitor:
    """Make a program that prints what voipmonitor prints of its streams at -v 3."""
    program = directory / "voipmonitor"
    program.write_text(f"#!/bin/sh\ncat << end\n{DUMP.format(received=received)}end\n")
    program.chmod(0o755)
    return Voipmonitor(str(program), directory)


def test_a_peer_that_takes_in_every_stream_counts(tmp_path: Path) -> None:
    """The two packets that make it believe in a stream are not missed."""
    stand_in(tmp_path, 998).check(tmp_path / "any.pcap", LOAD)


def test_a_peer_that_skips_work_is_not_compared_with(tmp_path: Path) -> None:
    """A stream of which packets are missing is an error."""
    with pytest.raises(MiscountError, match="saw 1 of 2"):
        stand_in(tmp_path, 700).check(tmp_path / "any.pcap", LOAD)


def test_without_the_peer_one_line_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no voipmonitor nothing is measured, and no budget is missed."""
    monkeypatch.delenv("QOS_VOIPMONITOR", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    (row,) = bench_voipmonitor.run(tmp_path)

    assert "not measured" in row.value
    assert row.met is None
