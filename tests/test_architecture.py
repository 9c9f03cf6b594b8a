"""The rules of the code that no linter knows: who may import whom, and how long a function is."""

from __future__ import annotations

import ast
import re
import statistics
from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "qos_exporter"
MODULES = sorted(PACKAGE.rglob("*.py"))
COMPILED = sorted([*PACKAGE.rglob("*.pyx"), *PACKAGE.rglob("*.pxd")])
TEST_MODULES = sorted((ROOT / "tests").rglob("test_*.py"))

WORDS = {"errors", "net", "listen", "payload_types", "tuples", "units"}
"""What every part may speak of."""

PARTS: dict[str, set[str]] = {
    "errors": set(),
    "net": set(),
    "payload_types": set(),
    "tuples": set(),
    "units": set(),
    "listen": set(),
    "backoff": set(),
    "bounds": set(),
    "failure_log": {"errors"},
    "networks": set(),
    "turns": set(),
    "allocation": set(),
    "settings": {"listen", "units"},
    "snapshot": WORDS,
    "dataplane": WORDS,
    "capture": WORDS | {"backoff", "dataplane", "failure_log"},
    "protocols": WORDS,
    "calls": WORDS | {"protocols"},
    "reports": WORDS | {"protocols"},
    "quality": WORDS,
    "monitor": WORDS
    | {
        "allocation",
        "calls",
        "dataplane",
        "networks",
        "protocols",
        "quality",
        "reports",
        "settings",
        "snapshot",
    },
    "export": WORDS | {"allocation", "quality", "snapshot"},
    "sources": WORDS | {"backoff", "failure_log", "protocols", "settings"},
    "config": WORDS | {"networks", "settings"},
    "rules": WORDS | {"bounds", "config"},
    "logs": {"settings"},
    "options": WORDS | {"config", "settings"},
}
"""Each part of the package, and the other parts that it may import. Those that put the parts
together may import anything, and nothing imports them."""

COMPOSITION = {"analysis", "app", "cli", "commands", "serving", "__main__"}

WITHOUT_CLOCK = {"dataplane", "protocols", "calls", "quality", "reports", "monitor"}
"""Parts whose only clock is the time of packets."""

CLOCKS = re.compile(
    r"\btime\.(?!perf_counter\b)\w+|\bdatetime\.(now|utcnow|today)\b|CLOCK_REALTIME"
)
"""What tells the time. How long something has taken may be asked everywhere."""


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def name_of(path: Path) -> str:
    """Give the dotted name of a module, below the package."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def part_of(path: Path) -> str:
    return name_of(path).partition(".")[0]


def imports_of(tree: ast.AST) -> Iterator[str]:
    """Give every imported name in full, wherever the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def loaded_by(path: Path) -> Iterator[str]:
    """Give every name that a module imports while it is loaded itself."""
    tree = tree_of(path)
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return imports_of(ast.Module(body=[*imports], type_ignores=[]))


def own(names: Iterable[str]) -> Iterator[str]:
    """Give those of the imported names that are of this package, below the package."""
    for name in names:
        package, _, inner = name.partition(".")
        if package == PACKAGE.name and not inner.startswith("__"):
            yield inner


def all_imports_of(path: Path) -> Iterator[str]:
    """Give whatever a module imports, wherever and for whatever reason it does so."""
    if path.suffix == ".py":
        return imports_of(tree_of(path))
    return (match[0] for match in re.finditer(r"qos_exporter(\.\w+)+", path.read_text()))


def functions_of(path: Path) -> Iterator[tuple[str, int]]:
    """Give each function of a module with its number of lines, not counting the docstring."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            first = node.body[0]
            if ast.get_docstring(node) is not None:
                lines -= (first.end_lineno or first.lineno) - first.lineno + 1
            yield f"{name_of(path)}.{node.name}, line {node.lineno}", lines


def compiled_functions_of(path: Path) -> Iterator[tuple[str, int]]:
    """Give each function of a Cython module with its number of lines, docstring included."""
    name, lines = "", 0
    for line in [*path.read_text().splitlines(), "end"]:
        if line and not line.startswith((" ", ")", "#")):
            if name:
                yield f"{name_of(path)}.{name}", lines
            definition = re.match(r"(?:cdef|cpdef|def) [^=]*?(\w+)\(", line)
            name, lines = (definition[1] if definition else ""), 0
        lines += bool(line.strip())


FUNCTIONS = {
    **{name: lines for path in MODULES for name, lines in functions_of(path)},
    **{name: lines for path in COMPILED for name, lines in compiled_functions_of(path)},
}


def test_every_part_has_its_place() -> None:
    """A new part of the package is put into the table of layers."""
    parts = {part_of(path) for path in MODULES} - {""}
    assert parts <= PARTS.keys() | COMPOSITION


@pytest.mark.parametrize("part", PARTS)
def test_imports_point_one_way(part: str) -> None:
    """A part imports only what lies below it."""
    wrong = {
        f"{name_of(path)} imports {name}"
        for path in [*MODULES, *COMPILED]
        if part_of(path) == part
        for name in own(all_imports_of(path))
        if name.partition(".")[0] not in PARTS[part] | {part}
    }
    assert not wrong


def test_modules_do_not_import_each_other_in_circles() -> None:
    """There is an order in which every module is loaded after those that it rests on."""
    names = {name_of(path) for path in MODULES}
    graph = {
        name_of(path): {
            found
            for name in own(loaded_by(path))
            for found in (name, name.rpartition(".")[0])
            if found in names
        }
        - {name_of(path), ""}
        for path in MODULES
        if path.name != "__init__.py"
    }
    order = list(TopologicalSorter(graph).static_order())
    assert len(order) >= len(graph)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_scapy_is_loaded_by_capture_only(path: Path) -> None:
    """Scapy takes long to import, so only what captures may import it when it is loaded itself."""
    imported = {name.partition(".")[0] for name in loaded_by(path)}
    assert "scapy" not in imported or part_of(path) == "capture"


@pytest.mark.parametrize("part", sorted(WITHOUT_CLOCK))
def test_logic_never_asks_for_the_time(part: str) -> None:
    """Where state is kept, time comes with the packets and as an argument."""
    wrong = {
        f"{name_of(path)} asks {found[0]}"
        for path in [*MODULES, *COMPILED]
        if part_of(path) == part
        for text in [*all_imports_of(path), path.read_text()]
        for found in CLOCKS.finditer(text)
    }
    assert not wrong


def test_no_function_is_long() -> None:
    """No function has more than 50 lines."""
    assert not {name: lines for name, lines in FUNCTIONS.items() if lines > 50}


def test_most_functions_are_short() -> None:
    """Half of the functions have at most 10 lines and nine in ten at most 30."""
    lengths = sorted(FUNCTIONS.values())
    assert statistics.median(lengths) <= 10
    assert lengths[int(0.9 * len(lengths))] <= 30


@pytest.mark.parametrize("path", TEST_MODULES, ids=lambda path: path.stem)
def test_every_test_states_what_it_proves(path: Path) -> None:
    """Each test has a docstring that starts with one sentence; worked values may follow."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            sentence = (ast.get_docstring(node) or "").partition("\n\n")[0]
            assert sentence.endswith("."), node.name
