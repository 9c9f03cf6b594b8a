"""The streams of a source by SSRC, as far as that names one."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qos_exporter.monitor.tracked import TrackedStream


GONE_LIMIT = 4096
"""SSRCs that are remembered after their streams have gone: reports on them may still come."""


class SsrcIndex:
    """Finds a stream by its SSRC where no other has it.

    One entry per SSRC, whatever happens: load generators give the same one to thousands of calls.
    Of an SSRC that several streams have had at a time only their number is kept, until all of them
    are gone.
    """

    __slots__ = ("_by_ssrc", "_gone")

    def __init__(self) -> None:
        self._by_ssrc: dict[int, TrackedStream | int] = {}
        self._gone: OrderedDict[int, None] = OrderedDict()

    def __contains__(self, ssrc: int) -> bool:
        """Whether a stream has this SSRC, or was among the last that had one."""
        return ssrc in self._by_ssrc or ssrc in self._gone

    def add(self, stream: TrackedStream) -> None:
        """Enter a stream."""
        present = self._by_ssrc.get(stream.ssrc)
        if present is None:
            self._by_ssrc[stream.ssrc] = stream
        else:
            self._by_ssrc[stream.ssrc] = present + 1 if isinstance(present, int) else 2

    def discard(self, stream: TrackedStream) -> None:
        """Remove a stream that was entered."""
        present = self._by_ssrc[stream.ssrc]
        if isinstance(present, int) and present > 1:
            self._by_ssrc[stream.ssrc] = present - 1
        else:
            del self._by_ssrc[stream.ssrc]
            self._gone[stream.ssrc] = None
            if len(self._gone) > GONE_LIMIT:
                self._gone.popitem(last=False)

    def only(self, ssrc: int) -> TrackedStream | None:
        """The stream with this SSRC; `None` if there is none, or if there are several."""
        present = self._by_ssrc.get(ssrc)
        return None if isinstance(present, int) else present
