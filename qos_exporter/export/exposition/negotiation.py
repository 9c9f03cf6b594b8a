"""Content negotiation (RFC 9110 section 12.5): which format, and whether compressed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from qos_exporter.export.exposition.formats import OPENMETRICS, TEXT, Format

_OFFERS: dict[str, tuple[Format, frozenset[str]]] = {
    "text/plain": (TEXT, frozenset({"", "0.0.4"})),
    "text/*": (TEXT, frozenset({""})),
    "*/*": (TEXT, frozenset({""})),
    "application/openmetrics-text": (OPENMETRICS, frozenset({"", "1.0.0"})),
    "application/*": (OPENMETRICS, frozenset({""})),
}
"""Media ranges that we can serve, with the versions of each; no version asks for any."""


@dataclass(frozen=True, slots=True)
class _Element:
    """One element of an Accept or Accept-Encoding header."""

    name: str
    parameters: dict[str, str]

    @property
    def weight(self) -> float:
        """The weight `q`: 1 where it is not given, 0 (never) where it cannot be read."""
        try:
            weight = float(self.parameters.get("q", "1"))
        except ValueError:
            return 0.0
        return weight if 0.0 <= weight <= 1.0 else 0.0


def _elements(header: str) -> Iterator[_Element]:
    for element in header.split(","):
        name, *parameters = (part.strip() for part in element.split(";"))
        pairs = (parameter.partition("=") for parameter in parameters)
        values = {key.strip().lower(): value.strip().strip('"') for key, _, value in pairs}
        yield _Element(name.lower(), values)


def choose_format(accept: str) -> Format:
    """Give the format with the greatest weight, the first of equals, text 0.0.4 where none fits.

    There is always an answer: a scraper that cannot name what we speak still gets metrics.
    """
    best: tuple[float, Format] = (0.0, TEXT)
    for element in _elements(accept):
        format_, versions = _OFFERS.get(element.name, (TEXT, frozenset()))
        if element.parameters.get("version", "") in versions and element.weight > best[0]:
            best = (element.weight, format_)
    return best[1]


def accepts_gzip(accept_encoding: str) -> bool:
    """Say whether the body may be compressed with gzip; silence is a no."""
    weights = {element.name: element.weight for element in _elements(accept_encoding)}
    return weights.get("gzip", weights.get("*", 0.0)) > 0.0
