"""A dashboard around its panels: variables, links, annotations, rows, places."""

from __future__ import annotations

from dataclasses import dataclass

from grafana_foundation_sdk.builders.dashboard import Dashboard, Row
from grafana_foundation_sdk.models.dashboard import Dashboard as Model
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync

from grafana.annotations import alerts
from grafana.links import between_dashboards
from grafana.names import TAG, Name
from grafana.panels import Panel
from grafana.variables import Variables, shared


@dataclass(frozen=True, slots=True)
class Section:
    """Panels below a heading, from left to right; they fill lines of 24 columns."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A dashboard as data."""

    name: Name
    sections: tuple[Section, ...]
    since: str = "now-1h"
    refresh: str = "30s"
    hide_paths: bool = False
    """Whether the variables of paths have nothing to restrict here."""
    more_variables: Variables = ()

    def build(self) -> Model:
        """Turn it into a dashboard of Grafana; panels are numbered in reading order."""
        built = self._empty()
        number = 0
        for section in self.sections:
            number += 1
            built.with_row(Row(section.title).id(number))
            for panel in section.panels:
                number += 1
                built.with_panel(panel.build().id(number))
        return built.build()

    def _empty(self) -> Dashboard:
        variables = [*shared(hide_paths=self.hide_paths), *self.more_variables]
        return (
            Dashboard(self.name.title)
            .uid(self.name.uid)
            .description(self.name.description)
            .tags([TAG, "voip"])
            .readonly()
            .tooltip(DashboardCursorSync.CROSSHAIR)
            .time(self.since, "now")
            .refresh(self.refresh)
            .timezone("browser")
            .variables([*variables])
            .annotations([alerts()])
            .link(between_dashboards())
        )
