"""What a kernel tells while it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qos_exporter.dataplane.values import SlowFrame, StartedStream


class KernelListener(Protocol):
    """Is called in the order of the wire: everything before was counted.

    A call may steer the kernel (announce, bind, mute and so on), but not let it count.
    """

    def streams_started(self, streams: Sequence[StartedStream]) -> None:
        """Take note of new streams; some sixty packets at most were counted since the first."""

    def frame_set_aside(self, frame: SlowFrame) -> None:
        """Read a frame that is no RTP. If it is SIP or RTCP, nothing after it was counted yet."""
