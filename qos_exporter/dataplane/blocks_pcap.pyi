import numpy as np
from numpy.typing import NDArray
from typing_extensions import Buffer

from qos_exporter.dataplane.blocks_common import WalkStatus

class Records:
    def __init__(self, *, swapped: bool, fraction_ns: int, link_type: int) -> None: ...
    def walk(
        self, data: Buffer, position: int, frames: NDArray[np.void]
    ) -> tuple[int, int, WalkStatus]: ...
