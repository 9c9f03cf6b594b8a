"""Reads the options of a pcapng interface description that say what its timestamps mean."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from qos_exporter.capture.faults import FormatError
from qos_exporter.units import SECOND_NS

_END_OF_OPTIONS = 0
_IF_TSRESOL = 9
_IF_TSOFFSET = 14

_OPTION_HEADER_SIZE = 4
_NANOSECOND_DIGITS = 9
_MOST_DIGITS = 28
"""A tick of 10**-28 s: 64 bits of them do not make up a nanosecond."""
_LARGEST_OFFSET_S = 2**32
"""136 years: no clock counts from a moment that is further from 1970."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOptions:
    """What a tick is: `multiplier / divisor` ns, or `2**-shift` s where `shift` is not 0.

    `offset_ns` is to be added to every timestamp.
    """

    multiplier: int = 1000
    divisor: int = 1
    shift: int = 0
    offset_ns: int = 0


def read_time_options(options: memoryview, order: str) -> TimeOptions:
    """Read if_tsresol and if_tsoffset (section 4.2); microseconds since 1970 without them."""
    multiplier, divisor, shift = 1000, 1, 0
    offset_ns = 0
    for code, value in _options(options, order):
        if code == _IF_TSRESOL:
            multiplier, divisor, shift = _tick(_field(value, "B"))
        elif code == _IF_TSOFFSET:
            offset_ns = _offset_ns(_field(value, order + "q"))
    return TimeOptions(multiplier=multiplier, divisor=divisor, shift=shift, offset_ns=offset_ns)


def _options(options: memoryview, order: str) -> Iterator[tuple[int, memoryview]]:
    position = 0
    while len(options) - position >= _OPTION_HEADER_SIZE:
        code, length = struct.unpack_from(order + "HH", options, position)
        if code == _END_OF_OPTIONS:
            return
        position += _OPTION_HEADER_SIZE
        if length > len(options) - position:
            raise FormatError("an option of an interface description is longer than its block")
        yield code, options[position : position + length]
        position += length + -length % 4


def _field(value: memoryview, layout: str) -> int:
    if len(value) != struct.calcsize(layout):
        raise FormatError("a time option of an interface description has a wrong length")
    (number,) = struct.unpack(layout, value)
    return int(number)


def _tick(resolution: int) -> tuple[int, int, int]:
    """Read the octet: the highest bit chooses the base, 2 or 10; the rest is minus the exponent."""
    exponent = resolution & 0x7F
    if resolution & 0x80 and exponent:
        return 0, 1, exponent
    if resolution & 0x80:
        return SECOND_NS, 1, 0
    if exponent > _MOST_DIGITS:
        return 0, 1, 0
    return (
        10 ** max(0, _NANOSECOND_DIGITS - exponent),
        10 ** max(0, exponent - _NANOSECOND_DIGITS),
        0,
    )


def _offset_ns(offset_s: int) -> int:
    if abs(offset_s) > _LARGEST_OFFSET_S:
        raise FormatError(f"an interface shifts its timestamps by {offset_s} s")
    return offset_s * SECOND_NS
