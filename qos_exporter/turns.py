"""How the threads of the service take turns at the interpreter."""

from __future__ import annotations

import sys

LONGEST_TURN_S = 0.0005
"""A thread that captures waits for the interpreter several times in every block of frames, each
time for as long as another thread may keep it. With CPython's 5 ms no more than some 70 blocks a
second get through while a large answer is written, and the ring overflows."""


def shorten_turns() -> None:
    """Let threads that compute make way for others sooner, in the whole process."""
    sys.setswitchinterval(LONGEST_TURN_S)
