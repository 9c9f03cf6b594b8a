"""Ways from one dashboard to another, and from a value to the call or path that it is of."""

from __future__ import annotations

from dataclasses import dataclass

from grafana_foundation_sdk.builders.dashboard import DashboardLink
from grafana_foundation_sdk.models.dashboard import DashboardLinkType

from grafana.names import CALL, PATHS, TAG, Name

KEPT = "${__url_time_range}&${datasource:queryparam}&${job:queryparam}&${instance:queryparam}"
"""What a link carries along: the time, the data source, the exporters."""


@dataclass(frozen=True, slots=True)
class Link:
    """A way that leads on from a value."""

    title: str
    url: str


TO_CALL = Link("Open this call", f"{CALL.path}?{KEPT}&var-call_id=${{__value.raw:percentencode}}")


TO_PATH = Link(
    "Open this path",
    f"{PATHS.path}?{KEPT}"
    "&var-src_network=${__field.labels.src_network:percentencode}"
    "&var-dst_network=${__field.labels.dst_network:percentencode}",
)
"""Leads from a series with the labels of a path to that."""


def to(name: Name) -> Link:
    """Lead to another dashboard, with everything that was chosen."""
    return Link(f"Open {name.title}", f"{name.path}?${{__url_time_range}}&${{__all_variables}}")


def to_path(source: str, destination: str) -> Link:
    """Lead to one path; the names of the columns that hold its two networks are given."""
    return Link(
        "Open this path",
        f"{PATHS.path}?{KEPT}"
        f'&var-src_network=${{__data.fields["{source}"]:percentencode}}'
        f'&var-dst_network=${{__data.fields["{destination}"]:percentencode}}',
    )


def between_dashboards() -> DashboardLink:
    """List all dashboards of this project at the top; time and variables go along."""
    return (
        DashboardLink("VoIP quality")
        .type(DashboardLinkType.DASHBOARDS)
        .tags([TAG])
        .as_dropdown(as_dropdown=False)
        .include_vars(include_vars=True)
        .keep_time(keep_time=True)
        .icon("external link")
    )
