"""Media addresses in voice quality reports, as phones write them."""

from __future__ import annotations

import pytest

from qos_exporter.net import Endpoint
from qos_exporter.protocols.vq_address import VqAddress, parse_address


@pytest.mark.pitfall(74)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "IP=10.0.0.1 PORT=5000 SSRC=0x1a3b5c7d",
            VqAddress("10.0.0.1", 5000, (0x1A3B5C7D,)),
            id="usual",
        ),
        pytest.param(
            "IP=10.0.0.1 SSRC=1A3B5C7D", VqAddress("10.0.0.1", None, (0x1A3B5C7D,)), id="hex"
        ),
        pytest.param("SSRC=3072382415", VqAddress("", None, (3072382415,)), id="decimal"),
        pytest.param("SSRC=-1222584881", VqAddress("", None, (3072382415,)), id="signed-decimal"),
        pytest.param(
            "SSRC=12345678", VqAddress("", None, (0x12345678, 12345678)), id="eight-digits"
        ),
        pytest.param("SSRC=1234567", VqAddress("", None, (1234567, 0x1234567)), id="seven-digits"),
        pytest.param("SSRC=4294967296", VqAddress("", None, ()), id="too-large"),
        pytest.param("SSRC=0x00000000", VqAddress("", None, (0,)), id="zero"),
        pytest.param("10.0.0.1 5000 0xab", VqAddress("10.0.0.1", 5000, (0xAB,)), id="without-keys"),
        pytest.param("10.0.0.1 5000", VqAddress("10.0.0.1", 5000, ()), id="ip-port"),
        pytest.param("IP=10.0.0.1:5000", VqAddress("10.0.0.1", 5000, ()), id="port-in-address"),
        pytest.param("IP=2001:DB8:0::1 PORT=9", VqAddress("2001:db8::1", 9, ()), id="ipv6"),
        pytest.param("IP=[2001:db8::1]:9", VqAddress("2001:db8::1", 9, ()), id="ipv6-and-port"),
        pytest.param("IP=[2001:db8::1] PORT=9", VqAddress("2001:db8::1", 9, ()), id="brackets"),
        pytest.param("IP=::ffff:10.0.0.1 PORT=9", VqAddress("10.0.0.1", 9, ()), id="mapped-ipv4"),
        pytest.param("IP=phone.local PORT=65536", VqAddress("", None, ()), id="unreadable"),
        pytest.param("ip=10.0.0.1 port=0", VqAddress("10.0.0.1", None, ()), id="port-0"),
    ],
)
def test_addresses(text: str, expected: VqAddress) -> None:
    """Addresses are read in all the ways in which phones write them."""
    assert parse_address(text) == expected


def test_endpoint() -> None:
    """An address is an endpoint where address and port are known."""
    assert parse_address("IP=10.0.0.1 PORT=9").endpoint == Endpoint("10.0.0.1", 9)
    assert parse_address("IP=10.0.0.1").endpoint is None
