"""Columns of records, turned into lists of plain values: a list at a time, not a value at a time.

Ten thousand streams make hundreds of thousands of values, and a step in Python for each of them is
what a snapshot costs.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike, NDArray

V = TypeVar("V")
T = TypeVar("T", bound=NamedTuple)


def seconds(times_ns: NDArray[np.int64]) -> list[float]:
    """Times in seconds; divided as whole numbers, since a float does not hold nanoseconds."""
    return [time_ns / SECOND_NS for time_ns in times_ns.tolist()]


def where(present: Sequence[object], values: Sequence[V]) -> list[V | None]:
    """The values that are present; `None` for the others."""
    if all(present):
        return [*values]
    return [
        value if is_present else None for is_present, value in zip(present, values, strict=True)
    ]


def known(values: NDArray[np.float64]) -> list[float | None]:
    """Plain numbers; `None` for the NaN that stands for absent in arrays."""
    is_known = ~np.isnan(values)
    if not is_known.any():
        return [None] * len(values)
    return where(is_known.tolist(), values.tolist())


def names(codes: NDArray[np.uint8], of: Sequence[V]) -> list[V]:
    """What the codes stand for: their positions in `of`."""
    return [of[code] for code in codes.tolist()]


def tuples(kind: type[T], *columns: Iterable[object]) -> list[T]:
    """Make a value of each row of columns, in the order of its fields."""
    if len(columns) != len(kind._fields):
        raise TypeError(kind, len(columns))
    # What `kind._make` does for one row, without a step in Python for each.
    return list(map(partial(tuple.__new__, kind), zip(*columns, strict=True)))


def lists(rows: NDArray[np.void], fields: Iterable[str]) -> list[list[float]]:
    """The columns with these names."""
    return [rows[field].tolist() for field in fields]


def quotients(parts: ArrayLike, wholes: ArrayLike) -> list[float]:
    """Ratios; 0 where there is nothing to divide by."""
    whole = np.asarray(wholes, np.float64)
    quotient = np.zeros(len(whole))
    np.divide(parts, whole, out=quotient, where=whole > 0)
    plain: list[float] = quotient.tolist()
    return plain
