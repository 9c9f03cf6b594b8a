"""From counted streams to what is shown of them: copied at one moment, made into views later."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

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


class StreamFacts(NamedTuple):
    """What is known of a stream besides its numbers."""

    stream: TrackedStream
    """Only for what never changes in it: endpoints and SSRC."""
    call_id: str | None
    path: Path
    codec: CodecLabels
    active: bool
    reported: Reported | None


@dataclass(frozen=True, slots=True)
class StreamCopies:
    """Streams of one source, with everything of them that changes while they are counted."""

    interface: str
    facts: list[StreamFacts]
    totals: NDArray[np.void]
    history: NDArray[np.void]

    @property
    def serials(self) -> list[int]:
        """The serials of the streams."""
        return [fact.stream.serial for fact in self.facts]

    @property
    def is_active(self) -> NDArray[np.bool_]:
        """Whether each stream still runs."""
        return np.array([fact.active for fact in self.facts], dtype=bool)


def copy_streams(
    source: Source, streams: Sequence[TrackedStream], parts: Parts, *, active: bool = True
) -> StreamCopies:
    """Copy streams that live in one source; those of ended calls are not `active` in any case."""
    slots = np.array([stream.slot for stream in streams], dtype=np.uint32)
    totals, history = source.kernel.totals(slots), source.history.rows[slots]
    if source.clock.ahead_ns:
        show_by_clock(totals, history, source.clock.ahead_ns)
    facts = []
    for stream, payload_type in zip(streams, totals["payload_type"].tolist(), strict=True):
        call = stream.call
        facts.append(
            StreamFacts(
                stream,
                None if call is None else call.call_id,
                parts.paths[stream.path],
                parts.profiles.labels_of(stream.profile, payload_type),
                active and not (call is not None and call.is_ended),
                reports_of(stream),
            )
        )
    return StreamCopies(source.name, facts, totals, history)


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
        *identity(copies.facts, copies.interface, totals),
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
        [fact.active for fact in copies.facts],
        [fact.reported for fact in copies.facts],
        faults(copies),
        loss_bursts(totals),
        [RTP_SOURCE] * len(copies.facts),
    )


def identity(
    facts: Sequence[StreamFacts], interface: str, totals: NDArray[np.void]
) -> tuple[list[Any], ...]:
    """What the streams are, and when they were heard: the columns from `call_id` to `last_s`."""
    streams = [fact.stream for fact in facts]
    paths = [fact.path for fact in facts]
    return (
        [fact.call_id for fact in facts],
        [path.direction for path in paths],
        [str(stream.src) for stream in streams],
        [str(stream.dst) for stream in streams],
        [stream.ssrc for stream in streams],
        list(map(payload_types, bitmaps(totals["payload_types"]))),
        [fact.codec.codec for fact in facts],
        [rate or None for rate in totals["clock_rate"].tolist()],
        names(totals["clock_source"], CLOCK_SOURCES),
        [fact.codec.scale for fact in facts],
        [path.src_network for path in paths],
        [path.dst_network for path in paths],
        [interface] * len(facts),
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
        fault_of(fact.reported, tap_loss_ratio=loss_ratio, tap_jitter_s=jitter_s)
        for fact, loss_ratio, jitter_s in zip(
            copies.facts,
            quotients(totals["lost"], totals["expected"]),
            timed.tolist(),
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
