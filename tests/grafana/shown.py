"""The dashboards as their files have them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from grafana import files
from tests.conftest import CHECKOUT
from tests.grafana.promql import Reading, read

FOLDER = CHECKOUT / "grafana" / "dashboards"
DASHBOARDS: dict[str, Any] = {
    path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))
}
"""By the names of their files."""

VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")


@dataclass(frozen=True, slots=True)
class ShownPanel:
    """A panel, and the dashboard that it is on."""

    dashboard: str
    model: dict[str, Any]

    @property
    def name(self) -> str:
        """Say which panel it is."""
        return f"{self.dashboard}: {self.model['title']}"

    @property
    def is_table(self) -> bool:
        """Whether its figures are in columns."""
        return bool(self.model["type"] == "table")


@dataclass(frozen=True, slots=True)
class ShownQuery:
    """A query of a panel."""

    panel: ShownPanel
    letter: str
    expr: str
    target: dict[str, Any]

    @property
    def name(self) -> str:
        """Say which query it is."""
        return f"{self.panel.name}, {self.letter}"

    @property
    def reading(self) -> Reading:
        """Give what it asks."""
        return read(self.expr)


def panels() -> Iterator[ShownPanel]:
    """Give all panels of all dashboards, but not the headings."""
    for name, dashboard in DASHBOARDS.items():
        for model in dashboard["panels"]:
            if model["type"] != "row":
                yield ShownPanel(name, model)


def queries() -> Iterator[ShownQuery]:
    """Give all queries of all panels."""
    for panel in panels():
        for target in panel.model["targets"]:
            yield ShownQuery(panel, target["refId"], target["expr"], target)


def variables(dashboard: str) -> list[dict[str, Any]]:
    """Give the variables of a dashboard."""
    return [*DASHBOARDS[dashboard]["templating"]["list"]]


def replaced(text: str, values: dict[str, str]) -> str:
    """Put values in the place of variables; raises KeyError for one without a value."""
    return VARIABLE.sub(lambda found: values[found[1] or found[2]], text)


PANELS = tuple(panels())
QUERIES = tuple(queries())
UIDS = {dashboard["uid"] for dashboard in DASHBOARDS.values()}
BOARDS = {files.path_of(board).stem: board for board in files.BOARDS}
