"""The page for people: what this is, and the calls of this moment."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

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
            Mount("/static", StaticFiles(directory=STATIC)),
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
