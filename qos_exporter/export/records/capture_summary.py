"""What a record says about the capture file itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CaptureSummary:
    """One capture file that was read. Times are those of its first and last frame."""

    file: str
    packets: int
    """Frames in the file, of every kind."""
    first_s: float | None
    last_s: float | None
