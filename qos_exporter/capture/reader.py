"""The interface between a capture file and the reader of its format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from qos_exporter.dataplane.blocks_common import WalkStatus

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from typing_extensions import Buffer


class FormatReader(Protocol):
    """Knows one format, and how far into it a file has been read."""

    def walk(
        self, data: Buffer, position: int, frames: NDArray[np.void]
    ) -> tuple[int, int, WalkStatus]:
        """Index frames from `position` on; give (frames, position of the next record, status).

        STARVED asks for more data; any status in `WALK_FAULTS` is an error at that position.
        Raises `FormatError`, and then has indexed nothing.
        """
        ...
