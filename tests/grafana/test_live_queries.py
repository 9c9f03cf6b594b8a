"""Every query of the dashboards is answered by a Prometheus that scraped real exporters."""

from __future__ import annotations

import contextlib
import re
import shutil
import time
from collections import defaultdict
from collections.abc import Iterator

import pytest

from grafana.annotations import FIRING
from tests.grafana.shown import (
    DASHBOARDS,
    PANELS,
    QUERIES,
    ShownPanel,
    ShownQuery,
    replaced,
    variables,
)
from tests.grafana.stack import (
    DEMO,
    SECOND_TAP,
    SOFTPHONES,
    Prometheus,
    Series,
    asterisk_follower,
    exporter,
    prometheus,
    wait_for,
)

pytestmark = [pytest.mark.promtool, pytest.mark.slow]

CALL_ID = "5Svzo~oz67"
"""The call of the softphones."""
VALUES = {
    **dict.fromkeys(("job", "instance", "src_network", "dst_network", "codec", "scale"), ".+"),
    "call_id": CALL_ID,
    "__rate_interval": "20s",
    "__interval": "10s",
    "__range": "60s",
}
"""What Grafana would put in the place of variables."""
SEEN_S = 60.0

TOO_YOUNG = "Prometheus has no measurements of earlier weeks"
NO_ERRORS = "all messages of the captures are as their protocols want them"
ALL_MATCHED = "all reports of the captures are about streams that are in them too"
ALL_BELIEVED = "all round trips of the captures can be"
WITHOUT_DATA: dict[str, str] = {
    **{
        f"history: {title}, {letter}": TOO_YOUNG
        for title in (
            "Good windows, week by week",
            "Loss before the tap, week by week",
            "MOS, worst tenth, week by week",
        )
        for letter in "BC"
    },
    "exporter: Messages that break their protocol, A": NO_ERRORS,
    "exporter: Reports of the far ends, B": ALL_MATCHED,
    "exporter: Reports of the far ends, C": ALL_BELIEVED,
}
"""The queries that cannot have an answer here, each with its reason."""

ENOUGH = (
    'increase(voip_calls_rated_total{rating!="bad"}[1m]) > 0',
    "voip_call_mos_cq",
    "voip_reported_round_trip_seconds",
    "increase(voip_round_trip_seconds_count[1m]) > 2",
    'increase(voip_windows_total{result="degraded", scale="narrowband"}[1m]) > 0',
    "increase(voip_window_mos_lq_count{scale='fullband'}[1m]) > 1",
    "qos_exporter_ami_fault == 1",
    'process_cpu_seconds_total{job="prometheus"} > 0',
)
"""What has to be there before it is worth asking."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """A Prometheus that has seen a call end, and the reports of its far ends."""
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("prometheus is not installed")
    folder = tmp_path_factory.mktemp("stack")
    with contextlib.ExitStack() as stack:
        targets = [
            stack.enter_context(exporter(DEMO, folder / "demo")),
            stack.enter_context(asterisk_follower(folder / "asterisk")),
            stack.enter_context(exporter(SOFTPHONES, folder / "softphones")),
        ]
        found = stack.enter_context(prometheus(program, targets, folder / "prometheus"))
        wait_for(lambda: all(found.instant(expr) for expr in ENOUGH))
        yield found


def asked(server: Prometheus, query: ShownQuery) -> Series:
    """Ask a query as its panel does; an answer of nothing but NaN is none."""
    expr = replaced(query.expr, VALUES)
    if query.target["instant"]:
        return [one for one in server.instant(expr) if one["value"][1] != "NaN"]
    found = server.over(expr, seconds=SEEN_S)
    return [one for one in found if any(value != "NaN" for _, value in one["values"])]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_a_query_has_data_unless_it_cannot(server: Prometheus, query: ShownQuery) -> None:
    """Prometheus understands the query, and answers it, or there is a reason why it cannot."""
    found = asked(server, query)
    assert bool(found) == (query.name not in WITHOUT_DATA)
    labels = {*re.findall(r"\{\{(\w+)\}\}", query.target["legendFormat"])}
    for one in found:
        assert labels <= one["metric"].keys()


@pytest.mark.parametrize(
    "query",
    [query for query in QUERIES if query.name.startswith("exporter: ")],
    ids=lambda query: query.name,
)
def test_only_exporters_are_shown_as_exporters(server: Prometheus, query: ShownQuery) -> None:
    """What else Prometheus scrapes has a time of a scrape, a processor and so on as well."""
    exporters = {*server.values("qos_exporter_build_info", "instance")}
    shown = {one["metric"]["instance"] for one in asked(server, query)}
    assert shown <= exporters


def test_every_exception_is_a_query() -> None:
    """The list of queries without data names no query that is gone."""
    assert WITHOUT_DATA.keys() <= {query.name for query in QUERIES}


@pytest.mark.parametrize(
    "panel", [panel for panel in PANELS if panel.is_table], ids=lambda panel: panel.name
)
def test_rows_of_tables_have_their_labels(server: Prometheus, panel: ShownPanel) -> None:
    """The labels that are columns come with the answers, so no column is empty."""
    (organize,) = [one for one in panel.model["transformations"] if one["id"] == "organize"]
    columns = {
        field for field in organize["options"]["renameByName"] if not field.startswith("Value")
    }
    answered = [asked(server, query) for query in QUERIES if query.panel == panel]
    labels = {label for found in answered for one in found for label in one["metric"]}
    assert columns <= labels


@pytest.mark.parametrize("dashboard", DASHBOARDS)
def test_variables_offer_values(server: Prometheus, dashboard: str) -> None:
    """Every variable has something to choose."""
    for variable in variables(dashboard):
        if variable["type"] == "query":
            found = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"])
            assert found
            assert server.values(replaced(found[1], VALUES), found[2])


def test_calls_of_one_scale_can_be_chosen(server: Prometheus) -> None:
    """A choice restricts what the choices after it offer, and what the panels show."""
    wide = VALUES | {"scale": "wideband"}
    (call_id,) = [one for one in variables("call") if one["name"] == "call_id"]
    found = re.fullmatch(r"label_values\((.+), call_id\)", call_id["query"])
    assert found
    every, some = (server.values(replaced(found[1], one), "call_id") for one in (VALUES, wide))
    assert {*some} < {*every}
    (mos,) = [one for one in QUERIES if one.name == "overview: Worst MOS, A"]
    assert {one["metric"]["scale"] for one in server.instant(replaced(mos.expr, wide))} == {
        "wideband"
    }


def test_marks_of_alerts_are_understood(server: Prometheus) -> None:
    """The query of the annotations is one that Prometheus can answer; no alert fires here."""
    assert server.over(replaced(FIRING, VALUES), seconds=SEEN_S) == []


@pytest.mark.parametrize(
    "query",
    [query for query in QUERIES if query.target["exemplar"]],
    ids=lambda query: query.name,
)
def test_exemplars_name_calls_that_can_be_chosen(server: Prometheus, query: ShownQuery) -> None:
    """A dot in a heatmap bears the Call-ID of a call that the dashboard of calls knows."""
    found = server.exemplars(replaced(query.expr, VALUES))
    named = {one["labels"]["call_id"] for series in found for one in series["exemplars"]}
    assert named
    assert named <= {*server.values("voip_call_info", "call_id")}


def test_a_call_that_two_exporters_hear_counts_once(server: Prometheus) -> None:
    """Where one exporter is scraped under two names, there are as many streams as with one."""
    (query,) = [
        one for one in QUERIES if one.name == "overview: Where: all paths, worst MOS first, F"
    ]
    at = str(time.time() - 2)
    shown = server.instant(replaced(query.expr, VALUES | {"codec": "PCMU"}), at=at)
    labels = "src_network, dst_network, direction, scale"
    raw = server.instant(
        f'sum by (instance, {labels}) (voip_streams_active{{codec="PCMU"}})', at=at
    )
    seen = defaultdict[frozenset[tuple[str, str]], dict[str, float]](dict)
    for one in raw:
        instance = one["metric"].pop("instance")
        seen[frozenset(one["metric"].items())][instance] = float(one["value"][1])
    assert any(SECOND_TAP in taps and len(taps) == 2 for taps in seen.values())
    assert {frozenset(one["metric"].items()): float(one["value"][1]) for one in shown} == {
        path: max(taps.values()) for path, taps in seen.items() if any(taps.values())
    }
