"""Names of networks by the longest prefix."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qos_exporter.networks import Networks

NETWORKS = Networks(
    [
        ("office", ["10.1.0.0/16", "2001:db8:1::/48"]),
        ("handsets", ["10.1.7.0/24"]),
        ("gateway", ["10.1.7.1/32", "2001:db8:1::1/128"]),
        ("private", ["10.0.0.0/8"]),
        ("six", ["::/0"]),
    ]
)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        pytest.param("10.1.2.3", "office", id="inside"),
        pytest.param("10.1.7.9", "handsets", id="longest prefix of three"),
        pytest.param("10.1.7.1", "gateway", id="a single host"),
        pytest.param("10.2.0.0", "private", id="first address of the shortest prefix"),
        pytest.param("10.255.255.255", "private", id="last address"),
        pytest.param("11.0.0.0", "other", id="one past the last"),
        pytest.param("9.255.255.255", "other", id="one before the first"),
        pytest.param("2001:db8:1::2", "office", id="IPv6"),
        pytest.param("2001:db8:1::1", "gateway", id="IPv6 host"),
        pytest.param("2001:db8:2::1", "six", id="IPv6 default"),
        pytest.param("::10.1.2.3", "six", id="IPv6 never takes an IPv4 prefix"),
    ],
)
def test_the_longest_prefix_names_an_address(address: str, name: str) -> None:
    """Of all prefixes that hold an address the longest one gives its name."""
    assert NETWORKS.name_of(address) == name


def test_without_networks_everything_is_other() -> None:
    """An exporter without configured networks still has the labels."""
    networks = Networks()
    assert networks.name_of("192.0.2.1") == networks.name_of("2001:db8::1") == "other"


def test_order_does_not_matter() -> None:
    """A longer prefix wins wherever it stands in the file."""
    networks = Networks([("wide", ["0.0.0.0/0"]), ("narrow", ["192.0.2.0/24"])])
    swapped = Networks([("narrow", ["192.0.2.0/24"]), ("wide", ["0.0.0.0/0"])])
    assert networks.name_of("192.0.2.1") == swapped.name_of("192.0.2.1") == "narrow"


def test_what_is_no_prefix_is_refused() -> None:
    """A mistyped prefix is an error, not a network that never matches."""
    with pytest.raises(ValueError, match="host bits set"):
        Networks([("office", ["10.1.2.3/16"])])


@given(
    prefixes=st.lists(
        st.ip_addresses(v=4).flatmap(
            lambda address: st.integers(0, 32).map(
                lambda length: ipaddress.ip_network((int(address), length), strict=False)
            )
        ),
        unique=True,
    ),
    address=st.ip_addresses(v=4),
)
def test_the_answer_is_that_of_trying_every_prefix(
    prefixes: list[ipaddress.IPv4Network], address: ipaddress.IPv4Address
) -> None:
    """The tables by length find what a search through all prefixes finds."""
    holding = [prefix for prefix in prefixes if address in prefix]
    best = max(holding, key=lambda prefix: prefix.prefixlen, default="other")
    networks = Networks((str(prefix), [str(prefix)]) for prefix in prefixes)
    assert networks.name_of(str(address)) == str(best)
