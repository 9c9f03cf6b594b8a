"""From counted streams to what is shown of them: copied at one moment, made into views later."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from qos_exporter.dataplane.rows import CLOCK_SOURCES
from qos_exporter.monitor.reporting.views import fault_of, reported_view
from qos_exporter.monitor.rows import HistoryRow, Totals, tuples
from qos_exporter.quality.burst import burst_ratio
from qos_exporter.quality.rating import RATINGS, REASONS, RESULTS, rating_codes
from qos_exporter.snapshot import (
    PacketCounts,
    Score,
    Spread,
    StreamView,
    WindowCounts,
    WindowQuality,
)
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from qos_exporter.monitor.parts import Parts
    from qos_exporter.monitor.paths import Path
    from qos_exporter.monitor.profiles import CodecLabels
    from qos_exporter.monitor.source import Source
    from qos_exporter.monitor.tracked import TrackedStream
    from qos_exporter.snapshot import Reported

RATING_NAMES = dict(enumerate(RATINGS))


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
                reported_view(stream.reports),
            )
        )
    return StreamCopies(source.name, facts, totals, history)


def show_by_clock(totals: NDArray[np.void], history: NDArray[np.void], ahead_ns: int) -> None:
    """Turn packet time, which is ahead of the source's clock, into the time that this tells."""
    totals["first_ns"] -= ahead_ns
    totals["last_ns"] -= ahead_ns
    history["end_ns"][history["end_ns"] != 0] -= ahead_ns


class Derived(NamedTuple):
    """What follows from the numbers of a stream, worked out for all streams at once."""

    payload_types: tuple[int, ...]
    burst_ratio: float
    rating: str | None


def stream_views(copies: StreamCopies) -> list[StreamView]:
    """View the copied streams, all at once."""
    columns = zip(
        copies.facts,
        tuples(Totals, copies.totals),
        tuples(HistoryRow, copies.history),
        derive(copies.totals, copies.history),
        strict=True,
    )
    return [
        stream_view(fact, totals, history, derived, interface=copies.interface)
        for fact, totals, history, derived in columns
    ]


def derive(totals: NDArray[np.void], history: NDArray[np.void]) -> Iterator[Derived]:
    """Work out what follows from the numbers."""
    bursts = burst_ratio(
        lost=totals["lost"], loss_runs=totals["loss_runs"], expected=totals["expected"]
    )
    # Streams without a score have 0 / 0 here: NaN, which has no rating.
    scored = np.where(history["scored"] > 0, history["scored"], np.nan)
    codes = rating_codes(history["mos_lq_sum"] / scored)
    types = map(payload_types, bitmaps(totals["payload_types"]))
    ratings = map(RATING_NAMES.get, codes.tolist())
    return map(Derived, types, bursts.tolist(), ratings)


def stream_view(
    fact: StreamFacts, totals: Totals, history: HistoryRow, derived: Derived, *, interface: str
) -> StreamView:
    """View one stream."""
    stream, path = fact.stream, fact.path
    expected = totals.expected
    return StreamView(
        call_id=fact.call_id,
        direction=path.direction,
        src=str(stream.src),
        dst=str(stream.dst),
        ssrc=stream.ssrc,
        payload_types=derived.payload_types,
        codec=fact.codec.codec,
        clock_rate=totals.clock_rate or None,
        clock_source=CLOCK_SOURCES[totals.clock_source],
        scale=fact.codec.scale,
        src_network=path.src_network,
        dst_network=path.dst_network,
        interface=interface,
        first_s=totals.first_ns / SECOND_NS,
        last_s=totals.last_ns / SECOND_NS,
        packets=packet_counts(totals),
        loss_ratio=totals.lost / expected if expected else 0.0,
        discard_ratio=totals.discarded / expected if expected else 0.0,
        burst_ratio=derived.burst_ratio,
        jitter=jitter(totals),
        delay_variation_max_s=totals.delay_variation_max_s if totals.clock_rate else None,
        mos_lq=score(history.mos_lq_sum, history.mos_lq_min, history.scored),
        mos_cq=score(history.mos_cq_sum, history.mos_cq_min, history.scored_cq),
        r_factor=score(history.r_factor_sum, history.r_factor_min, history.scored),
        rating=derived.rating,
        windows=WindowCounts(*history.windows),
        last_window=last_window(history),
        active=fact.active,
        reported=fact.reported,
        fault=fault_of(totals, fact.reported),
    )


def packet_counts(totals: Totals) -> PacketCounts:
    """The packets of a stream by fate."""
    return PacketCounts(
        expected=totals.expected,
        received=totals.received,
        lost=totals.lost,
        duplicate=totals.duplicate,
        reordered=totals.reordered,
        discarded=totals.discarded,
    )


def jitter(totals: Totals) -> Spread | None:
    """Interarrival jitter; `None` where nothing could be timed."""
    if not totals.jitter_count:
        return None
    return Spread(totals.jitter_last_s, totals.jitter_mean_s, totals.jitter_max_s)


def score(total: float, lowest: float, count: int) -> Score | None:
    """Mean and minimum over scored windows; `None` where there was none."""
    return Score(total / count, lowest) if count else None


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


def known(value: float) -> float | None:
    """`None` for the NaN that stands for absent in arrays."""
    return None if math.isnan(value) else value


def last_window(history: HistoryRow) -> WindowQuality | None:
    """The last complete window of a stream, if it has had one."""
    if not history.end_ns:
        return None
    return WindowQuality(
        end_s=history.end_ns / SECOND_NS,
        result=RESULTS[history.result],
        reason=REASONS[history.reason],
        mos_lq=known(history.mos_lq),
        mos_cq=known(history.mos_cq),
        r_factor=known(history.r_factor),
        loss_ratio=history.loss_ratio,
        discard_ratio=history.discard_ratio,
        burst_ratio=history.burst_ratio,
        jitter_s=known(history.jitter_s),
        jitter_max_s=None if math.isnan(history.jitter_s) else history.jitter_max_s,
        round_trip_s=known(history.round_trip_s),
        reported_loss_ratio=known(history.reported_loss_ratio),
        reported_jitter_s=known(history.reported_jitter_s),
        downstream_loss_ratio=known(history.downstream_loss_ratio),
        downstream_jitter_s=known(history.downstream_jitter_s),
    )
