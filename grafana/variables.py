"""The choices at the top of the dashboards: the same on all, so that links can carry them along."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import DatasourceVariable, QueryVariable
from grafana_foundation_sdk.models.common import DataSourceRef
from grafana_foundation_sdk.models.dashboard import (
    VariableHide,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from grafana.promql import OF_TAP, select

DATASOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
ANYTHING = ".+"

TARGETS = "qos_exporter_build_info"
STREAMS = "voip_streams_active"
CALLS = "voip_call_info"

Variables = tuple[DatasourceVariable | QueryVariable, ...]


def shared(*, hide_paths: bool = False) -> Variables:
    """Make the variables of all dashboards; what does not apply is hidden, and kept for links."""
    hide = VariableHide.HIDE_VARIABLE if hide_paths else VariableHide.DONT_HIDE
    return (
        datasource(),
        label("job", "Job", TARGETS, of=()),
        label("instance", "Instance", TARGETS, of=OF_TAP[:1]),
        label("src_network", "From network", STREAMS, of=OF_TAP).hide(hide),
        label("dst_network", "To network", STREAMS, of=OF_TAP).hide(hide),
        label("codec", "Codec", STREAMS, of=OF_TAP).hide(hide),
        label("scale", "Scale", STREAMS, of=OF_TAP).hide(hide),
    )


def datasource() -> DatasourceVariable:
    """Choose among the Prometheus servers that Grafana knows."""
    return (
        DatasourceVariable("datasource")
        .label("Data source")
        .type("prometheus")
        .current(VariableOption(text="default", value="default"))
    )


def label(name: str, title: str, metric: str, *, of: tuple[str, ...]) -> QueryVariable:
    """Choose any number of values of a label."""
    everything = VariableOption(text=["All"], value=["$__all"])
    return (
        one_label(name, title, select(metric, of=of) if of else metric)
        .multi(multi=True)
        .include_all(include_all=True)
        .all_value(ANYTHING)
        .current(everything)
    )


def one_label(name: str, title: str, series: str) -> QueryVariable:
    """Choose one value of a label."""
    return (
        QueryVariable(name)
        .label(title)
        .datasource(DATASOURCE)
        .query(f"label_values({series}, {name})")
        .definition(f"label_values({series}, {name})")
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_CASE_INSENSITIVE_ASC)
    )
