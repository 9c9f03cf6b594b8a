"""YAML text as plain data, with the line on which each value stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

Data: TypeAlias = "bool | int | float | str | list[Data] | dict[str, Data] | None"
Path: TypeAlias = tuple[str | int, ...]
"""Keys and list indices from the top of the file down to a value."""

MERGE_TAG = "tag:yaml.org,2002:merge"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong at a place of a file; `text` goes on from the name of the place."""

    path: Path
    line: int
    text: str


@dataclass(slots=True)
class Document:
    """A file that was read as far as that was possible."""

    data: Data = None
    lines: dict[Path, int] = field(default_factory=dict)
    """The line (from 1) of each value; for the values of a mapping, the line of the key."""
    faults: list[Fault] = field(default_factory=list)

    def line_of(self, path: Path) -> int:
        """Give the line of the value at `path`, or of the nearest value that holds it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_document(text: str) -> Document:
    """Read YAML; what is not YAML, and what YAML would silently drop, is among the faults."""
    document = Document()
    try:
        _read_into(document, text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        text = ", ".join(filter(None, (error.context, error.problem)))
        document.faults.append(Fault((), line, f"is not YAML: {text}"))
    except yaml.YAMLError as error:
        document.faults.append(Fault((), 1, f"is not YAML: {_first_line(error)}"))
    except RecursionError:
        document.faults.append(Fault((), 1, "is nested too deeply"))
    return document


def _read_into(document: Document, text: str) -> None:
    loader = yaml.SafeLoader(text)
    node = loader.get_single_node()
    if node is not None:
        document.data = _Reader(loader, document).read(node, ())


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


class _Reader:
    """Walks the nodes of a document; YAML's own constructor forgets lines and doubled keys."""

    def __init__(self, loader: yaml.SafeLoader, document: Document) -> None:
        self._loader = loader
        self._document = document
        self._open: set[int] = set()

    def read(self, node: yaml.Node, path: Path) -> Data:
        """Give the data of `node`, which stands at `path`."""
        self._document.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        if id(node) in self._open:
            self._fault(path, "holds itself, through an alias")
            return None
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, path)
            return [self.read(item, (*path, index)) for index, item in enumerate(node.value)]
        finally:
            self._open.remove(id(node))

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Data]:
        data: dict[str, Data] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag == MERGE_TAG:
                self._fault(path, "has a key that is not a word", at=key_node)
            elif key in data:
                first = self._document.lines[*path, key]
                self._fault((*path, key), f"is there twice, first on line {first}", at=key_node)
            else:
                self._document.lines[*path, key] = key_node.start_mark.line + 1
                data[key] = self.read(value_node, (*path, key))
        return data

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Data:
        try:
            value = self._loader.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            problem = getattr(error, "problem", None) or _first_line(error)
            self._fault(path, f"cannot be read: {problem}")
            return None
        except (AttributeError, LookupError):
            # So PyYAML fails on a text that does not fit the tag in front of it.
            self._fault(path, f"cannot be read as {node.tag.rpartition(':')[2]}")
            return None
        if value is None or isinstance(value, bool | int | float | str):
            return value
        # A date, for example; whoever wrote it meant the text.
        return str(node.value)

    def _fault(self, path: Path, text: str, *, at: yaml.Node | None = None) -> None:
        line = self._document.line_of(path) if at is None else at.start_mark.line + 1
        self._document.faults.append(Fault(path, line, text))
