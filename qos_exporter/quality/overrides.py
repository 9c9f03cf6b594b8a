"""What the operator says about codecs, put over the built-in table."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from qos_exporter.errors import ConfigError
from qos_exporter.quality.codec import BPL_WITHOUT_CONCEALMENT, OPERATOR, Codec
from qos_exporter.quality.codec_table import ALIASES, ANY_CLOCK_RATE, CodecTable
from qos_exporter.quality.codecs import DEFAULT_CODECS
from qos_exporter.quality.scale import IE_CEILINGS, SCALE_NAMES

T = TypeVar("T")

CONCEALMENT_OPTIONAL = frozenset({"PCMU", "PCMA"})
"""The codecs for which G.113 has a value with and one without loss concealment."""

_NEW_ROW_FIELDS = ("scale", "ie", "bpl")
_SOURCE = "configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodecOverride:
    """Values for one codec; `None` keeps what the table has.

    `name` is that of a row, or an encoding of SDP (which means all its rows). A name that is
    neither makes a new row for that encoding, and needs `scale`, `ie` and `bpl`.
    """

    name: str
    scale: str | None = None
    ie: float | None = None
    bpl: float | None = None


def operator_codecs(overrides: Iterable[CodecOverride] = (), *, plc: bool = True) -> CodecTable:
    """The built-in table, without loss concealment where `plc` says so, under `overrides`."""
    table = DEFAULT_CODECS if plc else without_concealment(DEFAULT_CODECS)
    return with_overrides(table, overrides)


def without_concealment(table: CodecTable) -> CodecTable:
    """The table for receivers that play silence in place of a lost G.711 packet."""
    return CodecTable(
        replace(row, bpl=BPL_WITHOUT_CONCEALMENT, source="G.113 App. I: G.711, nothing concealed")
        if row.name in CONCEALMENT_OPTIONAL
        else row
        for row in table.rows
    )


def with_overrides(table: CodecTable, overrides: Iterable[CodecOverride]) -> CodecTable:
    """A table with the operator's values; `ConfigError` names what cannot be used, and why."""
    rows = {row.name.upper(): row for row in table.rows}
    for override in overrides:
        for row in _meant(rows, override):
            rows[row.name.upper()] = _checked(_with_values(row, override))
    return CodecTable(rows.values())


def _meant(rows: dict[str, Codec], override: CodecOverride) -> list[Codec]:
    """The rows that an override speaks of: one by its name, else all of an encoding, or a new."""
    key = ALIASES.get(override.name.upper(), override.name.upper())
    if key in rows:
        return [rows[key]]
    return [row for row in rows.values() if row.encoding == key] or [_blank(override)]


def _blank(override: CodecOverride) -> Codec:
    missing = [name for name in _NEW_ROW_FIELDS if getattr(override, name) is None]
    if missing:
        raise ConfigError(f"codec {override.name!r} is not built in and needs {', '.join(missing)}")
    return Codec(
        name=override.name,
        encoding=override.name.upper(),
        clock_rate=ANY_CLOCK_RATE,
        scale="",
        frame_ms=20.0,
        provenance=OPERATOR,
        source=_SOURCE,
    )


def _given(value: T | None, kept: T) -> T:
    return kept if value is None else value


def _with_values(row: Codec, override: CodecOverride) -> Codec:
    return replace(
        row,
        scale=_given(override.scale, row.scale),
        ie=_given(override.ie, row.ie),
        bpl=_given(override.bpl, row.bpl),
        provenance=OPERATOR,
        source=_SOURCE,
    )


def _checked(row: Codec) -> Codec:
    """The row if the E-model can work with it."""
    if row.scale not in SCALE_NAMES:
        raise ConfigError(
            f"codec {row.name!r}: scale is {row.scale!r}, not one of {', '.join(SCALE_NAMES)}"
        )
    if math.isnan(row.ie) != math.isnan(row.bpl):
        raise ConfigError(f"codec {row.name!r} needs both ie and bpl")
    ceiling = float(IE_CEILINGS[SCALE_NAMES.index(row.scale)])
    if row.ie < 0.0 or row.ie >= ceiling:
        raise ConfigError(f"codec {row.name!r}: ie is {row.ie:g}, not from 0 to below {ceiling:g}")
    if row.bpl <= 0.0:
        raise ConfigError(f"codec {row.name!r}: bpl is {row.bpl:g}, not above 0")
    return row
