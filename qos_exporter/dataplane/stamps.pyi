import numpy as np
from numpy.typing import NDArray

def find_jump(
    stamps_ns: NDArray[np.int64], start: int, latest_ns: int, jump_ns: int
) -> tuple[int, int]:
    """Give the first position from `start` on that is further than `jump_ns` from the latest time.

    The latest time is `latest_ns`, and of each stamp that is later; it is given too. Without a
    jump the position is the end.
    """
