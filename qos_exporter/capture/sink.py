"""Where captured frames go."""

from __future__ import annotations

from typing import Protocol

from qos_exporter.dataplane.frames import FrameBatch


class FrameSink(Protocol):
    """Takes the frames of any number of sources, each from a thread of its own.

    `source` is the number that the source was given when it was made.
    """

    def ingest(self, source: int, batch: FrameBatch) -> None:
        """Take frames; the batch and what it points to may be used until this returns."""
        ...

    def tick(self, source: int, now_ns: int) -> None:
        """Learn that the source has seen no frame up to `now_ns`, a time like those of frames."""
        ...

    def restart(self, source: int) -> None:
        """Learn that the frames to come belong to another recording than those before."""
        ...
