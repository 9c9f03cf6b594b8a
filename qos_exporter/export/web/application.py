"""The web application: all routes in one place."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route

from qos_exporter.export.collector import TakeSnapshot
from qos_exporter.export.web.api import Api
from qos_exporter.export.web.health import Health
from qos_exporter.export.web.metrics import MetricsEndpoint
from qos_exporter.export.web.page import Page
from qos_exporter.export.web.responses import refuse


def application(take_snapshot: TakeSnapshot, *, metrics_path: str = "/metrics") -> Starlette:
    """Build the application; it knows nothing of the exporter but how to take a snapshot."""
    metrics = MetricsEndpoint(take_snapshot)
    routes = [
        Route(metrics_path, metrics.scrape),
        *Health(take_snapshot).routes(),
        *Api(take_snapshot).routes(),
        *Page(metrics_path).routes(),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: refuse, Exception: refuse})
