import numpy as np
from numpy.typing import NDArray
from typing_extensions import Buffer

from qos_exporter.dataplane.blocks_common import WalkStatus

class Blocks:
    interface_count: int
    def begin_section(self, *, swapped: bool) -> None: ...
    def add_interface(
        self,
        *,
        link_type: int,
        snaplen: int,
        multiplier: int,
        divisor: int,
        shift: int,
        offset_ns: int,
    ) -> None: ...
    def walk(
        self, data: Buffer, position: int, frames: NDArray[np.void]
    ) -> tuple[int, int, WalkStatus]: ...
