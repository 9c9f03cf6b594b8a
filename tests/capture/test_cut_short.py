"""Capture files that somebody cuts short while they are read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from qos_exporter.capture.capture_file import open_capture
from qos_exporter.capture.replay import Replay
from qos_exporter.dataplane.frames import FrameBatch
from qos_exporter.errors import CaptureError
from tests.capture.building import pcap_header, pcap_record
from tests.capture.recording_sink import RecordingSink

FRAME_BYTES = 1000
RECORD_BYTES = 16 + FRAME_BYTES
HEADER_BYTES = 24


def write_capture(path: Path, count: int) -> None:
    """Write frames that are 200 ms apart; each fourth begins a page of memory."""
    records = (
        pcap_record(bytes(FRAME_BYTES), seconds=10 + n // 5, fraction=n % 5 * 200_000)
        for n in range(count)
    )
    path.write_bytes(pcap_header() + b"".join(records))


def read_and_cut(path: Path, left_bytes: int) -> str:
    """Read a file that is cut short behind its first batch; tell what came of it."""
    count = 0
    try:
        with open_capture(path) as capture:
            for batch in capture:
                count += batch.count
                os.truncate(path, left_bytes)
    except CaptureError as error:
        return f"{count}: {error}"
    return f"{count}"


class CuttingSink(RecordingSink):
    """Cuts the file short when it has the first frames."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def ingest(self, source: int, batch: FrameBatch) -> None:
        """Read the frames, then cut."""
        super().ingest(source, batch)
        os.truncate(self._path, HEADER_BYTES)


def replay_and_cut(path: Path) -> str:
    """Play a file that is cut short behind its first frames; tell what came of it."""
    sink = CuttingSink(path)
    replay = Replay(0, path, sink, exit_at_end=True)
    replay.start()
    replay.join(10)
    return f"{len(sink.frames)}: {replay.error}"


def in_a_process(call: str) -> str:
    """Call a function of this module where a signal ends nothing but that process."""
    program = f"from tests.capture.test_cut_short import *; print({call})"
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize(
    ("left_bytes", "count", "offset"),
    [
        pytest.param(0, 4096, 4096, id="to nothing"),
        pytest.param(HEADER_BYTES + 10 * RECORD_BYTES, 4096, 4096, id="before what was read"),
        pytest.param(HEADER_BYTES + 5000 * RECORD_BYTES, 5000, 5000, id="between two records"),
        pytest.param(HEADER_BYTES + 5000 * RECORD_BYTES + 99, 5000, 5000, id="within a record"),
    ],
)
def test_cut_while_it_is_read(left_bytes: int, count: int, offset: int, tmp_path: Path) -> None:
    """What is left is read; the error names file and offset, and no signal ends the program."""
    path = tmp_path / "x.pcap"
    write_capture(path, 6000)

    told = in_a_process(f"read_and_cut(Path({str(path)!r}), {left_bytes})")

    place = f"{path}: at byte {HEADER_BYTES + offset * RECORD_BYTES}"
    what = f"the file was cut short to {left_bytes} bytes while it was read"
    assert told == f"{count}: {place}: {what}"


def test_cut_while_it_is_played(tmp_path: Path) -> None:
    """A replay reads a frame when it is due, long after it has found it, and looks again then."""
    path = tmp_path / "x.pcap"
    write_capture(path, 20)

    count, _, told = in_a_process(f"replay_and_cut(Path({str(path)!r}))").partition(": ")

    assert 0 < int(count) < 20
    assert told.endswith(f"the file was cut short to {HEADER_BYTES} bytes while it was read")
