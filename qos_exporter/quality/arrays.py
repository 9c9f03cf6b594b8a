"""The numeric types of this package: a function takes a number or an array and gives an array."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
"""What every vectorised function returns; an array without dimensions where it got a number."""

Values = float | FloatArray
"""One number, or one number per window."""

Codes = NDArray[np.uint8]
"""Positions in a tuple of names, one per window."""
