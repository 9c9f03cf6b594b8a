"""How much there is: calls, streams, packets."""

from __future__ import annotations

from grafana.promql import OF_TAP, for_each_tap, highest, increase, rate, select

CALLS_ACTIVE = for_each_tap(select("voip_calls_active", of=OF_TAP))
"""One figure for each exporter, as two of them may hear the same calls."""


def streams(*by: str) -> str:
    """Streams that are running; absent where none is."""
    return f"{highest(for_each_tap(select('voip_streams_active'), *by), *by)} > 0"


def bytes_per_second(*by: str) -> str:
    """Bytes of RTP."""
    return highest(for_each_tap(rate("voip_bytes_total"), *by), *by)


def calls_by_outcome(over: str) -> str:
    """Calls of which it was decided within a time what becomes of them."""
    return _calls("voip_calls_total", "outcome", over)


def calls_by_rating(over: str) -> str:
    """Calls that ended within a time, by how they sounded."""
    return _calls("voip_calls_rated_total", "rating", over)


def calls_by_anomaly(over: str) -> str:
    """Calls whose media were not as agreed, found within a time."""
    return _calls("voip_media_anomalies_total", "kind", over)


def media_seconds(by: str, over: str) -> str:
    """Seconds of media within a time."""
    return highest(for_each_tap(increase("voip_media_seconds_total", over=over), by), by)


def _calls(metric: str, by: str, over: str) -> str:
    return highest(for_each_tap(increase(metric, over=over, of=OF_TAP), by), by)
