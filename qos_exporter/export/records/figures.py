"""JSON before it becomes text, and the figures that occur in many places of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from qos_exporter.snapshot import Score, Spread

Json: TypeAlias = "Mapping[str, Json] | Sequence[Json] | str | int | float | bool | None"
Fields: TypeAlias = dict[str, Json]


def spread_fields(spread: Spread | None) -> Json:
    """Give last, mean and largest value."""
    if spread is None:
        return None
    return {"last": spread.last, "mean": spread.mean, "max": spread.max}


def score_fields(score: Score | None) -> Json:
    """Give mean and worst value."""
    return None if score is None else {"mean": score.mean, "min": score.min}
