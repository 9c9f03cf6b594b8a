"""Numbers as Prometheus and its client libraries write them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

LONGEST_PLAIN_DIGITS = 6
"""Digits before the point from which on Go's shortest form has an exponent."""
PLAIN_BELOW = 10.0**LONGEST_PLAIN_DIGITS


def number_text(value: float) -> str:
    """Write a number so that it reads back exactly, with the exponents that Go would use.

    `1000000` becomes `1e+06` and 1732175999.5 becomes `1.7321759995e+09`, but only for positive
    numbers: that is how the client library of Python spells them, and series of one name must not
    depend on which of the two wrote them.
    """
    number = float(value)
    if -PLAIN_BELOW < number < PLAIN_BELOW:
        return repr(number)
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else ("+Inf" if number > 0 else "-Inf")
    text = repr(number)
    point = text.find(".")
    if point <= LONGEST_PLAIN_DIGITS or number < 0:
        return text
    mantissa = f"{text[0]}.{text[1:point]}{text[point + 1 :]}".rstrip("0.")
    return f"{mantissa}e+{point - 1:02d}"


def number_texts(numbers: Sequence[float]) -> Iterable[str]:
    """Write many numbers, each different one once: counts and ratios of calls are often the same.

    Finding the shortest digits that read back exactly is what an exposition takes longest for.
    Zero loses its sign, as both zeros are the same number.
    """
    different = set(numbers)
    write = repr if _are_plain(different) else number_text
    # Adding to 0.0 makes a float of anything, and takes the sign from zero.
    texts = dict(zip(different, map(write, map((0.0).__add__, different)), strict=True))
    return map(texts.__getitem__, numbers)


def _are_plain(numbers: set[float]) -> bool:
    """Whether Python's own spelling of all of them, as floats, is the one that is wanted."""
    if not numbers or not math.isfinite(sum(numbers)):
        return False
    return min(numbers) > -PLAIN_BELOW and max(numbers) < PLAIN_BELOW
