"""How panels look: colours, legends, tooltips, axes."""

from __future__ import annotations

from grafana_foundation_sdk.builders import common, dashboard
from grafana_foundation_sdk.models import common as schema
from grafana_foundation_sdk.models.dashboard import (
    DynamicConfigValue,
    FieldColorModeId,
    Threshold,
    ThresholdsMode,
)

from grafana.limits import TINY, Steps

SMALL_SHARE = 0.1
"""An axis of shares without limits reaches at least so far."""


def thresholds(steps: Steps) -> dashboard.ThresholdsConfig:
    """Say from which values on which colours are due."""
    colours = [Threshold(value=step.start, color=step.colour) for step in steps]
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(colours)


def soft_top(steps: Steps, unit: str) -> float | None:
    """How far an axis reaches at least: to where colours change, so that little looks little."""
    starts = [step.start for step in steps if step.start is not None]
    if starts:
        return max(starts) if max(starts) > TINY else 1
    return SMALL_SHARE if unit == "percentunit" else None


def threshold_lines(steps: Steps) -> common.GraphThresholdsStyleConfig:
    """Draw the values at which colours change, if there are any."""
    mode = schema.GraphThresholdsStyleMode
    return common.GraphThresholdsStyleConfig().mode(mode.DASHED if len(steps) > 1 else mode.OFF)


def fixed_colour(colour: str) -> DynamicConfigValue:
    """Draw in this colour whatever the value."""
    return DynamicConfigValue(id_val="color", value={"mode": "fixed", "fixedColor": colour})


def by_thresholds() -> dashboard.FieldColor:
    """Colour values by their thresholds."""
    return dashboard.FieldColor().mode(FieldColorModeId.THRESHOLDS)


def last_value() -> common.ReduceDataOptions:
    """Take the one value that an instant has."""
    return common.ReduceDataOptions().calcs(["lastNotNull"]).values(values=False)


def legend() -> common.VizLegendOptions:
    """Name the series below a graph."""
    return (
        common.VizLegendOptions()
        .show_legend(show_legend=True)
        .display_mode(schema.LegendDisplayMode.LIST)
        .placement(schema.LegendPlacement.BOTTOM)
    )


def tooltip() -> common.VizTooltipOptions:
    """Show all series where the pointer is, the highest first."""
    return (
        common.VizTooltipOptions()
        .mode(schema.TooltipDisplayMode.MULTI)
        .sort(schema.SortOrder.DESCENDING)
    )
