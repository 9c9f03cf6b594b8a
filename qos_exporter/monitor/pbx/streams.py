"""All streams that PBXs tell of: their slots, and their windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qos_exporter.dataplane.rows import WINDOW
from qos_exporter.monitor.history import History
from qos_exporter.monitor.pbx.stream import PbxStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from qos_exporter.protocols.ami import ReportEvent

FIRST_SERIAL = -(1 << 40)
"""Far from the serials of streams that are counted, and of those known from RTCP on the wire."""


class PbxStreams:
    """The streams that run, each in a slot that its history is in."""

    def __init__(self) -> None:
        self.history = History()
        self._slots: list[PbxStream | None] = []
        self._free: list[int] = []
        self._serial = FIRST_SERIAL

    def __iter__(self) -> Iterator[PbxStream]:
        return (stream for stream in self._slots if stream is not None)

    def __len__(self) -> int:
        return len(self._slots) - len(self._free)

    def begin(self, event: ReportEvent, *, server: str, now_ns: int) -> PbxStream:
        """Follow the stream that a report is about."""
        self._serial += 1
        stream = PbxStream(self._serial, event, server=server, now_ns=now_ns)
        if self._free:
            stream.slot = self._free.pop()
            self._slots[stream.slot] = stream
        else:
            stream.slot = len(self._slots)
            self._slots.append(stream)
        self.history.begin([stream.slot])
        return stream

    def end(self, stream: PbxStream) -> None:
        """Follow a stream no longer."""
        if self._slots[stream.slot] is stream:
            self._slots[stream.slot] = None
            self._free.append(stream.slot)
        stream.is_live = False

    def call_id_at(self, slot: int) -> str | None:
        """The call of the stream in a slot."""
        stream = self._slots[slot]
        return None if stream is None or stream.call is None else stream.call.call_id

    def at(self, slot: int) -> PbxStream | None:
        """The stream in a slot."""
        return self._slots[slot]


def close_window(streams: list[PbxStream], *, playout_delay_s: float) -> NDArray[np.void]:
    """Give a row for each stream that was reported on since this was last asked.

    Reports do not say in what runs packets were lost: they count as lost at random. The playout
    buffer of the receiver is not known either, and is taken for one of the usual size.
    """
    rows = np.zeros(len(streams), dtype=WINDOW)
    for row, stream in zip(rows, streams, strict=True):
        window = stream.reports.close_window()
        if window.loss is not None:
            row["expected"] = window.loss.expected
            row["lost"] = row["lost_for_good"] = row["loss_runs"] = window.loss.lost
            row["received"] = max(0, window.loss.expected - window.loss.lost)
        row["payload_types_seen"] = 1 + stream.has_changed_codec
        stream.has_changed_codec = False
        row["media_ns"], stream.covered_ns = stream.covered_ns, 0
        jitter_s = np.nan if window.jitter_s is None else window.jitter_s
        row["jitter_last_s"] = row["jitter_mean_s"] = row["jitter_max_s"] = jitter_s
        row["slot"], row["group"], row["profile"] = stream.slot, stream.path, stream.profile
        row["first_ns"], row["last_ns"] = stream.first_ns, stream.last_ns
    rows["payload_type"] = [stream.payload_type for stream in streams]
    rows["playout_delay_s"] = playout_delay_s
    return rows[rows["expected"] > 0]
