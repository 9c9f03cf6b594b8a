"""A body that is sent as it was made: in parts, which are never put together."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class PartedResponse(Response):
    """Sends one part after the other, each when the client has taken what came before.

    With 10,000 calls a body has 50 MB. Put together, and copied by the server and by what writes to
    the socket, it would be in memory four times.
    """

    def __init__(self, parts: Sequence[bytes], *, headers: Mapping[str, str]) -> None:
        self._parts = parts
        super().__init__(headers={**headers, "Content-Length": str(sum(map(len, parts)))})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        del scope, receive  # what was asked is known, and no more is to come
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        for part in self._parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
            # Let the server notice that the client has gone: what is written then is an error each.
            await asyncio.sleep(0)
        await send({"type": "http.response.body"})
