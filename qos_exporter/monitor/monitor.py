"""The owner of all mutable state: frames and time go in, snapshots come out.

Each source has a kernel of its own, which counts without this object's lock. The lock guards what
the sources share (calls, groups, histories); it is taken when a kernel has news, and to copy a
snapshot.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from qos_exporter.calls.events import DescriptionRejected
from qos_exporter.calls.registry import CallRegistry
from qos_exporter.dataplane.rows import FLAG_ENDED, FLAG_MUTED, STARTED
from qos_exporter.dataplane.settings import KernelSettings, PlayoutSettings
from qos_exporter.monitor.admission import Admission
from qos_exporter.monitor.call_book import CallBook
from qos_exporter.monitor.call_views import call_view
from qos_exporter.monitor.control import KernelControl
from qos_exporter.monitor.decoding import SignallingReader
from qos_exporter.monitor.exporter_views import OwnState, capture_views, exporter_view
from qos_exporter.monitor.group_views import group_views
from qos_exporter.monitor.groups import Groups
from qos_exporter.monitor.paths import Paths
from qos_exporter.monitor.profiles import Profiles
from qos_exporter.monitor.scoring import Scoring
from qos_exporter.monitor.source import Source
from qos_exporter.monitor.stream_views import StreamViews
from qos_exporter.monitor.tracked import TrackedStream, final_view
from qos_exporter.networks import Networks
from qos_exporter.quality.models import MODELS
from qos_exporter.quality.overrides import CodecOverride, operator_codecs
from qos_exporter.snapshot import Snapshot, TableView

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from qos_exporter.calls.call import Call
    from qos_exporter.dataplane.frames import FrameBatch
    from qos_exporter.monitor.source import CaptureStatus
    from qos_exporter.quality.codec_table import CodecTable
    from qos_exporter.settings import QualitySettings, Settings
    from qos_exporter.snapshot import CallView, StreamView

SECOND_NS = 1_000_000_000
FOREVER_NS = 1 << 62


def kernel_settings(settings: Settings, *, table_limit: int) -> KernelSettings:
    """What the kernels are told of the settings."""
    playout = settings.quality.playout
    return KernelSettings(
        table_limit=table_limit,
        window_ns=settings.quality.window_ns,
        idle_ns=settings.streams.expiry_ns,
        vlan_in_key=settings.streams.vlan_in_key,
        sip_ports=settings.sip.ports,
        playout=PlayoutSettings(
            adaptive=playout.mode == "adaptive",
            nominal_ns=playout.nominal_ns,
            min_ns=playout.min_ns,
            max_ns=playout.max_ns,
        ),
    )


def codec_table(quality: QualitySettings) -> CodecTable:
    """Put the operator's codecs over the built-in ones; raises ConfigError."""
    overrides = (
        CodecOverride(name=each.name, scale=each.scale, ie=each.ie, bpl=each.bpl)
        for each in quality.codecs
    )
    return operator_codecs(overrides, plc=quality.plc)


def named_networks(settings: Settings) -> Networks:
    """Make the look-up of network names."""
    return Networks((each.name, each.prefixes) for each in settings.networks)


class Monitor:
    """Follows the streams and calls of its sources.

    With `keep_all`, for capture files, tables grow without limit and streams stay in the snapshot
    after their end; otherwise a stream goes when it ends, and with its call.
    """

    def __init__(
        self, settings: Settings, sources: Sequence[str], *, keep_all: bool = False
    ) -> None:
        quality = settings.quality
        limit = 0 if keep_all else settings.streams.table_limit
        for_kernel = kernel_settings(settings, table_limit=limit)
        codecs = codec_table(quality)
        networks = named_networks(settings)
        self._lock = threading.Lock()
        self._sources = [Source(index, name, for_kernel) for index, name in enumerate(sources)]
        self._profiles = Profiles(codecs, (source.kernel for source in self._sources))
        self._paths = Paths(networks)
        self._admission = Admission(settings.calls)
        self._control = KernelControl(
            self._sources, profiles=self._profiles, paths=self._paths, admission=self._admission
        )
        self._groups = Groups(codecs, self._profiles, self._paths)
        self._scoring = Scoring(
            codecs, MODELS[quality.model], profiles=self._profiles, groups=self._groups
        )
        self._stream_views = StreamViews(codecs, self._profiles, networks)
        self._calls = CallRegistry(
            self._control,
            silence_timeout_ns=settings.calls.silence_timeout_ns,
            linger_ns=FOREVER_NS if keep_all else settings.calls.linger_ns,
            limit=limit or None,
        )
        self._signalling = SignallingReader()
        self._book = CallBook()
        self._keep_all = keep_all
        self._call_limit = limit
        self._over: list[TrackedStream] = []
        self._now_ns = 0
        self._next_tick_ns = 0
        self.own = OwnState()

    def watch(self, source: int, status: CaptureStatus) -> None:
        """Ask `status` how the capture of a source fares."""
        self._sources[source].status = status

    def reconfigure(self, settings: Settings) -> None:
        """Follow new settings without losing a call; raises ConfigError and changes nothing then.

        Networks, codecs, the quality model and the rules for series of their own can change.
        """
        codecs, networks = codec_table(settings.quality), named_networks(settings)
        with self._lock:
            self._paths.use(networks)
            self._profiles.use(codecs)
            self._groups.use(codecs)
            self._scoring.use(codecs, MODELS[settings.quality.model])
            self._stream_views.use(codecs, networks)
            self._admission.reconfigure(settings.calls)
            for source in self._sources:
                for stream in source.streams():
                    self._control.bind(stream)

    def ingest(self, source: int, batch: FrameBatch) -> None:
        """Count a batch of frames; only one thread may do so for the same source."""
        followed = self._sources[source]
        kernel = followed.kernel
        at = 0
        while at < batch.count:
            at = kernel.ingest(batch, at)
            if kernel.has_news:
                with self._lock:
                    self._take_news(followed, batch)
            if kernel.window_due:
                with self._lock:
                    self._roll(followed, int(batch.frames["timestamp_ns"][at]))
        with self._lock:
            self._pass_time(kernel.now_ns)

    def tick(self, source: int, now_ns: int) -> None:
        """Let time pass on a source that is silent."""
        followed = self._sources[source]
        with self._lock:
            if followed.kernel.pass_time(now_ns):
                self._roll(followed, now_ns)
            self._pass_time(now_ns)

    def restart(self, source: int) -> None:
        """End everything: the next frames belong to another recording."""
        with self._lock:
            self._calls.restart(self._now_ns)
            self._finish(self._sources[source])
            self._settle_calls()

    def finish(self) -> None:
        """End everything: no more frames will come."""
        with self._lock:
            self._calls.finish(self._now_ns)
            for source in self._sources:
                self._finish(source)
            self._settle_calls()

    def snapshot(self) -> Snapshot:
        """Show everything as it stands; changes nothing."""
        began = time.perf_counter()
        with self._lock:
            views = self._view_streams()
            calls = tuple(self._view_call(call, views) for call in self._calls.calls)
            groups = group_views(self._groups.sums, self._sources)
            totals = self._book.totals(
                active=sum(1 for call in calls if call.state != "ended"),
                series_dropped=self._admission.refused_total,
            )
            errors = tuple(
                (protocol, reason, count)
                for (protocol, reason), count in sorted(self._signalling.errors.items())
            )
        return Snapshot(
            taken_s=self._now_ns / SECOND_NS,
            calls=calls,
            streams=tuple(views.values()),
            groups=groups,
            totals=totals,
            captures=capture_views(self._sources),
            exporter=exporter_view(
                self._sources,
                errors=errors,
                tables=(self._call_table(limit=self._call_limit),),
                own=self.own,
                duration_s=time.perf_counter() - began,
            ),
        )

    def _take_news(self, source: Source, batch: FrameBatch) -> None:
        for event in source.kernel.events():
            if int(event["kind"]) == STARTED:
                self._start_stream(source, event)
        frames = source.kernel.slow_frames()
        for message, src, dst, at_ns in self._signalling.messages(frames, batch):
            self._calls.on_message(message, src=src, dst=dst, now_ns=at_ns)
        self._take_call_events()

    def _start_stream(self, source: Source, event: np.void) -> None:
        slot = int(event["slot"])
        if source.resume(slot):
            return
        stream = source.start(slot, int(event["serial"]), int(event["at_ns"]))
        self._calls.stream_started(stream, source.kernel.now_ns)
        self._control.bind(stream)

    def _take_call_events(self) -> None:
        for event in self._calls.drain():
            if isinstance(event, DescriptionRejected):
                self._signalling.errors["sdp", event.reason] += 1
            else:
                self._book.note_event(event)

    def _roll(self, source: Source, now_ns: int) -> None:
        """Close the open window of a source; `now_ns` is the time that has come instead."""
        end_ns = source.kernel.window_end_ns
        self._close(source, source.kernel.roll(now_ns), end_ns)
        self._settle_calls()

    def _finish(self, source: Source) -> None:
        rows = source.kernel.finish()
        self._close(source, rows, source.kernel.now_ns)

    def _close(self, source: Source, rows: NDArray[np.void], end_ns: int) -> None:
        for slot in self._scoring.close_window(source, rows, end_ns).tolist():
            stream = source.at(slot)
            if stream is not None and stream.call is not None:
                self._book.note_issue(stream.call)
                self._admission.has_degraded(stream.call)
        for row in rows[(rows["flags"] & FLAG_ENDED) != 0]:
            self._end_stream(source, row)

    def _end_stream(self, source: Source, row: np.void) -> None:
        slot, serial = int(row["slot"]), int(row["serial"])
        stream = source.at(slot)
        if stream is not None and stream.kernel_serial == serial:
            view = self._stream_views.of(source, [stream])[0]
            stream.final = replace(view, active=False)
            source.drop(slot)
            self._calls.stream_ended(stream, self._now_ns)
            if self._keep_all:
                self._over.append(stream)
        if not int(row["flags"]) & FLAG_MUTED:
            source.kernel.release(slot, serial)

    def _pass_time(self, now_ns: int) -> None:
        self._now_ns = max(self._now_ns, now_ns)
        if self._now_ns >= self._next_tick_ns:
            self._next_tick_ns = self._now_ns + SECOND_NS
            self._calls.tick(self._now_ns)
            self._take_call_events()

    def _settle_calls(self) -> None:
        """Judge the calls that ended, and forget those that have left."""
        self._take_call_events()
        for call in self._calls.calls:
            if call.anomalies:
                self._book.note_issue(call)
            if call.is_ended and all(final_view(each) is not None for each in call.streams):
                self._book.rate(call)
        self._admission.keep_only(self._calls.calls)
        self._book.keep_only(self._calls.calls)

    def _view_streams(self) -> dict[int, StreamView]:
        """Every visible stream by its serial, in order of appearance."""
        views: dict[int, StreamView] = {}
        for source in self._sources:
            live = list(source.streams())
            for stream, view in zip(live, self._stream_views.of(source, live), strict=True):
                views[stream.serial] = view
        gone = (stream for call in self._calls.calls for stream in call.streams)
        for each in (*self._over, *gone):
            view_at_end = final_view(each)
            if view_at_end is not None:
                views[each.serial] = view_at_end
        return dict(sorted(views.items()))

    def _call_table(self, *, limit: int) -> TableView:
        return TableView("calls", len(self._calls), limit, self._calls.evictions)

    def _view_call(self, call: Call, views: dict[int, StreamView]) -> CallView:
        return call_view(
            call,
            tuple(views[each.serial] for each in call.streams if each.serial in views),
            now_ns=self._now_ns,
            has_series=self._admission.is_admitted(call),
        )
