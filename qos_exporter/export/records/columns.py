"""The columns of the table of streams, and of the table of their calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from qos_exporter.export.records.call_numbers import NumberedCall, NumberedStream
from qos_exporter.export.records.width import shortened
from qos_exporter.export.text import printable
from qos_exporter.snapshot import Score, StreamView

Row = TypeVar("Row")

ABSENT = "-"
ARROWS = {"caller_to_callee": ">", "callee_to_caller": "<"}
LONGEST_PARTY = 19
"""Room for any telephone number. Of what is longer, such as a whole URI, the beginning is shown, so
that a row of the calls fits into 100 columns."""
LONGEST_CODEC = 19
"""Likewise: SDP may call a codec anything, and of one row all would become as wide."""
SCALE_LETTERS = {"narrowband": "NB", "wideband": "WB", "fullband": "FB"}


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column: its title and how a row fills it."""

    title: str
    cell: Callable[[Row], str]
    left: bool = False
    """Whether text stands at the left of the column; numbers stand at the right."""


def _shortened(name: str, longest: int) -> str:
    return shortened(printable(name) or ABSENT, longest)


def _codec(stream: StreamView) -> str:
    return _shortened(stream.codec or "", LONGEST_CODEC)


def _mos_mean(stream: StreamView) -> str:
    return _score(stream.mos_lq, "mean")


def _mos_min(stream: StreamView) -> str:
    return _score(stream.mos_lq, "min")


def _score(score: Score | None, part: str) -> str:
    return ABSENT if score is None else f"{getattr(score, part):.2f}"


def _share(ratio: float) -> str:
    return f"{100 * ratio:.2f}"


def _jitter_mean(stream: StreamView) -> str:
    return ABSENT if stream.jitter is None else f"{1000 * stream.jitter.mean:.1f}"


def _jitter_max(stream: StreamView) -> str:
    return ABSENT if stream.jitter is None else f"{1000 * stream.jitter.max:.1f}"


def _call_number(row: NumberedStream) -> str:
    if row.call_number is None:
        return ABSENT
    return f"{row.call_number}{ARROWS.get(row.stream.direction, ' ')}"


COLUMNS: tuple[Column[StreamView], ...] = (
    Column("Rating", lambda stream: stream.rating or "unscored", left=True),
    Column("MOS", _mos_mean),
    Column("min", _mos_min),
    Column("on", lambda stream: SCALE_LETTERS.get(stream.scale or "", ABSENT), left=True),
    Column("Loss%", lambda stream: _share(stream.loss_ratio)),
    Column("Late%", lambda stream: _share(stream.discard_ratio)),
    Column("Jit/ms", _jitter_mean),
    Column("max", _jitter_max),
    Column("Pkts", lambda stream: str(stream.packets.received)),
    Column("Codec", _codec, left=True),
)
"""What was measured: mean and worst MOS-LQ and its scale, the packets lost and those too late for
the playout buffer, mean and largest jitter. Short titles, so that a row with IPv4 endpoints fits
into 100 columns."""

CALL: tuple[Column[NumberedStream], ...] = (Column("Call", _call_number),)
"""Which call a stream belongs to, and whether it runs from its caller (`>`) or to him (`<`)."""

FAULT: tuple[Column[StreamView], ...] = (Column("Fault", lambda stream: stream.fault, left=True),)
"""On which side of the point of capture packets were lost or delayed unevenly, in words."""

ENDPOINTS: tuple[Column[StreamView], ...] = (
    Column("SSRC", lambda stream: f"{stream.ssrc:08X}", left=True),
    Column("Stream", lambda stream: f"{stream.src} > {stream.dst}", left=True),
)
"""Which stream it is; on a line of its own where the table would become too wide."""


def _party(name: str) -> str:
    return _shortened(name, LONGEST_PARTY)


def _parties(row: NumberedCall) -> str:
    return f"{_party(row.call.caller)} > {_party(row.call.callee)}"


def _start(row: NumberedCall) -> str:
    return datetime.fromtimestamp(row.call.start_s, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _round_trip(row: NumberedCall) -> str:
    trip = row.call.round_trip
    return ABSENT if trip is None else f"{1000 * trip.mean:.0f}"


def _fate(row: NumberedCall) -> str:
    words = (row.call.outcome or row.call.state, *row.call.anomalies)
    return ", ".join(words).replace("_", " ")


CALL_COLUMNS: tuple[Column[NumberedCall], ...] = (
    Column("Call", lambda row: str(row.number)),
    Column("Caller > callee", _parties, left=True),
    Column("Start (UTC)", _start, left=True),
    Column("Length/s", lambda row: f"{row.call.duration_s:.1f}"),
    Column("RTT/ms", _round_trip),
    Column("Outcome", _fate, left=True),
)
"""Who called whom, when, the mean round trip between them, and what became of it, with what was
wrong with the media."""

CALL_ID: tuple[Column[NumberedCall], ...] = (
    Column("Call-ID", lambda row: printable(row.call.call_id), left=True),
)
"""By what the log of the PBX knows it; on a line of its own where there is no room."""
