"""The two formats that are served, and how a family is announced in each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client import exposition as text_format
from prometheus_client.openmetrics import exposition as openmetrics_format
from prometheus_client.registry import Collector

from qos_exporter.export.catalogue import Family

Generate = Callable[[Collector], bytes]


@dataclass(frozen=True, slots=True)
class Format:
    """An exposition format."""

    content_type: str
    generate: Generate
    """The client library's encoder, for families of bounded size."""
    header: Callable[[Family], str]
    """The comment lines before the samples of a family."""
    end: str
    """What closes the body."""


def _escaped_help(family: Family) -> str:
    return family.help.replace("\\", r"\\").replace("\n", r"\n")


def _text_header(family: Family) -> str:
    """Announce a family in text 0.0.4, which names samples and knows no info families."""
    kind = "gauge" if family.kind == "info" else family.kind
    return f"# HELP {family.name} {_escaped_help(family)}\n# TYPE {family.name} {kind}\n"


def _openmetrics_header(family: Family) -> str:
    """Announce a family in OpenMetrics, which names it without the suffix of its type."""
    name = family.base_name
    text = _escaped_help(family).replace('"', r"\"")
    unit = f"# UNIT {name} {family.exposed_unit}\n" if family.exposed_unit else ""
    return f"# HELP {name} {text}\n# TYPE {name} {family.kind}\n{unit}"


def _openmetrics(collector: Collector) -> bytes:
    encoded: bytes = openmetrics_format.generate_latest(collector)  # type: ignore[no-untyped-call] # the library leaves it without types
    return encoded


TEXT = Format(
    content_type=text_format.CONTENT_TYPE_PLAIN_0_0_4,
    generate=text_format.generate_latest,
    header=_text_header,
    end="",
)
OPENMETRICS = Format(
    content_type=openmetrics_format.CONTENT_TYPE_LATEST,
    generate=_openmetrics,
    header=_openmetrics_header,
    end="# EOF\n",
)
