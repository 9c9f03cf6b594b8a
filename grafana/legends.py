"""What series are called."""

from __future__ import annotations

ROUTE = "{{src_network}} → {{dst_network}}"
PATH = f"{ROUTE}, {{{{direction}}}}"
NO_CALLS = "No calls"
NO_REPORTS = "No reports of receivers"
NO_ROUND_TRIP = "No round trip is known"
NO_LOSS = "No loss"
