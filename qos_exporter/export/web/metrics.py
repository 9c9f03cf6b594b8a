"""The endpoint that Prometheus scrapes."""

from __future__ import annotations

import gzip

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from starlette.requests import Request
from starlette.responses import Response

from qos_exporter.allocation import no_collection
from qos_exporter.export.collector import TakeSnapshot
from qos_exporter.export.exposition import accepts_gzip, choose_format, render

GZIP_LEVEL = 1
"""Eight times as fast as level 9 and a third larger: the network here is rarely the bottleneck."""


class MetricsEndpoint:
    """Answers each scrape from one snapshot, in the format that the scraper prefers.

    An error becomes status 500, so that Prometheus notes the target as down: a body without the
    calls would look like a quiet night.
    """

    def __init__(self, take_snapshot: TakeSnapshot) -> None:
        self._take_snapshot = take_snapshot
        self._process = CollectorRegistry()
        ProcessCollector(registry=self._process)
        PlatformCollector(registry=self._process)

    @no_collection()
    def scrape(self, request: Request) -> Response:
        """Give the metrics, or those that `name[]` names."""
        format_ = choose_format(request.headers.get("accept", ""))
        names = frozenset(request.query_params.getlist("name[]")) or None
        snapshot = self._take_snapshot()
        body = render(snapshot, format_=format_, process=self._process, names=names)
        headers = {"Content-Type": format_.content_type, "Vary": "Accept, Accept-Encoding"}
        if accepts_gzip(request.headers.get("accept-encoding", "")):
            headers["Content-Encoding"] = "gzip"
            body = gzip.compress(body, GZIP_LEVEL)
        return Response(body, headers=headers)
