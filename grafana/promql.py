"""The few forms of PromQL that the dashboards are made of.

Several exporters may hear the same call (two taps of one line), so no figure is ever a sum over
exporters: everything is worked out for each of them alone, then the worst or the largest is shown.
"""

from __future__ import annotations

TAP = ("job", "instance")
"""The labels that tell exporters apart."""
ROUTE = ("src_network", "dst_network")
PATH = (*ROUTE, "direction")
"""The labels of a path: where media come from, where they go, and whose side of the call it is."""

OF_TAP = ('job=~"$job"', 'instance=~"$instance"')
"""What restricts every query to the chosen exporters."""
OF_PATH = (
    *OF_TAP,
    'src_network=~"$src_network"',
    'dst_network=~"$dst_network"',
    'codec=~"$codec"',
    'scale=~"$scale"',
)
"""What restricts a query of an aggregate to everything that was chosen."""

RATE_INTERVAL = "$__rate_interval"


def select(metric: str, *matchers: str, of: tuple[str, ...] = OF_PATH) -> str:
    """Select the series of a metric."""
    return f"{metric}{{{', '.join((*of, *matchers))}}}"


def rate(metric: str, *matchers: str, of: tuple[str, ...] = OF_PATH, ago: str = "") -> str:
    """Give the growth of a counter per second, now or some time ago."""
    offset = f" offset {ago}" if ago else ""
    return f"rate({select(metric, *matchers, of=of)}[{RATE_INTERVAL}]{offset})"


def increase(
    metric: str, *matchers: str, over: str = RATE_INTERVAL, of: tuple[str, ...] = OF_PATH
) -> str:
    """Give the growth of a counter within a time."""
    return f"increase({select(metric, *matchers, of=of)}[{over}])"


def for_each_tap(vector: str, *by: str) -> str:
    """Add up what one exporter says, by further labels."""
    return f"sum by ({', '.join(dict.fromkeys((*TAP, *by)))}) ({vector})"


def highest(vector: str, *by: str) -> str:
    """Give the highest value, of all or for each combination of labels."""
    return f"max{_by(by)} ({vector})"


def lowest(vector: str, *by: str) -> str:
    """Give the lowest value, of all or for each combination of labels."""
    return f"min{_by(by)} ({vector})"


def ratio(part: str, whole: str, *by: str) -> str:
    """Divide what one exporter has added up; absent where the whole is nothing."""
    return f"{for_each_tap(part, *by)} / ({for_each_tap(whole, *by)} > 0)"


def share(parts: str, whole: str) -> str:
    """Divide each of several parts by what they are parts of, exporter for exporter."""
    return f"{parts} / on ({', '.join(TAP)}) group_left () ({whole} > 0)"


def quantile(order: float, buckets: str, *by: str) -> str:
    """Give a quantile of the growth of a histogram's buckets in one exporter.

    Without observations Prometheus gives NaN; the comparison makes that absent.
    """
    return f"histogram_quantile({order}, {for_each_tap(buckets, 'le', *by)}) >= 0"


def _by(labels: tuple[str, ...]) -> str:
    return f" by ({', '.join(labels)})" if labels else ""
