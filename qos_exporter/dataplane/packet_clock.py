"""Packet time: the timestamps of one source, without the faults of the clock that made them.

A clock may be set back while it is read (NTP, a virtual machine that is resumed), and a capture
file may hold a damaged timestamp, or frames of machines whose clocks differ. Everything that
counts, waits or expires needs a time that goes on through all of this, so what goes wrong is put
right here, before a frame is counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qos_exporter.dataplane.stamps import find_jump
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from numpy.typing import NDArray

JUMP_NS = 5 * SECOND_NS
"""A step to and fro by less is the usual disorder of frames that several interfaces captured."""
STRAY_FRAMES = 16
"""Stamps that jump, and come back within so many frames, are wrong; the time has not jumped."""
SETTLING_FRAMES = 2
"""So many of the last stamps of a batch are doubted; who waits for more delays what is live."""
REMEMBERED_STEPS = 256
"""Of how many steps of the clock it is known when they were."""
DAY_NS = 86_400 * SECOND_NS
LAST_NS = 1 << 62
"""What is later is no time: in the year 2116."""


def possible(stamp_ns: int) -> int:
    """Give the time nearest to a timestamp, which may be any number, that can be reckoned with."""
    return min(max(stamp_ns, 0), LAST_NS)


def _first_time(stamps_ns: NDArray[np.int64]) -> int:
    """Give the first timestamp, or, where nobody set that, the first one that somebody did.

    A recording may count from 0 on, so a 0 is none only if what follows is of another day.
    """
    first_ns = possible(int(stamps_ns[0]))
    of_another_day = (int(each) for each in stamps_ns[1 : STRAY_FRAMES + 1] if each > DAY_NS)
    return first_ns or possible(next(of_another_day, 0))


def settled_stamps(stamps_ns: NDArray[np.int64], before_ns: int | None) -> int:
    """Give how many timestamps of a batch, which has some, can be judged without those to come.

    Where one of the last ones jumps, what follows tells a time that has passed from a wrong stamp.
    `before_ns` is the stamp before the first one.
    """
    start = max(0, len(stamps_ns) - SETTLING_FRAMES)
    if start or before_ns is None:
        start = max(start, 1)
        before_ns = possible(int(stamps_ns[start - 1]))
    settled, _ = find_jump(stamps_ns, start, before_ns, JUMP_NS)
    # Where the first one jumps, the stamp before it may be the wrong one.
    return max(0, start - 1) if settled == start < len(stamps_ns) else settled


class PacketClock:
    """Gives timestamps of a source the packet time that they stand for.

    Packet time follows the timestamps, over pauses of any length too, but never steps back by more
    than `JUMP_NS`: where the source's clock does, packet time stands still for a moment and goes
    on from there, by `ahead_ns` ahead of the source's clock from then on. A clock that returns to
    what it showed before, or alternates between two times, is recognised.
    """

    def __init__(self) -> None:
        self.ahead_ns = 0
        """What has to be taken from packet time to have the time that the source tells."""
        self.latest_ns: int | None = None
        """The latest packet time; `None` before the first."""
        self.first_ns: int | None = None
        """The packet time of the first frame."""
        self._ahead_before_ns = 0
        self._steps: tuple[tuple[int, int], ...] = ()

    def set_right(self, stamps_ns: NDArray[np.int64]) -> None:
        """Turn the timestamps of a batch into packet time, in place."""
        if not len(stamps_ns):
            return
        if self.latest_ns is None:
            self.first_ns = self.latest_ns = _first_time(stamps_ns)
        at = 0
        while at < len(stamps_ns):
            latest_ns = self.latest_ns - self.ahead_ns
            end, latest_ns = find_jump(stamps_ns, at, latest_ns, JUMP_NS)
            self.latest_ns = latest_ns + self.ahead_ns
            if self.ahead_ns:
                stamps_ns[at:end] += self.ahead_ns
            if end < len(stamps_ns):
                self._jump(stamps_ns[end:], latest_ns)
            at = end + 1

    def time_of(self, stamp_ns: int) -> int:
        """Give the packet time of a moment without a frame."""
        stamps_ns = np.array([stamp_ns], np.int64)
        self.set_right(stamps_ns)
        return int(stamps_ns[0])

    def ahead_at(self, packet_ns: int) -> int:
        """Give what `ahead_ns` was at some packet time."""
        if not self._steps:
            return 0
        steps = ((since_ns, ahead_ns) for since_ns, ahead_ns in reversed(self._steps))
        return next((ahead_ns for since_ns, ahead_ns in steps if since_ns <= packet_ns), 0)

    def _jump(self, stamps_ns: NDArray[np.int64], latest_ns: int) -> None:
        """Give the first stamp, which is far from the latest of the same clock, its packet time."""
        now_ns = latest_ns + self.ahead_ns
        following_ns = stamps_ns[1 : STRAY_FRAMES + 1]
        if not stamps_ns[0] or (np.abs(following_ns - latest_ns) <= JUMP_NS).any():
            stamps_ns[0] = now_ns
            return
        stamp_ns = possible(int(stamps_ns[0]))
        self._follow(stamp_ns, now_ns)
        stamps_ns[0] = min(stamp_ns + self.ahead_ns, max(LAST_NS, now_ns))
        self.latest_ns = max(now_ns, int(stamps_ns[0]))

    def _follow(self, stamp_ns: int, now_ns: int) -> None:
        """Find out whether the source's clock was set when it came to show this."""
        ahead_ns = self.ahead_ns
        if abs(stamp_ns + self._ahead_before_ns - now_ns) <= JUMP_NS:
            ahead_ns = self._ahead_before_ns
        elif stamp_ns + ahead_ns < now_ns:
            ahead_ns = now_ns - stamp_ns
        if ahead_ns != self.ahead_ns:
            self._ahead_before_ns, self.ahead_ns = self.ahead_ns, ahead_ns
            # Never changed in place: another thread may be reading it.
            self._steps = (*self._steps[1 - REMEMBERED_STEPS :], (now_ns, ahead_ns))
