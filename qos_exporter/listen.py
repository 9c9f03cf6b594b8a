"""Where results are served: the listen address and the path, as Prometheus exporters write them."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

MAX_PORT = 65535
URL_PATH = re.compile(r"(/[\w.~-]+)+", re.ASCII)
OWN_PATHS = ("/api", "/static", "/-")
"""The paths of the pages that are not metrics; the root is one as well."""


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """Where to accept connections: an empty `host` is every address; port 0 is any free port."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> ListenAddress:
        """Read `:10667`, `127.0.0.1:10667`, `[::1]:10667` or `localhost:10667`.

        Raises ValueError with the rest of a sentence that starts with the offending text.
        """
        host, colon, port = text.rpartition(":")
        if not colon:
            raise ValueError("has no port; write [host]:port, for example :10667")
        if not (port.isascii() and port.isdigit() and int(port) <= MAX_PORT):
            raise ValueError(f"has no port between 0 and {MAX_PORT} behind the last colon")
        return cls(_unbracketed(host), int(port))

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def url(self, path: str) -> str:
        """Give the URL at which a browser on this machine finds `path`."""
        here = {"": "localhost", "0.0.0.0": "localhost", "::": "localhost"}  # noqa: S104 -- read only
        host = here.get(self.host) or str(self).rpartition(":")[0]
        return f"http://{host}:{self.port}{path}"


def checked_telemetry_path(path: str) -> str:
    """Give `path` back when metrics can be served there.

    Raises ValueError with the rest of a sentence that starts with the offending text.
    """
    if not URL_PATH.fullmatch(path):
        raise ValueError("must be the path of a URL such as /metrics")
    for own in OWN_PATHS:
        if path == own or path.startswith(f"{own}/"):
            raise ValueError(f"must not be under {own}, where other pages are")
    return path


def _unbracketed(host: str) -> str:
    """Take the brackets off an IPv6 address, and insist on them."""
    if host.startswith("[") and host.endswith("]"):
        try:
            return str(ipaddress.IPv6Address(host[1:-1]))
        except ValueError:
            raise ValueError("has no IPv6 address between the brackets") from None
    if ":" in host:
        raise ValueError("needs brackets around its IPv6 address, for example [::1]:10667")
    if any(not character.isprintable() or character in " /[]" for character in host):
        raise ValueError("has a host name that cannot be one")
    return host
