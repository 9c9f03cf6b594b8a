"""From the streams of PBXs to what is shown of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from qos_exporter.dataplane.rows import CLOCK_SOURCES
from qos_exporter.monitor.reporting.views import spread
from qos_exporter.monitor.window_views import last_windows, ratings, scores, window_counts
from qos_exporter.reports.loss import NOTHING
from qos_exporter.snapshot import AMI_SOURCE, PacketCounts, StreamView, WindowCounts
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qos_exporter.monitor.paths import Path
    from qos_exporter.monitor.pbx.parts import PbxParts
    from qos_exporter.monitor.pbx.stream import PbxStream
    from qos_exporter.monitor.profiles import CodecLabels
    from qos_exporter.reports.loss import Loss
    from qos_exporter.snapshot import Spread


class StreamFacts(NamedTuple):
    """What is known of a stream at one moment, besides its windows."""

    stream: PbxStream
    """Only for what never changes in it: serial and endpoints."""
    ssrc: int
    call_id: str | None
    path: Path
    codec: CodecLabels
    clock_rate: int | None
    first_ns: int
    """As the machine's clock told it, and so is `last_ns`."""
    last_ns: int
    loss: Loss
    jitter: Spread | None
    active: bool


@dataclass(frozen=True, slots=True)
class PbxCopies:
    """Streams with everything of them that changes."""

    facts: list[StreamFacts]
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
    parts: PbxParts, streams: Sequence[PbxStream], *, active: bool = True
) -> PbxCopies:
    """Copy streams that are followed."""
    history = parts.streams.history.rows[[stream.slot for stream in streams]]
    history["end_ns"][history["end_ns"] != 0] -= parts.clock.ahead_ns
    return PbxCopies([_facts(parts, stream, active=active) for stream in streams], history)


def _facts(parts: PbxParts, stream: PbxStream, *, active: bool) -> StreamFacts:
    known = parts.profiles.format_of(stream.profile, stream.payload_type)
    return StreamFacts(
        stream=stream,
        ssrc=stream.ssrc,
        call_id=None if stream.call is None else stream.call.call_id,
        path=parts.paths[stream.path],
        codec=parts.profiles.labels_of(stream.profile, stream.payload_type),
        clock_rate=None if known is None else known.clock_rate,
        first_ns=stream.first_ns - parts.clock.ahead_ns,
        last_ns=stream.last_ns - parts.clock.ahead_ns,
        loss=stream.reports.reception.loss or NOTHING,
        jitter=spread(stream.reports.jitter),
        active=active and not (stream.call is not None and stream.call.is_ended),
    )


def pbx_views(copies: PbxCopies) -> list[StreamView]:
    """View the copied streams."""
    history = copies.history
    columns = zip(
        copies.facts,
        scores(history, "mos_lq", count="scored"),
        scores(history, "mos_cq", count="scored_cq"),
        scores(history, "r_factor", count="scored"),
        ratings(history),
        window_counts(history),
        last_windows(history),
        strict=True,
    )
    return [
        _identity(fact)._replace(
            mos_lq=mos_lq,
            mos_cq=mos_cq,
            r_factor=r_factor,
            rating=rating,
            windows=windows,
            last_window=last_window,
        )
        for fact, mos_lq, mos_cq, r_factor, rating, windows, last_window in columns
    ]


def _identity(fact: StreamFacts) -> StreamView:
    """View what the reports said, without scores."""
    stream, path = fact.stream, fact.path
    lost = max(0, fact.loss.lost)
    return StreamView(
        call_id=fact.call_id,
        direction=path.direction,
        src=str(stream.src),
        dst=str(stream.dst),
        ssrc=fact.ssrc,
        payload_types=(),
        codec=fact.codec.codec,
        clock_rate=fact.clock_rate,
        clock_source=CLOCK_SOURCES[0],
        scale=fact.codec.scale,
        src_network=path.src_network,
        dst_network=path.dst_network,
        interface=stream.server,
        first_s=fact.first_ns / SECOND_NS,
        last_s=fact.last_ns / SECOND_NS,
        packets=PacketCounts(fact.loss.expected, max(0, fact.loss.expected - lost), lost),
        loss_ratio=fact.loss.ratio,
        discard_ratio=0.0,
        burst_ratio=1.0,
        jitter=fact.jitter,
        delay_variation_max_s=None,
        mos_lq=None,
        mos_cq=None,
        r_factor=None,
        rating=None,
        windows=WindowCounts(),
        last_window=None,
        active=fact.active,
        source=AMI_SOURCE,
    )
