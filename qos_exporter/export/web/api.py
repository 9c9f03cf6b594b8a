"""The JSON interface below /api/v1."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from qos_exporter.allocation import no_collection
from qos_exporter.export.collector import TakeSnapshot
from qos_exporter.export.records.figures import Fields
from qos_exporter.export.web.choosing import NamedCall, TakeCalls, WorstCalls
from qos_exporter.export.web.live_fields import live_call
from qos_exporter.export.web.responses import json_response, list_response, problem
from qos_exporter.export.web.statistics import statistics

STATES = ("setup", "active", "ended")
DEFAULT_LIMIT = 1000


class Api:
    """The endpoints; each answers from one snapshot, or from the few calls that it is about.

    They are plain functions, not coroutines: the framework runs them in worker threads, so that a
    long answer does not keep others waiting.
    """

    def __init__(self, take_calls: TakeCalls, take_series: TakeSnapshot) -> None:
        self._take_calls = take_calls
        self._take_series = take_series

    def routes(self) -> list[Route]:
        """Give the routes; a Call-ID may hold any character, slashes included."""
        return [
            Route("/api/v1/calls", self.calls),
            Route("/api/v1/calls/{call_id:path}", self.call),
            Route("/api/v1/statistics", self.statistics),
        ]

    @no_collection()
    def calls(self, request: Request) -> Response:
        """List calls, worst first: `?state=active&state=setup&limit=100`."""
        try:
            states, limit = _states(request), _limit(request)
        except ValueError as error:
            return problem(str(error), status=400)
        choose = WorstCalls(states, limit)
        chosen = self._take_calls(choose)
        fields: Fields = {"taken_s": chosen.taken_s, "matching": choose.matching}
        # A call may have ended since it was chosen.
        shown = [live_call(call) for call in chosen.calls if call.state in states]
        return list_response(fields, "calls", shown)

    @no_collection()
    def call(self, request: Request) -> Response:
        """Give one call; of several dialogs with that Call-ID the one that began last."""
        calls = self._take_calls(NamedCall(request.path_params["call_id"])).calls
        if not calls:
            return problem("There is no call with this Call-ID.", status=404)
        return json_response(live_call(calls[0]))

    @no_collection()
    def statistics(self, _: Request) -> Response:
        """Give all calls in a few numbers."""
        return json_response(statistics(self._take_series()))


def _states(request: Request) -> frozenset[str]:
    """Give the states that were asked for, all by default."""
    states = request.query_params.getlist("state")
    for state in states:
        if state not in STATES:
            raise ValueError(f"The state has to be one of {', '.join(STATES)}.")
    return frozenset(states or STATES)


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdigit() and 0 < len(text) <= len("1000000")):
        raise ValueError("The limit has to be a whole number below ten million.")
    return int(text)
