"""From counted streams to what is shown of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from qos_exporter.dataplane.rows import CLOCK_SOURCES
from qos_exporter.monitor.rows import HistoryRow, Totals
from qos_exporter.quality.burst import burst_ratio
from qos_exporter.quality.codec_table import NO_CODEC
from qos_exporter.quality.rating import REASONS, RESULTS, rating_name
from qos_exporter.snapshot import (
    PacketCounts,
    Score,
    Spread,
    StreamView,
    WindowCounts,
    WindowQuality,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qos_exporter.monitor.profiles import Profiles
    from qos_exporter.monitor.source import Source
    from qos_exporter.monitor.tracked import TrackedStream
    from qos_exporter.networks import Networks
    from qos_exporter.quality.codec_table import CodecTable

SECOND_NS = 1_000_000_000


class StreamViews:
    """Makes views of streams; everything it needs to know about their surroundings is here."""

    def __init__(self, codecs: CodecTable, profiles: Profiles, networks: Networks) -> None:
        self._codecs = codecs
        self._profiles = profiles
        self._networks = networks

    def use(self, codecs: CodecTable, networks: Networks) -> None:
        """Name codecs and networks anew."""
        self._codecs = codecs
        self._networks = networks

    def of(self, source: Source, streams: Sequence[TrackedStream]) -> list[StreamView]:
        """View streams that live in one source, all at once."""
        if not streams:
            return []
        slots = np.array([stream.slot for stream in streams], dtype=np.uint32)
        totals = map(Totals._make, source.kernel.totals(slots).tolist())
        history = map(HistoryRow._make, source.history.rows[slots].tolist())
        return [
            self._view(stream, counted, scored, source.name)
            for stream, counted, scored in zip(streams, totals, history, strict=True)
        ]

    def _view(
        self, stream: TrackedStream, totals: Totals, history: HistoryRow, interface: str
    ) -> StreamView:
        codec, scale = self._codec(stream, totals)
        mos_lq = score(history.mos_lq_sum, history.mos_lq_min, history.scored)
        expected = totals.expected
        return StreamView(
            call_id=stream.call.call_id if stream.call else None,
            direction=stream.direction.value,
            src=str(stream.src),
            dst=str(stream.dst),
            ssrc=stream.ssrc,
            payload_types=payload_types(totals.payload_types),
            codec=codec,
            clock_rate=totals.clock_rate or None,
            clock_source=CLOCK_SOURCES[totals.clock_source],
            scale=scale,
            src_network=self._networks.name_of(stream.src.address),
            dst_network=self._networks.name_of(stream.dst.address),
            interface=interface,
            first_s=totals.first_ns / SECOND_NS,
            last_s=totals.last_ns / SECOND_NS,
            packets=packet_counts(totals),
            loss_ratio=totals.lost / expected if expected else 0.0,
            discard_ratio=totals.discarded / expected if expected else 0.0,
            burst_ratio=float(
                burst_ratio(lost=totals.lost, loss_runs=totals.loss_runs, expected=expected)
            ),
            jitter=jitter(totals),
            delay_variation_max_s=totals.delay_variation_max_s if totals.clock_rate else None,
            mos_lq=mos_lq,
            mos_cq=score(history.mos_cq_sum, history.mos_cq_min, history.scored_cq),
            r_factor=score(history.r_factor_sum, history.r_factor_min, history.scored),
            rating=rating_name(mos_lq.mean if mos_lq else None),
            windows=WindowCounts(*history.windows),
            last_window=last_window(history),
            active=stream.final is None,
        )

    def _codec(self, stream: TrackedStream, totals: Totals) -> tuple[str | None, str | None]:
        """The codec's name and scale, each `None` where it is not known."""
        profile = self._profiles.number_of(stream.payloads)
        index = int(self._profiles.codec_index[profile, totals.payload_type])
        name = self._profiles.codec_name(profile, totals.payload_type)
        return name, None if index == NO_CODEC else self._codecs.rows[index].scale


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


def payload_types(bits: list[int]) -> tuple[int, ...]:
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
        jitter_s=history.jitter_s,
        jitter_max_s=history.jitter_max_s,
    )
