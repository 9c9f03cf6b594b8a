"""The ends of frames that leave the packet path, of which a table keeps those that it has made."""

from __future__ import annotations

import pytest

from qos_exporter.net import Endpoint
from tests.dataplane.harness import Harness
from tests.dataplane.scenarios import PACKET_NS, START_NS
from tests.dataplane.traffic import Frame, ethernet, ip_datagram

REPORT = b"\x80\xc9\0\1\0\0\0\7"
MORE_THAN_ARE_KEPT = 16_384 + 100


def ends_of(ends: list[tuple[Endpoint, Endpoint]]) -> list[tuple[Endpoint, Endpoint]]:
    """Let a kernel set aside a report between each pair of ends, and give those that it tells."""
    harness = Harness()
    harness.frames(
        Frame(ethernet(ip_datagram(src, dst, REPORT)), START_NS + number * PACKET_NS // 1000)
        for number, (src, dst) in enumerate(ends)
    )
    return [(frame.src, frame.dst) for frame in harness.slow]


@pytest.mark.parametrize(
    ("src", "dst"),
    [
        pytest.param(Endpoint("10.0.0.1", 5005), Endpoint("10.0.0.2", 5005), id="address"),
        pytest.param(Endpoint("10.0.0.1", 5005), Endpoint("10.0.0.1", 5006), id="port"),
        pytest.param(Endpoint("10.0.0.1", 0x0102), Endpoint("10.0.0.1", 0x0201), id="octets"),
        pytest.param(Endpoint("2001:db8::1", 5005), Endpoint("2001:db8::2", 5005), id="ipv6"),
    ],
)
def test_ends_are_told_apart(src: Endpoint, dst: Endpoint) -> None:
    """Whoever differs in anything has an endpoint of its own, also after others were met."""
    ends = [(src, dst), (dst, src), (src, dst)]

    assert ends_of(ends) == ends


def test_more_ends_than_are_kept() -> None:
    """When the table is full it begins anew, and every frame still has its own ends."""
    server = Endpoint("192.0.2.1", 5005)
    clients = [
        Endpoint(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 7000)
        for number in range(MORE_THAN_ARE_KEPT)
    ]
    ends = [(client, server) for client in [*clients, *clients[:10]]]

    assert ends_of(ends) == ends
