"""The compiled kernel of one capture source."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qos_exporter.dataplane.frames import FrameBatch
from qos_exporter.dataplane.listener import KernelListener
from qos_exporter.dataplane.settings import KernelSettings, PayloadTypeFormat
from qos_exporter.dataplane.values import KernelStatistics, StreamKey, StreamProgress
from qos_exporter.net import Endpoint

class Kernel:
    """Counts the RTP of one source; one thread feeds it, any thread may read."""

    def __init__(self, settings: KernelSettings) -> None: ...
    def ingest(self, batch: FrameBatch, start: int, listener: KernelListener) -> int:
        """Count frames from index `start` on and return where to go on.

        That is short of the batch's end where a window is due. The listener hears of SIP before
        what follows is counted, for that may depend on it, and of RTCP, which is about what came
        before; of a new stream soon after it was found, because its call may know what its payload
        types mean.
        """

    @property
    def window_due(self) -> bool:
        """Whether `roll` must be called before the next frame can be counted."""

    @property
    def window_end_ns(self) -> int:
        """When the open window ends; 0 before the first frame."""

    @property
    def now_ns(self) -> int:
        """The latest packet time seen."""

    def pass_time(self, now_ns: int) -> bool:
        """Let time pass without a frame; True where a window is due."""

    def roll(self, now_ns: int) -> NDArray[np.void]:
        """Close the open window: a `WINDOW` row per stream that was active in it.

        Silent streams end here: their last row says so, and they stay readable until `release`.
        The next window to end is the one in which `now_ns` is, the time of the frame that was due,
        or of the clock; before it comes, as one window, a pause of any length.
        """

    def finish(self) -> NDArray[np.void]:
        """End every stream: their last `WINDOW` rows."""

    def totals(self, slots: ArrayLike) -> NDArray[np.void]:
        """Copy a `TOTALS` row for each slot; raises IndexError for a slot that never was."""

    def describe(self, slot: int) -> StreamKey:
        """Say which stream a slot holds; raises IndexError for an empty one."""

    def last_packet_ns(self, slot: int) -> int:
        """When the stream was last heard, muted or not."""

    def progress(self, slot: int, sequence_number: int) -> StreamProgress:
        """How far a stream has come, and had come at a number of which the last 16 bits count."""

    def announce(self, endpoint: Endpoint) -> None:
        """A stream from or to this endpoint is RTP from its first packet on."""

    def withdraw(self, endpoint: Endpoint) -> None:
        """Take back `announce`; streams that were found stay."""

    def put_profile(self, number: int, formats: Iterable[PayloadTypeFormat]) -> None:
        """Let a profile, which may be the next new one, mean this on top of RFC 3551's types.

        No stream may have it: what its payload types mean changes by `set_profile` only.
        """

    def set_profile(self, slot: int, profile: int) -> None:
        """Let a stream's payload types have this meaning from its next packet on."""

    def set_group(self, slot: int, group: int) -> None:
        """Set the number that the stream's window rows carry in `group`."""

    def mute(self, slot: int) -> None:
        """Its call is over: only what was on its way still counts, for 200 ms."""

    def continue_stream(self, slot: int, earlier_slot: int) -> bool:
        """Let the new stream in `slot` go on with the counts and serial of an earlier one.

        That is done, and `earlier_slot` freed, only where the new one begins where the earlier
        one fell silent, by sequence number and by time; False where it does not.
        """

    def has(self, slot: int, serial: int) -> bool:
        """Whether a packet could still be one of the stream with this serial."""

    def release(self, slot: int, serial: int) -> None:
        """Forget a stream: its next packet begins a new one. A wrong serial does nothing."""

    def statistics(self) -> KernelStatistics: ...
