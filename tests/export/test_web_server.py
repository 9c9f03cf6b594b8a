"""The server behind the web pages: where it listens, whom it keeps waiting, how it stops."""

from __future__ import annotations

import ipaddress
import socket
import struct
import threading
import time
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from qos_exporter.errors import ConfigError
from qos_exporter.export.web import WebServer, application, connections
from qos_exporter.export.web.parted import PartedResponse
from qos_exporter.listen import ListenAddress
from qos_exporter.snapshot import Snapshot
from tests.export.snapshots import snapshot
from tests.export.web_client import Answer, Picture, request

LOOPBACK = ListenAddress("127.0.0.1", 0)


def test_silent_clients_do_not_keep_others_waiting() -> None:
    """Connections that never send anything cost the scrape nothing."""
    with WebServer(application(Picture()), LOOPBACK) as server:
        address = server.address
        silent = [socket.create_connection((address.host, address.port)) for _ in range(20)]
        began = time.monotonic()
        assert request(address, "/metrics").status == 200
        assert time.monotonic() - began < 2
        for connection in silent:
            connection.close()


@pytest.mark.parametrize(
    ("host", "reached_at"),
    [
        pytest.param("", ["127.0.0.1", "::1"], id="every address"),
        pytest.param("127.0.0.1", ["127.0.0.1"], id="IPv4"),
        pytest.param("::1", ["::1"], id="IPv6"),
        pytest.param("localhost", ["localhost"], id="name"),
    ],
)
def test_server_listens_where_it_is_told(host: str, reached_at: list[str]) -> None:
    """An empty host is every address, IPv6 and IPv4; port 0 becomes a real one."""
    if "::1" in reached_at and not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    with WebServer(application(Picture()), ListenAddress(host, 0)) as server:
        for name in reached_at:
            where = ListenAddress(name, server.address.port)
            assert request(where, "/-/healthy").status == 200


def link_local() -> str:
    """Give an address of this machine that means something on one interface only, with its name."""
    table = Path("/proc/net/if_inet6")
    for line in table.read_text().splitlines() if table.exists() else ():
        digits, _, _, scope, _, interface = line.split()
        if scope == "20":
            return f"{ipaddress.IPv6Address(int(digits, 16))}%{interface}"
    pytest.skip("this machine has no link-local address")


def test_server_listens_on_a_link_local_address() -> None:
    """The interface that such an address needs (RFC 4007) is not lost on the way."""
    address = ListenAddress.parse(f"[{link_local()}]:0")
    with WebServer(application(Picture()), address) as server:
        assert request(server.address, "/-/healthy").status == 200


def test_address_in_use_is_one_sentence() -> None:
    """A second exporter on the port is told so before anything starts."""
    with WebServer(application(Picture()), LOOPBACK) as server:
        with pytest.raises(ConfigError) as error:
            WebServer(application(Picture()), server.address)
        assert str(error.value) == f"cannot listen on {server.address}: Address already in use"


def test_unknown_host_is_one_sentence() -> None:
    """A host name that does not exist is named."""
    with pytest.raises(ConfigError, match=r"^cannot listen on no\.such\.invalid:1: .+"):
        WebServer(application(Picture()), ListenAddress("no.such.invalid", 1))


def test_server_stops_within_a_second() -> None:
    """Even with idle clients and a request under way, and the port is free again."""
    entered, leave = threading.Event(), threading.Event()

    def slow() -> Snapshot:
        entered.set()
        leave.wait(10)
        return snapshot()

    server = WebServer(application(slow), LOOPBACK)
    server.start()
    idle = socket.create_connection((server.address.host, server.address.port))
    answers: list[Answer | OSError] = []
    client = threading.Thread(target=lambda: answers.append(attempt(server.address)))
    client.start()
    assert entered.wait(5)
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 1
    leave.set()
    client.join()
    idle.close()
    WebServer(application(Picture()), server.address).stop()


def test_client_that_goes_away(caplog: pytest.LogCaptureFixture) -> None:
    """Who hangs up before all of an answer is sent, as scrapers do in the end, leaves no log."""
    asked, left = threading.Event(), threading.Event()

    async def answer(_: Request) -> Response:
        # Nothing else runs in the server meanwhile: it has not noticed that the client has left.
        asked.set()
        left.wait(5)
        return PartedResponse([b"x" * 1000] * 50, headers={})

    with WebServer(Starlette(routes=[Route("/", answer)]), LOOPBACK) as server:
        with socket.create_connection((server.address.host, server.address.port)) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert asked.wait(5)
        left.set()
        assert request(server.address, "/").status == 200

    assert caplog.messages == []


def attempt(address: ListenAddress) -> Answer | OSError:
    try:
        return request(address, "/metrics")
    except OSError as error:
        return error


def test_stopping_twice_is_harmless() -> None:
    """A server that was never started, or is stopped already, can be stopped."""
    server = WebServer(application(Picture()), LOOPBACK)
    server.stop()
    server.stop()


def connect(server: WebServer, said: bytes = b"") -> socket.socket:
    """Connect, and say something."""
    address = server.address
    connection = socket.create_connection((address.host, address.port), timeout=20)
    connection.sendall(said)
    return connection


def is_closed(connection: socket.socket) -> bool:
    """Wait until the server ends a connection; what it said before is left out."""
    with connection:
        try:
            while connection.recv(1 << 16):
                pass
        except ConnectionResetError:
            pass
        except TimeoutError:
            return False
        return True


def test_clients_that_say_nothing_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of too many connections the ones go that have waited the longest; others are served."""
    monkeypatch.setattr(connections, "CONNECTIONS_MAX", 3)
    with WebServer(application(Picture()), LOOPBACK) as server:
        silent = [connect(server) for _ in range(6)]

        assert all(is_closed(each) for each in silent[:3])
        assert request(server.address, "/-/healthy").status == 200
        for each in silent:
            each.close()


@pytest.mark.parametrize(
    "said",
    [pytest.param(b"", id="nothing"), pytest.param(b"GET / HTTP/1.1\r\nX-Ha", id="half-a-header")],
)
def test_clients_have_to_ask_in_time(monkeypatch: pytest.MonkeyPatch, said: bytes) -> None:
    """A request that does not come, or not to its end, ends its connection."""
    monkeypatch.setattr(connections, "REQUEST_S", 0.2)
    with WebServer(application(Picture()), LOOPBACK) as server:
        assert is_closed(connect(server, said))


@pytest.mark.parametrize(
    ("first", "then"),
    [
        pytest.param("GET", b"GET / HTT", id="half-of-the-second"),
        pytest.param("POST", b"1", id="half-a-body"),
    ],
)
def test_clients_have_to_go_on_in_time(
    monkeypatch: pytest.MonkeyPatch, first: str, then: bytes
) -> None:
    """Nor may what follows a request come too slowly."""
    monkeypatch.setattr(connections, "REQUEST_S", 0.2)
    with WebServer(application(Picture()), LOOPBACK) as server:
        length = 9 if first == "POST" else 0
        connection = connect(
            server,
            f"{first} /-/healthy HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode(),
        )
        assert connection.recv(8) == b"HTTP/1.1"
        connection.sendall(then)

        assert is_closed(connection)


async def answer_at_length(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer with more than what sockets and buffers hold."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(64):
        await send({"type": "http.response.body", "body": bytes(1 << 20), "more_body": True})
    await send({"type": "http.response.body"})


@pytest.mark.parametrize(
    ("bound", "value"),
    [pytest.param("ANSWERS_MAX", 1, id="too-many"), pytest.param("ANSWER_S", 0.5, id="too-long")],
)
def test_clients_have_to_read(monkeypatch: pytest.MonkeyPatch, bound: str, value: float) -> None:
    """An answer that nobody reads does not stay in memory where there are many, nor for ever."""
    monkeypatch.setattr(connections, bound, value)
    asked = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    with WebServer(answer_at_length, LOOPBACK) as server:
        first = connect(server, asked)
        first.recv(1)
        second = connect(server, asked)
        second.recv(1)
        time.sleep(value)

        assert is_closed(first)
        second.close()
