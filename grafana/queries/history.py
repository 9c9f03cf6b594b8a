"""What became of calls over days and weeks."""

from __future__ import annotations

from grafana.promql import OF_TAP, highest, increase, quantile, rate

WEEKS = (("", "now"), ("1w", "a week before"), ("4w", "four weeks before"))
"""How long ago, and what to call it."""


def distribution(metric: str, *matchers: str) -> str:
    """Observations per bucket.

    Added up over exporters: what two of them have seen is counted twice, but in all buckets alike,
    so that the picture stays the same.
    """
    return f"sum by (le) ({increase(f'{metric}_bucket', *matchers)})"


def post_dial_delay(share: float) -> str:
    """Give a quantile of the time from an INVITE to the first sign of the far end."""
    buckets = rate("voip_post_dial_delay_seconds_bucket", of=OF_TAP)
    return highest(quantile(share, buckets))
