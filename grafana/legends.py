"""What series are called."""

from __future__ import annotations

from collections.abc import Iterator

from grafana_foundation_sdk.models.dashboard import DataTransformerConfig

from grafana.query import Query

DIRECTIONS = {
    "caller_to_callee": "caller → callee",
    "callee_to_caller": "callee → caller",
}
"""The values of `direction`, in words."""

ROUTE = "{{src_network}} → {{dst_network}}"
PATH = f"{ROUTE}, {{{{direction}}}}"
NO_CALLS = "No calls"
NO_REPORTS = "No reports of receivers"
NO_ROUND_TRIP = "No round trip is known"
NO_LOSS = "No loss"


def directions_in_words(queries: tuple[Query, ...]) -> Iterator[DataTransformerConfig]:
    """Rename the series that are called by their direction."""
    if any("{{direction}}" in query.legend for query in queries):
        for value, text in DIRECTIONS.items():
            yield DataTransformerConfig(
                id_val="renameByRegex",
                options={"regex": f"/{value}/", "renamePattern": text},
            )
