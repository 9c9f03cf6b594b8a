"""The two questions that an orchestrator asks."""

from __future__ import annotations

import logging

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from qos_exporter.export.collector import TakeSnapshot

logger = logging.getLogger(__name__)


class Health:
    """Healthy: the process answers. Ready: there is a state that can be shown."""

    def __init__(self, take_snapshot: TakeSnapshot) -> None:
        self._take_snapshot = take_snapshot

    def routes(self) -> list[Route]:
        """Give the routes, named as Prometheus' own programs name them."""
        return [Route("/-/healthy", self.healthy), Route("/-/ready", self.ready)]

    def healthy(self, _: Request) -> Response:
        """Say that the process answers."""
        return PlainTextResponse("qos-exporter is healthy.\n")

    def ready(self, _: Request) -> Response:
        """Say whether a snapshot can be had."""
        try:
            self._take_snapshot()
        except Exception:
            logger.exception("not ready")
            return PlainTextResponse("qos-exporter is not ready.\n", status_code=503)
        return PlainTextResponse("qos-exporter is ready.\n")
