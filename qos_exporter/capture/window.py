"""The part of a capture file that is in memory: all of it, mapped, or a piece of a stream."""

from __future__ import annotations

import contextlib
import itertools
import mmap
import os
import stat
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, Protocol

from qos_exporter.capture import gunzip
from qos_exporter.capture.faults import FormatError

if TYPE_CHECKING:
    from typing_extensions import Buffer


_PIECE = 64 * 1024
"""Bytes read at a time: small, because a compressed piece may become a thousand times as long."""


class Window(Protocol):
    """Bytes of a file from `start` on."""

    @property
    def data(self) -> Buffer:
        """The bytes."""
        ...

    @property
    def start(self) -> int:
        """Where in the file they begin."""
        ...

    @property
    def unit(self) -> str:
        """How to name an offset, as a format string."""
        ...

    @property
    def fault(self) -> str:
        """Why the file cannot be read on where it seems to end, in words; empty at its real end."""
        ...

    def bytes_read(self, position: int) -> int:
        """Give how much of the file, as it lies on the disk, was read to get to `position`."""
        ...

    def advance(self, position: int) -> bool:
        """Drop what lies before `position` and take in more; False where the file ends."""
        ...

    def close(self) -> None:
        """Give back what holds the bytes."""
        ...


class MappedFile:
    """A whole regular file, not empty, that the kernel pages in as it is walked.

    Somebody may cut it short meanwhile, and the kernel ends a process (SIGBUS) that then reads
    behind the end. So what is left of it is asked for each time, and is to be used at once.
    """

    unit = "byte {}"

    def __init__(self, descriptor: int) -> None:
        self._map = mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
        self._map.madvise(mmap.MADV_SEQUENTIAL)
        self.start = 0

    @property
    def data(self) -> Buffer:
        """The bytes that are still there."""
        return memoryview(self._map)[: self._map.size()]

    @property
    def fault(self) -> str:
        """Say so if the file is shorter than it was."""
        size = self._map.size()
        was_cut = size < len(self._map)
        return f"the file was cut short to {size} bytes while it was read" if was_cut else ""

    def bytes_read(self, position: int) -> int:
        """Give the position, as all of the file is here."""
        return position

    def advance(self, position: int) -> bool:  # noqa: ARG002 -- nothing lies beyond the mapping
        """Nothing lies beyond the mapping."""
        return False

    def close(self) -> None:
        """Unmap the file now, or, if somebody still looks at a frame, when they no longer do."""
        with contextlib.suppress(BufferError):
            self._map.close()


class StreamedFile:
    """A file that cannot be mapped, as it is compressed or a pipe: one piece of it at a time.

    Only the present piece is held, so memory stays bounded however long the file is.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.data = b""
        self.start = 0
        self.unit = "byte {}"
        self.fault = ""
        self._file = file
        self._read = 0
        self._pieces = self._read_pieces()
        first = self._read_magic()
        self._pieces = itertools.chain([first], self._pieces)
        if first.startswith(gunzip.MAGIC):
            self.unit = "byte {} of the decompressed data"
            self._pieces = gunzip.gunzip(self._pieces)

    def _read_magic(self) -> bytes:
        """Read so much that gzip shows itself: a pipe may give a single byte at first."""
        first = b""
        while len(first) < len(gunzip.MAGIC) and (piece := next(self._pieces, b"")):
            first += piece
        return first

    def _read_pieces(self) -> Iterator[bytes]:
        while piece := self._file.read(_PIECE):
            self._read += len(piece)
            yield piece

    def bytes_read(self, position: int) -> int:  # noqa: ARG002 -- a piece is not worth the division
        """Give what was taken from the file yet, compressed as it may be."""
        return self._read

    def advance(self, position: int) -> bool:
        """Keep what lies behind `position` and append the next piece to it."""
        try:
            piece = next(self._pieces, b"")
        except FormatError as error:
            piece, self.fault = b"", str(error)
        if not piece:
            return False
        self.data = self.data[position:] + piece
        self.start += position
        return True

    def close(self) -> None:
        """Close the file and let go of the present piece."""
        self._file.close()
        self.data = b""


def open_window(file: BinaryIO) -> Window:
    """Choose how to look at a file, which from now on is the window's to close."""
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        return StreamedFile(file)
    if os.pread(file.fileno(), len(gunzip.MAGIC), 0) == gunzip.MAGIC or not status.st_size:
        return StreamedFile(file)
    with file:
        return MappedFile(file.fileno())
