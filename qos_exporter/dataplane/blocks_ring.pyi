import numpy as np
from numpy.typing import NDArray
from typing_extensions import Buffer

class RingBlock:
    def __init__(
        self,
        data: Buffer,
        *,
        start: int,
        size: int,
        link_type: int,
        interface: int,
        skip_outgoing: bool,
    ) -> None: ...
    def take(self) -> bool: ...
    def walk(self, frames: NDArray[np.void]) -> int: ...
    def give_back(self) -> None: ...
