"""The encoder of the per-call families: the same bytes as the client library's, much faster.

With 10,000 calls the library spends seconds on escaping and sorting the same labels again for each
family. Here the labels of a row are written once and used for all its families.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from qos_exporter.export.call_media import CallMedia, call_media
from qos_exporter.export.call_values import (
    CALL_INFO,
    CALL_VALUES,
    THIRD_LABEL,
    CallValue,
    info_values,
)
from qos_exporter.export.catalogue import Family
from qos_exporter.export.exposition.formats import Format
from qos_exporter.export.number import number_text
from qos_exporter.export.text import writable
from qos_exporter.snapshot import CallView

_INFO_ORDER = sorted(range(len(CALL_INFO.labels)), key=CALL_INFO.labels.__getitem__)
"""Labels are written in alphabetical order, as the client library does."""
_INFO_TEMPLATE = ",".join(f'{CALL_INFO.labels[position]}="%s"' for position in _INFO_ORDER)


def escaped(text: str) -> str:
    r"""Write a label value: backslash, newline and quote as `\\`, `\n` and `\"`."""
    if text.isalnum():
        return text
    return writable(text).replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


@dataclass(frozen=True, slots=True)
class _Row:
    """One direction of one call with its labels, ready to write."""

    media: CallMedia
    labels: dict[str, str]
    """By the third label of a family (`scale`, `source`, or none): the label set in braces."""


def encode_calls(
    calls: Iterable[CallView], *, format_: Format, names: frozenset[str] | None = None
) -> str:
    """Give the per-call families of all calls as text; `names` restricts them to those samples."""
    rows = [_row(media) for media in call_media(calls)]
    return "".join(_families(rows, format_, names))


def _row(media: CallMedia) -> _Row:
    common = f'call_id="{escaped(media.call.call_id)}",direction="{escaped(media.direction)}"'
    labels = {"": f"{{{common}}} "}
    for name, value_of in THIRD_LABEL.items():
        labels[name] = f'{{{common},{name}="{escaped(value_of(media))}"}} '
    return _Row(media, labels)


def _families(rows: list[_Row], format_: Format, names: frozenset[str] | None) -> Iterator[str]:
    for family, lines in _blocks(rows):
        if names is None:
            yield format_.header(family)
            yield from lines
        elif family.name in names and (block := "".join(lines)):
            yield format_.header(family) + block


def _blocks(rows: list[_Row]) -> Iterator[tuple[Family, Iterator[str]]]:
    yield CALL_INFO, (_info_line(row.media) for row in rows)
    for subject_of, sources in groupby(CALL_VALUES, key=attrgetter("subject")):
        subjects = [(row, subject_of(row.media)) for row in rows]
        known = [(row, subject) for row, subject in subjects if subject is not None]
        for source in sources:
            yield source.family, _lines(source, known)


def _info_line(media: CallMedia) -> str:
    values = info_values(media)
    labels = _INFO_TEMPLATE % tuple(escaped(values[position]) for position in _INFO_ORDER)
    return f"{CALL_INFO.name}{{{labels}}} 1.0\n"


def _lines(source: CallValue, subjects: list[tuple[_Row, object]]) -> Iterator[str]:
    name = source.family.name
    third = "".join(source.family.labels[2:])
    value_of = source.of_subject
    for row, subject in subjects:
        value = value_of(subject)
        if value is not None:
            yield f"{name}{row.labels[third]}{number_text(value)}\n"
