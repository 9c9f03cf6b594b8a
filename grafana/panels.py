"""The widgets that all dashboards are put together from.

A panel is a value that says what to show; `build` turns it into the panel of Grafana. Panels that
show the present ask for one instant, so that a figure that is gone shows as absent and not as its
last value.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from string import ascii_uppercase
from typing import ClassVar, TypeVar

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    dashboard,
    gauge,
    heatmap,
    prometheus,
    stat,
    table,
    timeseries,
)
from grafana_foundation_sdk.models import common as schema
from grafana_foundation_sdk.models import prometheus as formats
from grafana_foundation_sdk.models.dashboard import FieldColorModeId
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode

from grafana.columns import Column, overrides, transformations
from grafana.legends import directions_in_words
from grafana.limits import NONE, Steps
from grafana.links import Link
from grafana.looks import (
    by_thresholds,
    fixed_colour,
    last_value,
    legend,
    soft_top,
    threshold_lines,
    thresholds,
    tooltip,
)
from grafana.query import Query
from grafana.variables import DATASOURCE

Built = bargauge.Panel | gauge.Panel | heatmap.Panel | stat.Panel | table.Panel | timeseries.Panel
Builder = TypeVar(
    "Builder",
    bargauge.Panel,
    gauge.Panel,
    heatmap.Panel,
    stat.Panel,
    table.Panel,
    timeseries.Panel,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel(ABC):
    """What every panel has: what it asks, how it is explained, how values look."""

    title: str
    description: str
    queries: tuple[Query, ...]
    unit: str
    no_data: str
    """What stands there instead of nothing."""
    steps: Steps = NONE
    width: int = 8
    """Of the 24 columns of a dashboard."""
    height: int = 8
    decimals: int | None = None
    bottom: float | None = None
    top: float | None = None
    link: Link | None = None
    """Where a value leads to."""
    colours: tuple[tuple[str, str], ...] = ()
    """Colours of series by their names, where names mean good or bad."""

    instant: ClassVar[bool] = True
    """Whether the present is shown, and not how it came to that."""
    form: ClassVar[formats.PromQueryFormat] = formats.PromQueryFormat.TIME_SERIES

    @abstractmethod
    def build(self) -> Built:
        """Turn it into a panel of Grafana."""

    def dress(self, builder: Builder) -> Builder:
        """Give a panel of Grafana all that panels have in common."""
        builder.title(self.title).description(self.description).datasource(DATASOURCE)
        builder.unit(self.unit).no_value(self.no_data).thresholds(thresholds(self.steps))
        builder.span(self.width).height(self.height)
        for name, query in zip(ascii_uppercase, self.queries, strict=False):
            builder.with_target(self._target(name, query))
        if self.decimals is not None:
            builder.decimals(self.decimals)
        if self.bottom is not None:
            builder.min(self.bottom)
        if self.top is not None:
            builder.max(self.top)
        for name, colour in self.colours:
            builder.override_by_name(name, [fixed_colour(colour)])
        for transformation in directions_in_words(self.queries):
            builder.with_transformation(transformation)
        if self.link is not None:
            builder.data_links([dashboard.DashboardLink(self.link.title).url(self.link.url)])
        return builder

    def _target(self, name: str, query: Query) -> prometheus.Dataquery:
        target = (
            prometheus.Dataquery()
            .ref_id(name)
            .datasource(DATASOURCE)
            .expr(query.expr)
            .legend_format(query.legend)
            .format(self.form)
            .exemplar(query.exemplars)
        )
        return target.instant() if self.instant else target.range()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stat(Panel):
    """A few figures of right now, on the colour of their goodness."""

    width: int = 3
    height: int = 4
    with_name: bool = False
    """Whether the name of a series stands beside its value even where there is one only."""
    name_only: bool = False
    """Whether it stands in place of the value."""

    def build(self) -> stat.Panel:
        """Turn it into a panel of Grafana."""
        texts = schema.BigValueTextMode
        text = texts.VALUE_AND_NAME if self.with_name else texts.AUTO
        return (
            self.dress(stat.Panel())
            .color_scheme(by_thresholds())
            .color_mode(schema.BigValueColorMode.BACKGROUND)
            .graph_mode(schema.BigValueGraphMode.NONE)
            .text_mode(texts.NAME if self.name_only else text)
            .reduce_options(last_value())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge(Panel):
    """One figure of right now on a dial."""

    width: int = 6

    def build(self) -> gauge.Panel:
        """Turn it into a panel of Grafana."""
        return (
            self.dress(gauge.Panel())
            .color_scheme(by_thresholds())
            .show_threshold_markers(show_threshold_markers=True)
            .reduce_options(last_value())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars(Panel):
    """Figures of right now beside each other, the longest bar being the largest."""

    def build(self) -> bargauge.Panel:
        """Turn it into a panel of Grafana."""
        return (
            self.dress(bargauge.Panel())
            .color_scheme(by_thresholds())
            .display_mode(schema.BarGaugeDisplayMode.BASIC)
            .orientation(schema.VizOrientation.HORIZONTAL)
            .name_placement(schema.BarGaugeNamePlacement.TOP)
            .show_unfilled(show_unfilled=True)
            .reduce_options(last_value())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Panel):
    """Rows of right now: labels, and the value of each query, in columns."""

    columns: tuple[Column, ...]
    sorted_by: str
    """The title of a column."""
    descending: bool = False
    unit: str = "short"
    form: ClassVar[formats.PromQueryFormat] = formats.PromQueryFormat.TABLE

    def build(self) -> table.Panel:
        """Turn it into a panel of Grafana."""
        built = self.dress(table.Panel()).show_header(show_header=True).filterable(filterable=False)
        order = common.TableSortByFieldState().display_name(self.sorted_by).desc(self.descending)
        built.sort_by([order]).cell_height(schema.TableCellHeight.SM)
        for transformation in transformations(self.columns, queries=len(self.queries)):
            built.with_transformation(transformation)
        for column in self.columns:
            built.override_by_name(column.title, overrides(column))
        return built


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines(Panel):
    """Figures over time."""

    width: int = 12
    stacked: bool = False
    bars: bool = False
    interval: str = ""
    """The least time between two points."""
    points: bool = False
    """Whether every single value is marked."""
    instant: ClassVar[bool] = False

    def build(self) -> timeseries.Panel:
        """Turn it into a panel of Grafana."""
        built = (
            self.dress(timeseries.Panel())
            .color_scheme(dashboard.FieldColor().mode(FieldColorModeId.PALETTE_CLASSIC))
            .draw_style(schema.GraphDrawStyle.BARS if self.bars else schema.GraphDrawStyle.LINE)
            .line_width(1)
            .fill_opacity(40 if self.stacked or self.bars else 0)
            .show_points(
                schema.VisibilityMode.ALWAYS if self.points else schema.VisibilityMode.AUTO
            )
            .span_nulls(span_nulls=False)
            .legend(legend())
            .tooltip(tooltip())
            .thresholds_style(threshold_lines(self.steps))
        )
        reach = soft_top(self.steps, self.unit)
        if reach is not None and self.top is None:
            built.axis_soft_max(reach)
        if self.stacked:
            built.stacking(common.StackingConfig().mode(schema.StackingMode.NORMAL))
        return built.interval(self.interval) if self.interval else built


@dataclass(frozen=True, slots=True, kw_only=True)
class Heatmap(Panel):
    """How often each value occurred, over time; single calls are marked where they are known."""

    repeat: str = ""
    """A variable; the panel is shown once for each of its values."""
    interval: str = ""
    instant: ClassVar[bool] = False
    form: ClassVar[formats.PromQueryFormat] = formats.PromQueryFormat.HEATMAP

    def build(self) -> heatmap.Panel:
        """Turn it into a panel of Grafana."""
        scheme = heatmap.HeatmapColorOptions().mode(HeatmapColorMode.SCHEME).scheme("Oranges")
        axis = heatmap.YAxisConfig().unit(self.unit).axis_placement(schema.AxisPlacement.LEFT)
        built = (
            self.dress(heatmap.Panel())
            .calculate(calculate=False)
            .color(scheme.steps(64).exponent(0.5).fill("dark-orange").reverse(reverse=False))
            .y_axis(axis)
            .cell_values(heatmap.CellValues().unit("short").decimals(0))
            .exemplars_color("rgba(255,0,255,0.7)")
            .tooltip(heatmap.HeatmapTooltip().mode(schema.TooltipDisplayMode.SINGLE))
        )
        if self.repeat:
            built.repeat(self.repeat).repeat_direction("h").max_per_row(3)
        return built.interval(self.interval) if self.interval else built
