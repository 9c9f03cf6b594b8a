"""Answers in JSON, and what is said where there is nothing to answer."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from qos_exporter.export.records.figures import Fields, Json
from qos_exporter.export.records.json_text import json_text

API_PREFIX = "/api/"


def json_response(value: Json, *, status: int = 200) -> Response:
    """Answer with JSON; what a caller's telephone sent is text in it and nothing else."""
    return _json_response(json_text(value), status=status)


def list_response(fields: Fields, name: str, items: Iterable[Json]) -> Response:
    """Answer with an object whose last field is a list, which may be long.

    Each item is encoded by itself: an encoder lets no other thread get on before it has finished,
    and what is captured meanwhile has to find room.
    """
    start = json_text({**fields, name: []}).removesuffix("]}")
    return _json_response(f"{start}{', '.join(map(json_text, items))}]}}", status=200)


def _json_response(text: str, *, status: int) -> Response:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(f"{text}\n", status_code=status, headers=headers, media_type="application/json")


def problem(message: str, *, status: int) -> Response:
    """Answer that a request to the API cannot be served, in one sentence."""
    return json_response({"error": message}, status=status)


def refuse(request: Request, error: Exception) -> Response:
    """Answer unknown paths and methods: in JSON below the API, in plain text elsewhere."""
    status, detail, headers = _details(error)
    if request.url.path.startswith(API_PREFIX):
        response = problem(f"{detail}.", status=status)
    else:
        response = PlainTextResponse(f"{detail}.\n", status_code=status)
    response.headers.update(headers)
    return response


def _details(error: Exception) -> tuple[int, str, dict[str, str]]:
    if isinstance(error, HTTPException):
        return error.status_code, error.detail, dict(error.headers or {})
    return 500, "Internal error, see the log", {}
