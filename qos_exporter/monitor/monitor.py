"""The owner of all mutable state: frames and time go in, snapshots come out.

Each source has a kernel of its own, which counts without this object's lock. The lock guards what
the sources share (calls, groups, histories); it is taken when a kernel has news, and to copy what a
snapshot is made of.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from qos_exporter.allocation import no_collection
from qos_exporter.dataplane.frames import FrameBatch
from qos_exporter.monitor.call_briefs import call_briefs, copy_briefs
from qos_exporter.monitor.call_picture import picture_chosen, view_chosen
from qos_exporter.monitor.exporter_views import OwnState
from qos_exporter.monitor.intake import Intake
from qos_exporter.monitor.news import News
from qos_exporter.monitor.parts import assemble
from qos_exporter.monitor.pbx.assembly import assemble_pbx
from qos_exporter.monitor.picture import develop, take_picture
from qos_exporter.monitor.reconfiguration import Reconfiguration
from qos_exporter.monitor.windows import Windows
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from qos_exporter.monitor.pbx.server import PbxLink
    from qos_exporter.monitor.source import CaptureStatus, Source
    from qos_exporter.monitor.tracked import TrackedStream
    from qos_exporter.protocols import ami
    from qos_exporter.settings import Settings
    from qos_exporter.snapshot import Choose, ChosenCalls, Snapshot


class Monitor:
    """Follows the streams and calls of its sources.

    With `keep_all`, for capture files, tables grow without limit and streams stay in the snapshot
    after their end; otherwise a stream goes when it ends, and with its call.
    """

    def __init__(
        self, settings: Settings, sources: Sequence[str], *, keep_all: bool = False
    ) -> None:
        self.own = OwnState()
        self._lock = threading.Lock()
        self._parts = assemble(settings, sources, keep_all=keep_all)
        self._pbx = assemble_pbx(settings, self._parts)
        self._call_limit = 0 if keep_all else settings.streams.table_limit
        self._over: list[TrackedStream] = []
        self._windows = Windows(self._parts, over=self._over if keep_all else None)
        self._news = News(self._parts)
        self._intakes = [Intake(source, self._news, self._lock) for source in self._parts.sources]
        self._now_ns = 0
        self._next_tick_ns = 0

    def watch(self, source: int, status: CaptureStatus) -> None:
        """Ask `status` how the capture of a source fares."""
        self._parts.sources[source].status = status

    def watch_pbx(self, server: int, link: PbxLink) -> None:
        """Ask `link` how the connection to a PBX fares."""
        self._pbx.servers[server].link = link

    def take_from_pbx(
        self, server: int, news: Sequence[ami.News], now_ns: int
    ) -> Sequence[ami.Action]:
        """Take in what a PBX told, and let time pass; gives what is to be asked of it in turn."""
        with self._lock:
            packet_ns = self._parts.machine.time_of(now_ns)
            asked = self._pbx.take(server, news, max(packet_ns, self._now_ns))
            self._news.take_from_calls()
            self._pass_time(packet_ns)
        return asked

    def reconfigure(self, settings: Settings) -> None:
        """Follow new settings without losing a call; raises ConfigError and changes nothing then.

        Networks, codecs, the quality model, and everything about calls can change.
        """
        change = Reconfiguration.prepare(settings)
        with self._lock:
            change.apply(self._parts, self._pbx)

    def ingest(self, source: int, batch: FrameBatch) -> None:
        """Count a batch of frames; only one thread may do so for the same source."""
        followed = self._parts.sources[source]
        stamps = batch.frames["timestamp_ns"]
        followed.clock.set_right(stamps[: batch.count])
        at = 0
        while at < batch.count:
            # Time passes for the calls between the same frames, however they came in batches.
            end = first_from(self._next_tick_ns, stamps, at, batch.count)
            part = FrameBatch(batch.data, batch.frames, end)
            while at < end:
                at = followed.kernel.ingest(part, at, self._intakes[source])
                if at < end:
                    self._roll(followed, int(stamps[at]))
            with self._lock:
                self._pass_time(int(stamps[end]) if end < batch.count else followed.kernel.now_ns)

    def tick(self, source: int, now_ns: int) -> None:
        """Let time pass on a source that is silent."""
        followed = self._parts.sources[source]
        packet_ns = followed.clock.time_of(now_ns)
        with self._lock:
            if followed.kernel.pass_time(packet_ns):
                self._windows.roll(followed, packet_ns)
                self._settle()
            self._pass_time(packet_ns)

    def restart(self, source: int) -> None:
        """End everything: the next frames belong to another recording."""
        with self._lock:
            self._parts.calls.restart(self._now_ns)
            self._parts.reports.restart()
            self._windows.finish(self._parts.sources[source])
            self._settle()

    def finish(self) -> None:
        """End everything: no more frames will come."""
        with self._lock:
            self._parts.calls.finish(self._now_ns)
            for source in self._parts.sources:
                self._windows.finish(source)
            self._settle()

    def began_s(self, source: int) -> float | None:
        """When the first frame of a source came, by its clock as it is now; `None` without one."""
        clock = self._parts.sources[source].clock
        return None if clock.first_ns is None else (clock.first_ns - clock.ahead_ns) / SECOND_NS

    def snapshot(self) -> Snapshot:
        """Show everything as it stands; changes nothing."""
        return self._show(with_series=False)

    def series_snapshot(self) -> Snapshot:
        """Show what metrics are made of: all counters, and the calls that have series only.

        Where many more calls are under way than have series it takes a fraction of the time, and of
        the memory.
        """
        return self._show(with_series=True)

    def chosen_calls(self, choose: Choose) -> ChosenCalls:
        """Show the calls that `choose` chooses by what it is told of all in brief.

        The lock is free while it does: what is shown is how they stand when it has.
        """
        parts, pbx = self._parts, self._pbx.parts
        with no_collection():
            with self._lock:
                calls = list(parts.calls.calls)
                copies = copy_briefs(calls, parts, pbx.streams, taken_ns=self._now_ns)
            chosen = [copies.calls[position] for position in choose(call_briefs(copies))]
            with self._lock:
                picture = picture_chosen(chosen, parts, pbx, taken_ns=self._now_ns)
            return view_chosen(picture)

    def _show(self, *, with_series: bool) -> Snapshot:
        began_s = time.perf_counter()
        with no_collection():
            with self._lock:
                picture = take_picture(
                    self._parts,
                    self._pbx,
                    taken_ns=self._now_ns,
                    over=self._over,
                    call_limit=self._call_limit,
                    with_series=with_series,
                )
            return develop(picture, self._parts, own=self.own, began_s=began_s)

    def _roll(self, source: Source, now_ns: int) -> None:
        """Close the window of a source; `now_ns` is the time of the frame that waits for it."""
        with self._lock:
            self._windows.roll(source, now_ns)
            self._settle()

    def _pass_time(self, now_ns: int) -> None:
        self._now_ns = max(self._now_ns, now_ns)
        if self._now_ns >= self._next_tick_ns:
            self._next_tick_ns = self._now_ns + SECOND_NS
            self._parts.calls.tick(self._now_ns)
            self._parts.reports.pass_time(self._now_ns)
            if self._pbx.pass_time(self._now_ns):
                self._settle()
            self._news.take_from_calls()
            if self._parts.admission.is_full:
                self._parts.admission.keep_only(self._parts.calls.calls)

    def _settle(self) -> None:
        """Judge the calls that ended with their last windows, and forget those that have left."""
        self._news.take_from_calls()
        self._parts.book.rate_ended()
        self._parts.admission.keep_only(self._parts.calls.calls)
        self._parts.reports.keep_only(self._parts.calls.calls)


def first_from(time_ns: int, stamps_ns: NDArray[np.int64], start: int, end: int) -> int:
    """The position from `start` on of the first frame that is not before `time_ns`, else `end`."""
    is_due = stamps_ns[start:end] >= time_ns
    first = int(is_due.argmax())
    return start + first if is_due[first] else end
