"""A histogram that many values are added to at once."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

import numpy as np

from qos_exporter.snapshot import Exemplar, Histogram

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class Tally:
    """Observations per bucket; a value on an edge belongs to the bucket below it, as `le` says."""

    def __init__(self, edges: Sequence[float]) -> None:
        self._steps = tuple(edges)
        self._edges = np.asarray(edges, dtype=np.float64)
        # A list and no array: single values are added far more often, each at a fifth of the cost.
        self._counts = [0] * (len(edges) + 1)
        self._sum = 0.0
        self._exemplars: list[Exemplar | None] = [None] * (len(edges) + 1)

    def add(self, values: NDArray[np.float64]) -> None:
        """Add values; NaN is no value."""
        known = values[~np.isnan(values)]
        if len(known):
            added = np.bincount(self.buckets_of(known), minlength=len(self._counts)).tolist()
            self._counts = [sum(each) for each in zip(self._counts, added, strict=True)]
            self._sum += float(known.sum())

    def add_one(self, value: float) -> None:
        """Add a single value."""
        self._counts[bisect_left(self._steps, value)] += 1
        self._sum += value

    def add_example(self, exemplar: Exemplar) -> None:
        """Add a single value, and keep it as the example for its bucket."""
        value = exemplar.value
        bucket = bisect_left(self._steps, value)
        self._counts[bucket] += 1
        self._sum += value
        self._exemplars[bucket] = exemplar

    def buckets_of(self, values: NDArray[np.float64]) -> NDArray[np.intp]:
        """Find the bucket of each value (no NaN among them)."""
        return np.searchsorted(self._edges, values, side="left")

    def set_exemplar(self, exemplar: Exemplar) -> None:
        """Keep one observation as the example for its bucket."""
        self._exemplars[bisect_left(self._steps, exemplar.value)] = exemplar

    def view(self) -> Histogram:
        """Copy it."""
        return Histogram(tuple(self._counts), self._sum, tuple(self._exemplars))
