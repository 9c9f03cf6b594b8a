"""One query of a panel."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Query:
    """What to ask Prometheus, and what to call the answer."""

    expr: str
    legend: str = ""
    """Name of a series, with labels in double braces."""
    exemplars: bool = False
    """Whether to ask for single calls as well that fell into the buckets."""
