"""The form in which frames reach the compiled code: one buffer, and an index of what lies in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from typing_extensions import Buffer

NO_VLAN = 0xFFFF
"""The value of `vlan` where the capture told of no tag (a tag inside the frame is read from it)."""

FRAME = np.dtype(
    [
        ("offset", "u8"),
        ("timestamp_ns", "i8"),
        ("captured", "u4"),
        ("length", "u4"),
        ("link_type", "u2"),
        ("vlan", "u2"),
        ("interface", "u4"),
    ],
)
"""One frame: where its bytes begin in the buffer, when it was captured, how many bytes were kept
and how many it had on the wire, the LINKTYPE_ number, the 802.1Q tag that the kernel stripped."""

BATCH_FRAMES = 4096
"""Frames in a batch: 128 KiB of index, which stays in the second-level cache."""


@dataclass(frozen=True, slots=True)
class FrameBatch:
    """Up to `BATCH_FRAMES` frames: the first `count` rows of `frames` index into `data`."""

    data: Buffer
    frames: NDArray[np.void]
    count: int
