"""Round trips between our tap and a receiver, by the times at which packets passed the tap.

A sender report passes on its way to the receiver, and the report that quotes it passes on its way
back. The receiver says how long it kept it (DLSR). What is left is the way from the tap to the
receiver and back: one leg of the round trip. No clock of an endpoint enters: the NTP time of a
sender report only serves to recognise it.
"""

from __future__ import annotations

from collections import OrderedDict
from enum import StrEnum
from typing import TYPE_CHECKING

from qos_exporter.reports.passed_stamps import KEPT, PassedStamps
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from qos_exporter.net import Endpoint

FORGOTTEN_NS = 300 * SECOND_NS
"""So long after its last time stamp a source is gone: ten intervals of the slowest devices."""
LEG_MAX_NS = 10 * SECOND_NS
"""A longer leg is no round trip but an error: nobody would go on talking."""

HOLD_STEP_NS = 1_000_000
"""Telephones that note the times of reports in whole milliseconds say that they held one for up to
a millisecond longer than they did."""
SHORTEST_NS = 1
"""Stands for a leg that is too short for such a clock."""


class Rejection(StrEnum):
    """Why a round trip that could be worked out is not believed."""

    NOT_POSITIVE = "not_positive"
    """Zero or less: the receiver's hold time is wrong, or it quotes a report it had not got."""
    TOO_LONG = "too_long"
    """More than ten seconds; what wraps around comes out as eighteen hours."""


def rejection_of(leg_ns: int) -> Rejection | None:
    """Say why a leg is not believed; `None` if it is."""
    if 0 < leg_ns <= LEG_MAX_NS:
        return None
    return Rejection.TOO_LONG if leg_ns > 0 else Rejection.NOT_POSITIVE


def remaining_ns(passed_ns: int, held_ns: int) -> int:
    """Take the time that a receiver held a report from the time until its answer passed.

    Where next to nothing is left, a clock of milliseconds makes that zero or a little less.
    """
    leg_ns = passed_ns - held_ns
    return SHORTEST_NS if -HOLD_STEP_NS < leg_ns <= 0 else leg_ns


class _Path:
    """The time stamps that one source sent from one address to another."""

    __slots__ = ("ends", "sent")

    def __init__(self, ends: tuple[str, str]) -> None:
        self.ends = ends
        self.sent = PassedStamps()
        """When the middle 32 bits of an NTP time stamp passed the tap."""


class TimestampLog:
    """The NTP time stamps that went by, by source: of sender reports, or of RRTR blocks.

    Bounded: a source that is silent is forgotten, and of more than `limit` the one that was silent
    the longest.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._paths: OrderedDict[int, list[_Path]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._paths)

    def note(self, ssrc: int, timestamp: int, *, src: Endpoint, dst: Endpoint, at_ns: int) -> None:
        """Remember a time stamp; relays send the same one on, from other addresses."""
        paths = self._paths.get(ssrc)
        if paths is None:
            paths = self._paths[ssrc] = []
            if len(self._paths) > self._limit:
                self._paths.popitem(last=False)
        else:
            self._paths.move_to_end(ssrc)
        ends = src.address, dst.address
        for path in paths:
            if path.ends == ends:
                path.sent.note(timestamp, at_ns)
                return
        path = _Path(ends)
        path.sent.note(timestamp, at_ns)
        paths.append(path)
        del paths[:-KEPT]

    def expire(self, now_ns: int) -> None:
        """Forget the sources that are silent for so long that nobody quotes them any more."""
        while self._paths:
            ssrc, paths = next(iter(self._paths.items()))
            if now_ns - max(path.sent.latest_ns for path in paths) < FORGOTTEN_NS:
                return
            del self._paths[ssrc]

    def has_passed(self, ssrc: int, *, src: Endpoint, dst: Endpoint) -> bool:
        """Whether a source has sent a time stamp from one address to another."""
        ends = src.address, dst.address
        return any(path.ends == ends for path in self._paths.get(ssrc, ()))

    def when(self, ssrc: int, timestamp: int, *, src: Endpoint, dst: Endpoint) -> int | None:
        """When the time stamp that a report from `src` to `dst` quotes had passed the tap.

        It went the opposite way. Where NAT hides that, it still counts if only one way is known,
        and not the report's own: some devices quote themselves.
        """
        paths, ends = self._paths.get(ssrc, ()), (dst.address, src.address)
        for path in paths:
            if path.ends == ends:
                return path.sent.get(timestamp)
        if len(paths) == 1 and paths[0].ends[0] != src.address:
            return paths[0].sent.get(timestamp)
        return None
