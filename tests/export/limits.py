"""How long something may take in a test."""

from __future__ import annotations

import sys

TRACED_FACTOR = 20
"""What measuring coverage costs at most."""


def time_limit_s(seconds: float) -> float:
    """Give the limit for this run: `seconds` of work, and far more where every line is traced."""
    return seconds * TRACED_FACTOR if sys.gettrace() else seconds
