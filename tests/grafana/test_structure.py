"""The code that builds the dashboards is laid out as the rest of the project is."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

from tests.conftest import CHECKOUT
from tests.test_architecture import loaded_by

PACKAGE = CHECKOUT / "grafana"
MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(CHECKOUT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def own_imports(path: Path) -> set[str]:
    """Give the modules of the dashboards that one imports."""
    names = {name_of(each) for each in MODULES}
    found = {part for name in loaded_by(path) for part in (name, name.rpartition(".")[0])}
    return (found & names) - {PACKAGE.name, name_of(path)}


def lengths() -> Iterator[int]:
    """Give the number of lines of each function."""
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                yield (node.end_lineno or node.lineno) - node.lineno + 1


def test_imports_point_one_way() -> None:
    """Queries know nothing of panels, panels nothing of dashboards, and nothing goes in circles."""
    graph = {name_of(path): own_imports(path) for path in MODULES}
    assert [*TopologicalSorter(graph).static_order()]
    for name, imported in graph.items():
        if name.startswith("grafana.queries."):
            assert imported <= {"grafana.queries", "grafana.promql"}
    assert not graph["grafana.panels"] & {"grafana.frame", "grafana.queries"}


def test_the_exporter_runs_without_the_dashboards() -> None:
    """Nothing of the installed program imports what builds the dashboards."""
    for path in (CHECKOUT / "qos_exporter").rglob("*.py"):
        tops = {name.partition(".")[0] for name in loaded_by(path)}
        assert not tops & {"grafana", "grafana_foundation_sdk"}


def test_functions_are_short() -> None:
    """Half of the functions have at most 10 lines and none more than 30."""
    found = sorted(lengths())
    assert statistics.median(found) <= 10
    assert found[-1] <= 30
