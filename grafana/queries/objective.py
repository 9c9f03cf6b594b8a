"""The objective: which share of windows has to be good, and what is left of the allowance."""

from __future__ import annotations

from grafana.promql import increase, lowest, ratio
from qos_exporter.rules.thresholds import DEFAULTS

PERIOD = "30d"
ALLOWANCE = round(1 - DEFAULTS.good_windows_min, 6)
"""The share of windows that may be less than good."""


def good_share(*by: str, over: str) -> str:
    """Good windows of all that were scored within a time."""
    good = increase("voip_windows_total", 'result="good"', over=over)
    scored = increase("voip_windows_total", 'result!="unscored"', over=over)
    return lowest(ratio(good, scored, *by), *by)


def budget_left(*by: str, over: str = PERIOD) -> str:
    """What is left of the allowance: 1 is all of it, 0 nothing, less than 0 too much was used."""
    return f"1 - (1 - {good_share(*by, over=over)}) / {ALLOWANCE}"
