from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.capture.reading import read_frames

pytestmark = [
    pytest.mark.shared,
    pytest.mark.slow,
    pytest.mark.tshark,
    pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed"),
]


def tshark_frames(path: Path) -> list[tuple[int, int, int]]:
    """Give time, captured length and length of each frame as tshark reads them."""
    fields = ("frame.time_epoch", "frame.cap_len", "frame.len")
    arguments = [argument for field in fields for argument in ("-e", field)]
    command = ["tshark", "-n", "-r", str(path), "-T", "fields"]
    run = subprocess.run([*command, *arguments], capture_output=True, text=True, check=True)
    rows = [line.split("\t") for line in run.stdout.splitlines()]
    return [
        (int(time_s.replace(".", "")), int(captured), int(length))
        for time_s, captured, length in rows
    ]


@pytest.mark.parametrize("folder", ["third_party", "made", "derived"])
def test_same_frames_as_tshark(folder: str, shared: Path) -> None:
    """Of every reference capture the same frames come out, with the same times, as from tshark."""
    paths = [
        path for path in sorted((shared / "captures" / folder).iterdir()) if "cap" in path.name
    ]
    assert paths
    for path in paths:
        frames, error = read_frames(path)
        ours = [(frame.timestamp_ns, len(frame.data), frame.length) for frame in frames]
        assert (ours, error) == (tshark_frames(path), ""), path.name
