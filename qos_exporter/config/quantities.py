"""Durations and sizes as they are written in the configuration: `1m30s`, `250ms`, `64MiB`."""

from __future__ import annotations

import re

DURATION_UNITS_NS = {
    "h": 3_600_000_000_000,
    "m": 60_000_000_000,
    "s": 1_000_000_000,
    "ms": 1_000_000,
    "us": 1_000,
    "ns": 1,
}
"""Nanoseconds per unit, the largest unit first."""

SIZE_UNITS_BYTES = {"GiB": 1 << 30, "MiB": 1 << 20, "KiB": 1 << 10, "B": 1}
"""Bytes per unit, the largest unit first."""

DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:h|ms|m|us|ns|s))+", re.ASCII)
DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|us|ns|s)", re.ASCII)
SIZE = re.compile(r"(\d+) ?(GiB|MiB|KiB|B)?", re.ASCII)


def parse_duration(text: str) -> int:
    """Give nanoseconds for `10s`, `1m30s` or `0.5s`; raises ValueError for anything else."""
    if not DURATION.fullmatch(text):
        raise ValueError("must be a duration such as 10s, 1m30s or 250ms")
    parts = DURATION_PART.findall(text)
    return sum(round(float(number) * DURATION_UNITS_NS[unit]) for number, unit in parts)


def format_duration(duration_ns: int) -> str:
    """Write nanoseconds in the largest unit that needs no fraction: 90 s is `90s`."""
    for unit, unit_ns in DURATION_UNITS_NS.items():
        if duration_ns % unit_ns == 0 and duration_ns >= unit_ns:
            return f"{duration_ns // unit_ns}{unit}"
    return "0s"


def parse_size(text: str) -> int:
    """Give bytes for `64MiB`, `4096B` or `4096`; raises ValueError for anything else."""
    match = SIZE.fullmatch(text)
    if match is None:
        raise ValueError("must be a size such as 64MiB, 512KiB or 4096")
    number, unit = match.groups()
    return int(number) * SIZE_UNITS_BYTES[unit or "B"]


def format_size(size: int) -> str:
    """Write bytes in the largest unit that needs no fraction."""
    for unit, unit_bytes in SIZE_UNITS_BYTES.items():
        if size % unit_bytes == 0 and size >= unit_bytes:
            return f"{size // unit_bytes}{unit}"
    return "0B"
