"""The web application: all routes in one place."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route

from qos_exporter.export.collector import TakeSnapshot
from qos_exporter.export.web.api import Api
from qos_exporter.export.web.choosing import TakeCalls, choosing_from
from qos_exporter.export.web.health import Health
from qos_exporter.export.web.metrics import MetricsEndpoint
from qos_exporter.export.web.page import Page
from qos_exporter.export.web.responses import refuse


def application(
    take_snapshot: TakeSnapshot,
    *,
    take_series: TakeSnapshot | None = None,
    take_calls: TakeCalls | None = None,
    metrics_path: str = "/metrics",
) -> Starlette:
    """Build the application; it knows nothing of the exporter but how to take a snapshot.

    `take_series` takes one that has only those calls that have series, which is enough wherever
    calls are not asked for one by one, and `take_calls` only those that are chosen. Both are
    quicker.
    """
    take_series = take_series or take_snapshot
    take_calls = take_calls or choosing_from(take_snapshot)
    metrics = MetricsEndpoint(take_series)
    routes = [
        Route(metrics_path, metrics.scrape),
        *Health(take_series).routes(),
        *Api(take_calls, take_series).routes(),
        *Page(metrics_path).routes(),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: refuse, Exception: refuse})
