"""From counted streams to what is shown of them: copied at one moment, made into views later."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from qos_exporter.dataplane.rows import CLOCK_SOURCES
from qos_exporter.monitor.burst_views import loss_bursts
from qos_exporter.monitor.columns import lists, names, quotients, seconds, tuples, where
from qos_exporter.monitor.reporting.views import fault_of, reports_of
from qos_exporter.monitor.window_views import last_windows, ratings, scores, window_counts
from qos_exporter.quality.burst import burst_ratio
from qos_exporter.snapshot import RTP_SOURCE, PacketCounts, Spread, StreamView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qos_exporter.monitor.parts import Parts
    from qos_exporter.monitor.paths import Path
    from qos_exporter.monitor.profiles import CodecLabels
    from qos_exporter.monitor.source import Source
    from qos_exporter.monitor.tracked import TrackedStream
    from qos_exporter.snapshot import Reported


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamCopies:
    """Streams of one source, with everything of them that changes while they are counted."""

    interface: str
    streams: list[TrackedStream]
    """Only for what never changes in them: serial, endpoints and SSRC."""
    call_ids: list[str | None]
    paths: list[Path]
    codecs: list[CodecLabels]
    active: list[bool]
    audio: list[bool]
    reported: list[Reported | None]
    totals: NDArray[np.void]
    history: NDArray[np.void]

    @property
    def serials(self) -> list[int]:
        """The serials of the streams."""
        return [stream.serial for stream in self.streams]


def copy_streams(
    source: Source, streams: list[TrackedStream], parts: Parts, *, active: bool = True
) -> StreamCopies:
    """Copy streams that live in one source; those of ended calls are not `active` in any case."""
    slots = np.array([stream.slot for stream in streams], dtype=np.uint32)
    totals, history = source.kernel.totals(slots), source.history.rows[slots]
    if source.clock.ahead_ns:
        show_by_clock(totals, history, source.clock.ahead_ns)
    calls = [stream.call for stream in streams]
    profiles = [stream.profile for stream in streams]
    return StreamCopies(
        interface=source.name,
        streams=streams,
        call_ids=[None if call is None else call.call_id for call in calls],
        paths=[parts.paths[stream.path] for stream in streams],
        codecs=list(map(parts.profiles.labels_of, profiles, totals["payload_type"].tolist())),
        active=[active and (call is None or not call.is_ended) for call in calls],
        audio=[stream.is_audio for stream in streams],
        reported=list(map(reports_of, streams)),
        totals=totals,
        history=history,
    )


def show_by_clock(totals: NDArray[np.void], history: NDArray[np.void], ahead_ns: int) -> None:
    """Turn packet time, which is ahead of the source's clock, into the time that this tells."""
    totals["first_ns"] -= ahead_ns
    totals["last_ns"] -= ahead_ns
    history["end_ns"][history["end_ns"] != 0] -= ahead_ns


def stream_views(copies: StreamCopies) -> list[StreamView]:
    """View the copied streams, all at once; the columns are the fields of a view, in order."""
    totals, history = copies.totals, copies.history
    return tuples(
        StreamView,
        *identity(copies),
        packet_counts(totals),
        quotients(totals["lost"], totals["expected"]),
        quotients(totals["discarded"], totals["expected"]),
        bursts(totals),
        jitters(totals),
        where(totals["clock_rate"].tolist(), totals["delay_variation_max_s"].tolist()),
        scores(history, "mos_lq", count="scored"),
        scores(history, "mos_cq", count="scored_cq"),
        scores(history, "r_factor", count="scored"),
        ratings(history),
        window_counts(history),
        last_windows(history),
        copies.active,
        copies.reported,
        faults(copies),
        loss_bursts(totals),
        [RTP_SOURCE] * len(copies.streams),
        copies.audio,
    )


def identity(copies: StreamCopies) -> tuple[Sequence[Any], ...]:
    """What the streams are, and when they were heard: the columns from `call_id` to `last_s`."""
    streams, paths, totals = copies.streams, copies.paths, copies.totals
    return (
        copies.call_ids,
        [path.direction for path in paths],
        [str(stream.src) for stream in streams],
        [str(stream.dst) for stream in streams],
        [stream.ssrc for stream in streams],
        list(map(payload_types, bitmaps(totals["payload_types"]))),
        [labels.codec for labels in copies.codecs],
        [rate or None for rate in totals["clock_rate"].tolist()],
        names(totals["clock_source"], CLOCK_SOURCES),
        [labels.scale for labels in copies.codecs],
        [path.src_network for path in paths],
        [path.dst_network for path in paths],
        [copies.interface] * len(streams),
        seconds(totals["first_ns"]),
        seconds(totals["last_ns"]),
    )


def packet_counts(totals: NDArray[np.void]) -> list[PacketCounts]:
    """The packets of the streams by fate."""
    return tuples(PacketCounts, *lists(totals, PacketCounts._fields))


def bursts(totals: NDArray[np.void]) -> list[float]:
    """The burst ratios of the streams."""
    ratios = burst_ratio(
        lost=totals["lost"], loss_runs=totals["loss_runs"], expected=totals["expected"]
    )
    plain: list[float] = ratios.tolist()
    return plain


def jitters(totals: NDArray[np.void]) -> list[Spread | None]:
    """Interarrival jitter; `None` where nothing could be timed."""
    fields = ("jitter_last_s", "jitter_mean_s", "jitter_max_s")
    return where(totals["jitter_count"].tolist(), tuples(Spread, *lists(totals, fields)))


def faults(copies: StreamCopies) -> list[str]:
    """On which side of the tap the streams were damaged."""
    totals = copies.totals
    timed = np.where(totals["jitter_count"] > 0, totals["jitter_mean_s"], 0.0)
    return [
        fault_of(
            reported,
            tap_loss_ratio=loss_ratio,
            tap_jitter_s=jitter_s,
            is_mixed=len(payload_types(bits)) > 1,
        )
        for reported, loss_ratio, jitter_s, bits in zip(
            copies.reported,
            quotients(totals["lost"], totals["expected"]),
            timed.tolist(),
            bitmaps(totals["payload_types"]),
            strict=True,
        )
    ]


def bitmaps(columns: NDArray[np.uint8]) -> list[bytes]:
    """The sixteen bytes of each row as one value; zeros at its end are left out."""
    packed: list[bytes] = np.ascontiguousarray(columns).view("S16").ravel().tolist()
    return packed


@lru_cache(1024)
def payload_types(bits: bytes) -> tuple[int, ...]:
    """The numbers whose bits are set, the first byte holding 0 to 7."""
    return tuple(
        8 * index + bit for index, byte in enumerate(bits) for bit in range(8) if byte >> bit & 1
    )
