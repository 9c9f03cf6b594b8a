"""Reads a capture file as a test wants to look at it: a list of frames, and what was wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from qos_exporter.capture.capture_file import open_capture
from qos_exporter.dataplane.frames import FrameBatch
from qos_exporter.errors import CaptureError


@dataclass(frozen=True, slots=True)
class Captured:
    """One frame."""

    timestamp_ns: int
    data: bytes
    length: int
    link_type: int
    vlan: int
    interface: int


def frames_of(batch: FrameBatch) -> list[Captured]:
    """Copy the frames of a batch, which may not be used later."""
    view = memoryview(batch.data)
    return [
        Captured(
            timestamp_ns=int(row["timestamp_ns"]),
            data=bytes(view[int(row["offset"]) :][: int(row["captured"])]),
            length=int(row["length"]),
            link_type=int(row["link_type"]),
            vlan=int(row["vlan"]),
            interface=int(row["interface"]),
        )
        for row in batch.frames[: batch.count]
    ]


def read_frames(path: Path) -> tuple[list[Captured], str]:
    """Give all frames of a file, and the text of the error that ended it, or an empty one."""
    frames: list[Captured] = []
    try:
        with open_capture(path) as capture:
            for batch in capture:
                frames += frames_of(batch)
                assert capture.packets == len(frames)
    except CaptureError as error:
        return frames, str(error)
    return frames, ""


def read_bytes(content: bytes, folder: Path, name: str = "x.pcap") -> tuple[list[Captured], str]:
    """Write a file and give what `read_frames` gives, the folder cut off the error text."""
    path = folder / name
    path.write_bytes(content)
    frames, error = read_frames(path)
    return frames, error.replace(f"{folder}/", "")
