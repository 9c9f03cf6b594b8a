from __future__ import annotations

import pytest

from qos_exporter.capture import interfaces
from qos_exporter.errors import CaptureError
from tests.capture.links import NEAR, Links


def test_loopback_exists() -> None:
    """The names of the interfaces hold the one that every machine has."""
    assert "lo" in interfaces.interface_names()


def test_known_interface() -> None:
    """An interface that exists is accepted."""
    interfaces.require_interface("lo")


@pytest.mark.netns
def test_interface_by_another_name(links: Links) -> None:
    """An interface may be named by another name of its own (`altname`), whether or not it is up."""
    links.make_pair()
    links.set(NEAR, "down")
    links.ip("link", "property", "add", "dev", NEAR, "altname", "uplink")

    interfaces.require_interface("uplink")


@pytest.mark.parametrize(
    ("names", "choice"),
    [
        pytest.param(["eth0", "lo"], "there are eth0, lo", id="some"),
        pytest.param([], "there is none at all", id="none"),
    ],
)
def test_unknown_interface(names: list[str], choice: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interface that does not exist is refused by a sentence that names those that do."""
    monkeypatch.setattr(interfaces, "interface_names", lambda: names)

    with pytest.raises(CaptureError) as caught:
        interfaces.require_interface("eth9")

    assert str(caught.value) == f"there is no interface eth9; {choice}"


class Routes:
    """Stands in for a routing table of scapy's."""

    def __init__(self, routes: list[tuple[object, ...]]) -> None:
        self.routes = routes


LINK_ROUTE = (0x0A000000, 0xFF000000, "10.0.0.8", "eth0", "10.0.0.1", 0)
LINK_ROUTE_V6 = ("fd00::", 64, "::", "eth0", ["fd00::1"], 0)


@pytest.mark.parametrize(
    ("routes", "routes_v6", "expected"),
    [
        pytest.param(
            [LINK_ROUTE, (0, 0, "10.0.0.9", "eth1", "10.0.0.1", 5)], [], "eth1", id="IPv4"
        ),
        pytest.param(
            [(0, 0, "10.0.0.9", "eth1", "10.0.0.1", 5), (0, 0, "10.0.0.8", "eth2", "10.0.0.1", 1)],
            [],
            "eth2",
            id="least metric",
        ),
        pytest.param(
            [LINK_ROUTE],
            [("::", 0, "::", "lo", ["::1"], 0), ("::", 0, "fe80::1", "eth3", ["fd00::1"], 1)],
            "eth3",
            id="IPv6 only",
        ),
    ],
)
def test_default_interface(
    routes: list[tuple[object, ...]],
    routes_v6: list[tuple[object, ...]],
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The default route of the least metric names the interface, IPv4's before IPv6's."""
    monkeypatch.setattr("scapy.route.Route", lambda: Routes(routes))
    monkeypatch.setattr("scapy.route6.Route6", lambda: Routes(routes_v6))

    assert interfaces.default_interface() == expected


def test_no_default_route(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a default route the user has to choose, and is told among what."""
    monkeypatch.setattr("scapy.route.Route", lambda: Routes([LINK_ROUTE]))
    monkeypatch.setattr("scapy.route6.Route6", lambda: Routes([LINK_ROUTE_V6]))
    monkeypatch.setattr(interfaces, "interface_names", lambda: ["eth0", "lo"])

    with pytest.raises(CaptureError) as caught:
        interfaces.default_interface()

    assert str(caught.value) == (
        "there is no default route: name an interface to listen on; there are eth0, lo"
    )
