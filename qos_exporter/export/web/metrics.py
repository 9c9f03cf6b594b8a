"""The endpoint that Prometheus scrapes."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from starlette.requests import Request
from starlette.responses import Response

from qos_exporter.allocation import no_collection
from qos_exporter.export.collector import TakeSnapshot
from qos_exporter.export.exposition import accepts_gzip, choose_format, render_parts
from qos_exporter.export.web.parted import PartedResponse

GZIP_LEVEL = 1
"""Eight times as fast as level 9 and a third larger: the network here is rarely the bottleneck."""
GZIP_HEADER_BITS = 16 + zlib.MAX_WBITS
"""What asks zlib for the header and trailer of gzip (RFC 1952)."""


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
        parts = render_parts(snapshot, format_=format_, process=self._process, names=names)
        headers = {"Content-Type": format_.content_type, "Vary": "Accept, Accept-Encoding"}
        if accepts_gzip(request.headers.get("accept-encoding", "")):
            headers["Content-Encoding"] = "gzip"
            return PartedResponse(compressed(parts), headers=headers)
        return PartedResponse(list(parts), headers=headers)


def compressed(parts: Iterable[bytes]) -> list[bytes]:
    """Compress a body, each part while the next one is made: zlib works without Python's lock."""
    deflate = zlib.compressobj(GZIP_LEVEL, wbits=GZIP_HEADER_BITS)
    with ThreadPoolExecutor(1, thread_name_prefix="gzip") as worker:
        done = [worker.submit(deflate.compress, part) for part in parts]
        done.append(worker.submit(deflate.flush))
    return [future.result() for future in done]
