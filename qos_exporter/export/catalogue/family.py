"""What there is to say about one metric family before it has any value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["counter", "gauge", "histogram", "info"]
Group = Literal["per-call", "aggregate", "exporter"]

TYPE_SUFFIXES: dict[Kind, str] = {"counter": "_total", "info": "_info"}
"""What OpenMetrics 1.0.0 adds to the name of a family to name its samples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One metric family: name, type and meaning, as rules and dashboards may rely on it."""

    name: str
    """The full name of its samples, for example `voip_calls_total`; a histogram's without
    `_bucket`, `_count` and `_sum`."""
    kind: Kind
    help: str
    """One sentence; it goes into the exposition and into docs/metrics.md."""
    group: Group
    unit: str = ""
    """Base unit (`seconds`, `bytes`, `ratio`, `packets`), empty for scores and counts of things."""
    labels: tuple[str, ...] = ()
    edges: tuple[float, ...] = ()
    """Upper edges of a histogram's buckets without +Inf."""

    @property
    def base_name(self) -> str:
        """The name without the suffix of its type: what OpenMetrics calls the family."""
        return self.name.removesuffix(TYPE_SUFFIXES.get(self.kind, ""))

    @property
    def exposed_unit(self) -> str:
        """The unit for OpenMetrics' UNIT line, which the family name has to end with."""
        return self.unit if self.unit and self.base_name.endswith(f"_{self.unit}") else ""
