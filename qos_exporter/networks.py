"""Names for parts of the network: the longest prefix that holds an address gives its name."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

OTHER = "other"
"""The name of every address that no prefix holds."""

CACHED_ADDRESSES = 65_536
"""A tap sees the same few thousand addresses all day; beyond so many they are looked up anew."""


class Networks:
    """Look-up from an address to the name of its network.

    The prefixes of one IP version and length share a dictionary, so that a look-up costs one probe
    per length in use, however many prefixes there are.
    """

    __slots__ = ("_cached", "_tables")

    def __init__(self, named_prefixes: Iterable[tuple[str, Iterable[str]]] = ()) -> None:
        """Take pairs of a name and its prefixes in CIDR notation; raises ValueError for others."""
        by_length: dict[tuple[int, int], dict[int, str]] = {}
        for name, prefixes in named_prefixes:
            for prefix in map(ipaddress.ip_network, prefixes):
                host_bits = prefix.max_prefixlen - prefix.prefixlen
                table = by_length.setdefault((prefix.version, host_bits), {})
                table[int(prefix.network_address) >> host_bits] = name
        self._tables = {
            version: [
                (host_bits, table)
                for (table_version, host_bits), table in sorted(by_length.items())
                if table_version == version
            ]
            for version in (4, 6)
        }
        self._cached = lru_cache(CACHED_ADDRESSES)(self._look_up)

    def name_of(self, address: str) -> str:
        """Name the network of `address` (text form), `other` where there is none."""
        return self._cached(address)

    def _look_up(self, address: str) -> str:
        parsed = ipaddress.ip_address(address)
        number = int(parsed)
        for host_bits, table in self._tables[parsed.version]:
            name = table.get(number >> host_bits)
            if name is not None:
                return name
        return OTHER
