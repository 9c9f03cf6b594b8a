"""Listen addresses and telemetry paths."""

from __future__ import annotations

import pytest

from qos_exporter.listen import ListenAddress, checked_telemetry_path


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        pytest.param(":10667", "", 10667, id="every address"),
        pytest.param("127.0.0.1:80", "127.0.0.1", 80, id="IPv4"),
        pytest.param("[::1]:80", "::1", 80, id="IPv6"),
        pytest.param("[2001:DB8:0::1]:80", "2001:db8::1", 80, id="IPv6 in canonical form"),
        pytest.param("probe.example.org:0", "probe.example.org", 0, id="name and any free port"),
    ],
)
def test_listen_addresses_are_read(text: str, host: str, port: int) -> None:
    """Host and port are split at the last colon, brackets taken off."""
    assert ListenAddress.parse(text) == ListenAddress(host, port)


@pytest.mark.parametrize(
    "text",
    [":10667", "127.0.0.1:80", "[::1]:80", "localhost:0"],
)
def test_listen_addresses_are_written_as_they_are_read(text: str) -> None:
    """Text and value stand for each other."""
    assert str(ListenAddress.parse(text)) == text


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("", "has no port; write", id="empty"),
        pytest.param("10667", "has no port; write", id="port alone"),
        pytest.param("host:", "has no port between", id="no port behind the colon"),
        pytest.param(":65536", "has no port between", id="port too large"),
        pytest.param(":-1", "has no port between", id="negative port"),
        pytest.param(":\u0661", "has no port between", id="digit of another script"),
        pytest.param("::1:80", "needs brackets", id="IPv6 without brackets"),
        pytest.param("[::g]:80", "has no IPv6 address", id="no IPv6 address in brackets"),
        pytest.param("http://host:80", "needs brackets|cannot be one", id="URL"),
        pytest.param("a b:80", "cannot be one", id="space"),
    ],
)
def test_other_texts_are_no_listen_addresses(text: str, complaint: str) -> None:
    """What cannot be listened at is refused when it is read, not when the socket is opened."""
    with pytest.raises(ValueError, match=complaint):
        ListenAddress.parse(text)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        pytest.param(":10667", "http://localhost:10667/metrics", id="every address"),
        pytest.param("0.0.0.0:80", "http://localhost:80/metrics", id="every IPv4 address"),
        pytest.param("[::]:80", "http://localhost:80/metrics", id="every IPv6 address"),
        pytest.param("192.0.2.1:80", "http://192.0.2.1:80/metrics", id="one address"),
        pytest.param("[::1]:80", "http://[::1]:80/metrics", id="IPv6"),
    ],
)
def test_the_url_can_be_opened_here(text: str, url: str) -> None:
    """The URL that is printed works in a browser on the same machine."""
    assert ListenAddress.parse(text).url("/metrics") == url


@pytest.mark.parametrize("path", ["/metrics", "/voip/metrics", "/m-1.2_~x", "/apis", "/-x"])
def test_telemetry_paths_are_accepted(path: str) -> None:
    """Any plain path that is not under one of our own pages will do."""
    assert checked_telemetry_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "metrics",
        "/metrics/",
        "/a b",
        "//m",
        "/m?x",
        "/api",
        "/api/v1",
        "/static/x",
        "/-/ready",
    ],
)
def test_other_telemetry_paths_are_refused(path: str) -> None:
    """A path that would hide another page, or that no URL can have, is refused."""
    with pytest.raises(ValueError, match="must"):
        checked_telemetry_path(path)
