"""Alerts as marks on the time axis."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import AnnotationQuery

from grafana.variables import DATASOURCE

FIRING = (
    'ALERTS{alertstate="firing", component=~"voice|exporter", job=~"$job", '
    'instance=~"($instance)?", src_network=~"($src_network)?", dst_network=~"($dst_network)?"}'
)
"""The alerts of this project. One on a path has no instance, one on an exporter no path: what an
alert does not have is empty, and excludes it from nothing."""

EACH_ALERT = "alertname, instance, src_network, dst_network, direction, call_id"
NUMBER_FIRING = f"count(count by ({EACH_ALERT}) ({FIRING})) or vector(0)"
"""How many things are wrong: what is critical fires as a warning too, and counts once."""


def alerts() -> AnnotationQuery:
    """Mark the times at which alerts were firing."""
    return (
        AnnotationQuery()
        .name("Alerts")
        .datasource(DATASOURCE)
        .enable(enable=True)
        .expr(FIRING)
        .step("60s")
        .title_format("{{alertname}}")
        .text_format("{{severity}} {{src_network}} {{dst_network}} {{direction}} {{instance}}")
        .tag_keys("severity,alertname")
        .icon_color("red")
    )
