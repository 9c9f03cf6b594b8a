"""Frames written to capture files."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

from tests.dataplane.traffic import LINKTYPE_ETHERNET, Frame

NANOSECOND_MAGIC = 0xA1B23C4D
SECOND_NS = 1_000_000_000


def write_pcap(path: Path, frames: Iterable[Frame]) -> Path:
    """Write Ethernet frames, in the order of time, with nanosecond timestamps."""
    header = struct.pack("<IHHiIII", NANOSECOND_MAGIC, 2, 4, 0, 0, 65535, LINKTYPE_ETHERNET)
    records = (
        struct.pack("<IIII", *divmod(frame.timestamp_ns, SECOND_NS), *[len(frame.data)] * 2)
        + frame.data
        for frame in sorted(frames, key=lambda frame: frame.timestamp_ns)
    )
    path.write_bytes(header + b"".join(records))
    return path
