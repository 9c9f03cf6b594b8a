"""The columns of tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from grafana_foundation_sdk.models.dashboard import DataTransformerConfig, DynamicConfigValue

from grafana import limits
from grafana.legends import DIRECTIONS
from grafana.limits import Steps
from grafana.links import Link

TEXT = "string"


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


ABSENT = {
    "type": "special",
    "options": {"match": "null+nan", "result": {"text": "-", "color": "transparent"}},
}
"""What is not known is neither good nor bad."""

FROM = Column(title="From", label="src_network", width=115)
TO = Column(title="To", label="dst_network", width=115)
DIRECTION = Column(title="Direction", label="direction", texts=tuple(DIRECTIONS.items()), width=130)
SCALE = Column(title="Scale", label="scale", width=105)
CODEC = Column(title="Codec", label="codec", width=70)
CALLER = Column(title="Caller", label="caller", width=110)
CALLEE = Column(title="Callee", label="callee", width=110)


def mos(query: str, title: str = "MOS", *, width: int = 70) -> Column:
    """Show a MOS."""
    return Column(title=title, query=query, unit="none", decimals=2, steps=limits.MOS, width=width)


def share_lost(query: str, title: str, *, width: int = 125) -> Column:
    """Show a share of the packets that were lost, or as good as lost."""
    return Column(
        title=title, query=query, unit="percentunit", decimals=1, steps=limits.LOSS, width=width
    )


def jitter(query: str) -> Column:
    """Show a jitter."""
    return Column(title="Jitter", query=query, unit="s", decimals=0, steps=limits.JITTER, width=80)


def round_trip(query: str) -> Column:
    """Show a round trip."""
    return Column(
        title="Round trip", query=query, unit="s", decimals=0, steps=limits.ROUND_TRIP, width=95
    )


def good_windows(query: str) -> Column:
    """Show a share of windows that were good."""
    return Column(
        title="Good",
        query=query,
        unit="percentunit",
        decimals=1,
        steps=limits.GOOD_WINDOWS,
        width=80,
    )


def streams(query: str) -> Column:
    """Show a number of streams."""
    return Column(title="Streams", query=query, unit="none", decimals=0, width=75)


def allowance(query: str) -> Column:
    """Show what is left of the allowance of the objective."""
    return Column(
        title="Allowance left",
        query=query,
        unit="percentunit",
        decimals=0,
        steps=limits.BUDGET,
        width=120,
    )


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
    if column.query:
        found["mappings"] = [ABSENT]
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
