"""Opens capture files: pcap and pcapng, plain or compressed by gzip, told apart by their bytes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from qos_exporter.capture import pcap, pcapng
from qos_exporter.capture.faults import WALK_FAULTS, FormatError
from qos_exporter.capture.reader import FormatReader
from qos_exporter.capture.window import Window, open_window
from qos_exporter.dataplane.blocks_common import WalkStatus
from qos_exporter.dataplane.frames import BATCH_FRAMES, FRAME, FrameBatch
from qos_exporter.dataplane.packet_clock import settled_stamps
from qos_exporter.errors import CaptureError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MAGIC_SIZE = 4


class CaptureFile:
    """The frames of one capture file, once, in the order in which they stand in it.

    `packets` counts the frames that were yielded so far. A batch may be used until the next one is
    asked for, because all share one index. Damage raises `CaptureError`, which names file and
    offset, after all that comes before it was yielded.
    """

    def __init__(self, path: Path, window: Window) -> None:
        self.path = path
        self.packets = 0
        self._window = window
        self._position = 0
        self._latest_ns: int | None = None
        self._reader = self._recognise()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[FrameBatch]:
        frames = np.zeros(BATCH_FRAMES, FRAME)
        yield from self._batches(frames, self._walk_settled)
        # What was left because more might have followed.
        yield from self._batches(frames, self._walk)
        self._check_end()

    @property
    def bytes_read(self) -> int:
        """How much of the file was read, compressed as it may be: for showing progress."""
        return self._window.bytes_read(self._position)

    def check(self) -> None:
        """Raise `CaptureError` if the batch must not be used any more: the file was cut short."""
        if self._window.fault:
            raise self._error(self._window.fault)

    def close(self) -> None:
        """Give back the memory; nothing can be read any more."""
        self._window.close()

    def _batches(
        self,
        frames: NDArray[np.void],
        walk: Callable[[NDArray[np.void]], tuple[int, WalkStatus]],
    ) -> Iterator[FrameBatch]:
        status = WalkStatus.FULL
        while status != WalkStatus.STARVED or self._advance():
            count, status = walk(frames)
            if count:
                self.packets += count
                self._latest_ns = int(frames["timestamp_ns"][count - 1])
                yield FrameBatch(self._window.data, frames, count)
            if status in WALK_FAULTS:
                raise self._error(WALK_FAULTS[status])

    def _walk_settled(self, frames: NDArray[np.void]) -> tuple[int, WalkStatus]:
        """Walk, but leave the frames at the end of which only what follows can tell the time."""
        start = self._position
        count, status = self._walk(frames)
        if not count:
            return count, status
        settled = settled_stamps(frames["timestamp_ns"][:count], self._latest_ns)
        if settled == count or not (settled or status == WalkStatus.STARVED):
            return count, status
        self._position = start
        if settled:
            settled, _ = self._walk(frames[:settled])
        return settled, WalkStatus.STARVED if status == WalkStatus.STARVED else WalkStatus.FULL

    def _walk(self, frames: NDArray[np.void]) -> tuple[int, WalkStatus]:
        try:
            count, self._position, status = self._reader.walk(
                self._window.data, self._position, frames
            )
        except FormatError as error:
            raise self._error(str(error)) from error
        return count, status

    def _advance(self) -> bool:
        more = self._window.advance(self._position)
        if more:
            self._position = 0
        return more

    def _check_end(self) -> None:
        self.check()
        left = memoryview(self._window.data).nbytes - self._position
        if left:
            raise self._error(f"the file ends within a record, {left} bytes into it")

    def _recognise(self) -> FormatReader:
        """Read the beginning of the file, and give the reader of its format."""
        magic = self._peek(_MAGIC_SIZE)
        if not magic:
            raise CaptureError(f"{self.path}: the file is empty, so it is no capture")
        if magic == pcapng.MAGIC:
            return pcapng.PcapngReader()
        if magic not in pcap.MAGICS:
            raise self._error("this is neither pcap nor pcapng, plain or compressed by gzip")
        header = self._peek(pcap.FILE_HEADER_SIZE)
        if len(header) < pcap.FILE_HEADER_SIZE:
            raise self._error(f"the file ends within its header, {len(header)} bytes into it")
        self._position = pcap.FILE_HEADER_SIZE
        return pcap.read_file_header(header)

    def _peek(self, size: int) -> bytes:
        while memoryview(self._window.data).nbytes < size:
            if not self._advance():
                self.check()
                break
        return bytes(memoryview(self._window.data)[:size])

    def _error(self, text: str) -> CaptureError:
        place = self._window.unit.format(self._window.start + self._position)
        return CaptureError(f"{self.path}: at {place}: {text}")


def open_capture(path: str | os.PathLike[str]) -> CaptureFile:
    """Open a capture file; raises `CaptureError` if there is none, or not of a known format."""
    path = Path(path)
    try:
        window = open_window(path.open("rb", buffering=0))
    except OSError as error:
        raise CaptureError(f"{path}: {error.strerror}") from error
    try:
        return CaptureFile(path, window)
    except CaptureError:
        window.close()
        raise
