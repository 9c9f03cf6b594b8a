"""The columns of the table of streams."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qos_exporter.export.text import printable
from qos_exporter.snapshot import Score, StreamView

ABSENT = "-"
SCALE_LETTERS = {"narrowband": "NB", "wideband": "WB", "fullband": "FB"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its title and how a stream fills it."""

    title: str
    cell: Callable[[StreamView], str]
    left: bool = False
    """Whether text stands at the left of the column; numbers stand at the right."""


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


COLUMNS = (
    Column("Rating", lambda stream: stream.rating or "unscored", left=True),
    Column("MOS", _mos_mean),
    Column("min", _mos_min),
    Column("on", lambda stream: SCALE_LETTERS.get(stream.scale or "", ABSENT), left=True),
    Column("Loss%", lambda stream: _share(stream.loss_ratio)),
    Column("Late%", lambda stream: _share(stream.discard_ratio)),
    Column("Jit/ms", _jitter_mean),
    Column("max", _jitter_max),
    Column("Pkts", lambda stream: str(stream.packets.received)),
    Column("Codec", lambda stream: printable(stream.codec or ABSENT), left=True),
)
"""What was measured: mean and worst MOS-LQ and its scale, the packets lost and those too late for
the playout buffer, mean and largest jitter. Short titles, so that a row with IPv4 endpoints fits
into 100 columns."""

ENDPOINTS = (
    Column("SSRC", lambda stream: f"{stream.ssrc:08X}", left=True),
    Column("Stream", lambda stream: f"{stream.src} > {stream.dst}", left=True),
)
"""Which stream it is; on a line of its own where the table would become too wide."""
