"""The page for people: what this is, and the calls of this moment."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from qos_exporter import __version__

STATIC = Path(__file__).parent / "static"

HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Nothing from elsewhere is loaded, and no script runs that is not ours."""


class FreshFiles(StaticFiles):
    """Files that a browser asks for anew with each page, and gets anew once they have changed.

    Without a word on it a browser keeps them for a tenth of their age (RFC 9111, section 4.2.2):
    after an update, the page of the new version would run the script of the old one for days.
    """

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Give the file, or say that it is as it was."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = HEADERS["Cache-Control"]
        response.headers["X-Content-Type-Options"] = HEADERS["X-Content-Type-Options"]
        return response


class Page:
    """The start page and the files that it needs.

    All its links are relative: a proxy may serve it below a path of its own.
    """

    def __init__(self, metrics_path: str) -> None:
        self._metrics_path = metrics_path.lstrip("/")

    def routes(self) -> list[Route | Mount]:
        """Give the routes of the page."""
        return [
            Route("/", self.index),
            Mount("/static", FreshFiles(directory=STATIC)),
        ]

    def index(self, _: Request) -> Response:
        """Give the page; its script asks the API for the calls."""
        return HTMLResponse(page_html(self._metrics_path), headers=HEADERS)


@cache
def page_html(metrics_path: str) -> str:
    """Write the page, once it is asked for: where nobody looks, jinja2 need not be in memory."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("qos_exporter.export.web"), autoescape=True, undefined=StrictUndefined
    )
    template = environment.get_template("index.html")
    return template.render(version=__version__, metrics_path=metrics_path)
