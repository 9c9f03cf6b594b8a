"""The columns of tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from grafana_foundation_sdk.models.dashboard import DataTransformerConfig, DynamicConfigValue

from grafana.limits import Steps
from grafana.links import Link

TEXT = "string"
DIRECTIONS = {
    "caller_to_callee": "caller → callee",
    "callee_to_caller": "callee → caller",
    "unknown": "unknown",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: a label, or the value of a query."""

    title: str
    label: str = ""
    query: str = ""
    """The letter of the query whose values stand here: A is the first."""
    unit: str = TEXT
    decimals: int | None = None
    steps: Steps = ()
    link: Link | None = None
    texts: tuple[tuple[str, str], ...] = ()
    """What to show in place of values."""
    width: int | None = None

    def field(self, *, queries: int) -> str:
        """Give the name that Grafana has for it in a table of so many queries."""
        if self.label:
            return self.label
        return "Value" if queries == 1 else f"Value #{self.query}"


FROM = Column(title="From", label="src_network")
TO = Column(title="To", label="dst_network")
DIRECTION = Column(title="Direction", label="direction", texts=tuple(DIRECTIONS.items()), width=140)
SCALE = Column(title="Scale", label="scale", width=110)
CODEC = Column(title="Codec", label="codec", width=80)
CALLER = Column(title="Caller", label="caller")
CALLEE = Column(title="Callee", label="callee")


def transformations(
    columns: tuple[Column, ...], *, queries: int
) -> Iterator[DataTransformerConfig]:
    """Join the answers by their labels, and keep the columns, named and in order."""
    fields = [column.field(queries=queries) for column in columns]
    titles = [column.title for column in columns]
    yield DataTransformerConfig(id_val="merge", options={})
    yield DataTransformerConfig(id_val="filterFieldsByName", options={"include": {"names": fields}})
    yield DataTransformerConfig(
        id_val="organize",
        options={
            "excludeByName": {},
            "indexByName": {field: index for index, field in enumerate(fields)},
            "renameByName": dict(zip(fields, titles, strict=True)),
        },
    )


def overrides(column: Column) -> list[DynamicConfigValue]:
    """Say how the values of a column look."""
    found: dict[str, object] = {"unit": column.unit}
    if column.decimals is not None:
        found["decimals"] = column.decimals
    if column.width is not None:
        found["custom.width"] = column.width
    if column.steps:
        found["thresholds"] = {
            "mode": "absolute",
            "steps": [{"value": step.start, "color": step.colour} for step in column.steps],
        }
        found["custom.cellOptions"] = {"type": "color-background", "mode": "basic"}
    if column.link is not None:
        found["links"] = [{"title": column.link.title, "url": column.link.url}]
    if column.texts:
        options = {value: {"text": text} for value, text in column.texts}
        found["mappings"] = [{"type": "value", "options": options}]
    return [DynamicConfigValue(id_val=name, value=value) for name, value in found.items()]
