"""The rules for single values that pydantic does not know, each with its half of a sentence.

Every rule raises ValueError with a text that goes on from the name of the setting.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from typing import Protocol, TypeVar

from pydantic import BeforeValidator

from qos_exporter.config.quantities import (
    format_duration,
    format_size,
    parse_duration,
    parse_size,
)
from qos_exporter.listen import ListenAddress
from qos_exporter.networks import OTHER

Row = TypeVar("Row")
Items = TypeVar("Items", bound=Sequence[object])

MAX_INTERFACE_NAME = 15
"""IFNAMSIZ of Linux, less the closing zero."""
MAX_NETWORK_NAME = 64


def duration(least: str, most: str) -> BeforeValidator:
    """Turn a duration from `least` to `most` into nanoseconds."""
    least_ns, most_ns = parse_duration(least), parse_duration(most)

    def parse(value: object) -> int:
        if isinstance(value, int | float) and not isinstance(value, bool):
            raise ValueError(f"needs a unit, for example {value}s")  # noqa: TRY004 -- collected
        duration_ns = parse_duration(str(value))
        if not least_ns <= duration_ns <= most_ns:
            found = format_duration(duration_ns)
            raise ValueError(f"must be between {least} and {most}, not {found}")
        return duration_ns

    return BeforeValidator(parse)


def size(least: str, most: str) -> BeforeValidator:
    """Turn a size from `least` to `most` into bytes."""
    least_bytes, most_bytes = parse_size(least), parse_size(most)

    def parse(value: object) -> int:
        size_bytes = parse_size(str(value))
        if not least_bytes <= size_bytes <= most_bytes:
            found = format_size(size_bytes)
            raise ValueError(f"must be between {least} and {most}, not {found}")
        return size_bytes

    return BeforeValidator(parse)


def no_off(value: object) -> object:
    """Undo that YAML 1.1 reads the bare word `off` as false."""
    return "off" if value is False else value


def section(value: object) -> object:
    """Take a section whose lines are all commented out as a section of defaults."""
    return {} if value is None else value


def listen_address(value: object) -> ListenAddress:
    """Read `[host]:port`."""
    return ListenAddress.parse(value) if isinstance(value, str) else ListenAddress.parse("")


def interface(name: str) -> str:
    """Check the name of an interface, which need not exist on the machine that checks."""
    if not 0 < len(name) <= MAX_INTERFACE_NAME or "/" in name or any(map(str.isspace, name)):
        raise ValueError(f"is {name!r}, which cannot be the name of an interface")
    return name


def network_name(name: str) -> str:
    """Check the name of a network, which becomes the value of a label."""
    if name == OTHER:
        raise ValueError(f"is reserved: {OTHER} is every address outside the named networks")
    if not 0 < len(name) <= MAX_NETWORK_NAME or not name.isprintable():
        raise ValueError(f"must be 1 to {MAX_NETWORK_NAME} printable characters long")
    return name


def prefix(text: str) -> str:
    """Check an address prefix, and write it the short way."""
    try:
        return str(ipaddress.ip_network(text))
    except ValueError:
        pass
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ValueError(f"is {text!r}, which is no prefix such as 10.0.0.0/8") from None
    raise ValueError(f"is {text!r}, which has host bits set; did you mean {network}?")


def entries(value: object) -> object:
    """Take a list whose lines are all commented out as an empty one."""
    return () if value is None else value


READ_ONLY_CDR_FIELDS = frozenset(
    {
        *("clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "lastdata"),
        *("start", "answer", "end", "duration", "billsec", "disposition"),
        *("uniqueid", "linkedid", "sequence"),
    }
)
"""Asterisk says that it has set them, and has not."""


def cdr_variable(name: str) -> str:
    """Check the name of a field of call detail records."""
    if not re.fullmatch(r"[\w-]{1,64}", name, re.ASCII):
        raise ValueError("must be a name of letters, digits, - and _")
    if name.lower() in READ_ONLY_CDR_FIELDS:
        raise ValueError("is a field of its own that Asterisk does not let be changed")
    return name


def not_empty(rows: dict[str, Row]) -> dict[str, Row]:
    """Refuse a mapping without rows."""
    if not rows:
        raise ValueError("must name at least one")
    return rows


def one_line(text: str) -> str:
    """Check a text that is sent as one line of a protocol."""
    if not text.isprintable():
        raise ValueError("must be printable characters on one line")
    return text


def host(name: str) -> str:
    """Check the name or address of a machine."""
    if not name or not name.isprintable() or any(character in " /[]" for character in name):
        raise ValueError(f"is {name!r}, which is no host name and no address")
    return name


class Server(Protocol):
    """Where a server is."""

    @property
    def host(self) -> str:
        """Its name or address."""

    @property
    def port(self) -> int:
        """Its port."""


Servers = TypeVar("Servers", bound=Sequence[Server])


def one_entry_per_server(servers: Servers) -> Servers:
    """Refuse two entries for one server: each call would count twice."""
    unique([f"{server.host}:{server.port}" for server in servers])
    return servers


def unique(items: Items) -> Items:
    """Refuse a list that names something twice."""
    for index, item in enumerate(items):
        if item in items[:index]:
            raise ValueError(f"names {item} twice")
    return items


def one_row_per_codec(rows: dict[str, Row]) -> dict[str, Row]:
    """Refuse two rows for one codec: encoding names are the same in either case (RFC 4855)."""
    unique([name.upper() for name in rows])
    return rows


IE_CEILINGS = {"narrowband": 95, "wideband": 95, "fullband": 132}
"""The constant in `Ie_eff` on each scale (G.107, G.107.1, G.107.2)."""


def below_ceiling(ie: float, *, scale: str | None) -> float:
    """Check an equipment impairment; from the ceiling on, loss would make the score better.

    A `scale` that is `None` is wrong itself, and reported as such.
    """
    if scale is not None and ie >= IE_CEILINGS[scale]:
        raise ValueError(f"must be below {IE_CEILINGS[scale]} on the {scale} scale, not {ie:g}")
    return ie


def one_name_per_prefix(networks: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Refuse a prefix that has two names, because neither is the longer match."""
    names: dict[str, str] = {}
    for name, prefixes in networks.items():
        for text in prefixes:
            if text in names:
                raise ValueError(f"names {text} twice, as {names[text]} and as {name}")
            names[text] = name
    return networks
