"""Look-up of codecs by what SDP says of them, and by position for arrays of windows."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from qos_exporter.quality.arrays import FloatArray
from qos_exporter.quality.codec import Codec
from qos_exporter.quality.fmtp import VARIANTS, parse_parameters
from qos_exporter.quality.scale import SCALE_NAMES

NO_CODEC = -1
"""The index of a codec that has no row."""

ANY_CLOCK_RATE = 0
"""The clock rate of a row that fits whatever clock SDP gives, and of a stream without SDP."""

ALIASES = {
    "AAL2-G726-16": "G726-16",
    "AAL2-G726-24": "G726-24",
    "AAL2-G726-32": "G726-32",
    "AAL2-G726-40": "G726-40",
}
"""RFC 3551 encodings that differ only in the order of bits in a byte."""

CLOCK_INDIFFERENT = frozenset({"G722"})
"""Encodings with so common a mistake in the `rtpmap` clock (16000) that it means nothing."""


class CodecTable:
    """An immutable set of codec rows; the position of a row is its index in arrays."""

    __slots__ = ("_by_encoding", "_by_name", "bpl", "delay_ms", "ie", "rows", "scale", "scored")

    rows: tuple[Codec, ...]
    ie: FloatArray
    """The columns below have one element per row, and a last one that `NO_CODEC` points at."""
    bpl: FloatArray
    delay_ms: FloatArray
    scale: NDArray[np.int8]
    """Positions in `SCALES`."""
    scored: NDArray[np.bool_]

    def __init__(self, rows: Iterable[Codec]) -> None:
        self.rows = tuple(rows)
        self._by_name = {row.name.upper(): index for index, row in enumerate(self.rows)}
        self._by_encoding: dict[str, list[int]] = {}
        for index, row in enumerate(self.rows):
            self._by_encoding.setdefault(row.encoding, []).append(index)
        self.ie = self._column(lambda row: row.ie)
        self.bpl = self._column(lambda row: row.bpl)
        self.delay_ms = self._column(lambda row: row.delay_ms)
        scales = [SCALE_NAMES.index(row.scale) for row in self.rows]
        self.scale = np.array([*scales, 0], dtype=np.int8)
        self.scored = np.array([*(row.is_scored for row in self.rows), False])

    def _column(self, value: Callable[[Codec], float]) -> FloatArray:
        return np.array([*map(value, self.rows), np.nan])

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all rows, in their order."""
        return tuple(row.name for row in self.rows)

    def by_name(self, name: str) -> Codec | None:
        """The row with this name, in whatever case."""
        index = self._by_name.get(name.upper())
        return None if index is None else self.rows[index]

    def index(self, codec: Codec | None) -> int:
        """The position of a row of this table; `NO_CODEC` for none."""
        return NO_CODEC if codec is None else self._by_name[codec.name.upper()]

    def find(self, encoding: str, clock_rate: int, fmtp: str = "") -> Codec | None:
        """The row for an `rtpmap` encoding (any case), its clock rate and its `fmtp` parameters.

        A clock rate of 0 is unknown and matches any. `None` where no row fits.
        """
        wanted = ALIASES.get(encoding.upper(), encoding.upper())
        rows = [
            row
            for row in (self.rows[index] for index in self._by_encoding.get(wanted, ()))
            if _clocks_fit(row, clock_rate)
        ]
        variant = VARIANTS.get(wanted)
        if variant is None:
            return rows[0] if rows else None
        name = variant(parse_parameters(fmtp))
        return next((row for row in rows if row.name == name), None)


def _clocks_fit(row: Codec, clock_rate: int) -> bool:
    return (
        row.encoding in CLOCK_INDIFFERENT
        or ANY_CLOCK_RATE in {row.clock_rate, clock_rate}
        or row.clock_rate == clock_rate
    )
