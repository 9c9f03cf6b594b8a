"""The fields of one message, and how each kind of value is written there."""

from __future__ import annotations

import socket
from collections.abc import Mapping

from qos_exporter.errors import DecodeError
from qos_exporter.net import Endpoint

Fields = Mapping[str, str]

UNKNOWN = "<unknown>"
"""What Asterisk writes for a name or number that it does not have."""
MAX_PORT = 65535
DECIMAL = 10
DIGITS_MAX = 20
"""Of a number of 64 bits."""
TIME_LENGTH_MAX = 32
"""Characters of a time: more than `%4.4f` makes of any."""


def split_fields(message: bytes) -> dict[str, str]:
    """Give the fields by name; of a name that comes twice, the first. Other lines are skipped.

    A value that an operator or a telephone set may hold bytes of any encoding, and line feeds.
    """
    fields: dict[str, str] = {}
    for line in message.decode(errors="replace").split("\r\n"):
        name, colon, value = line.partition(":")
        if colon and name not in fields:
            fields[name] = value.removeprefix(" ")
    return fields


def text(fields: Fields, name: str) -> str:
    """Give a text, empty where Asterisk has none."""
    value = fields.get(name, "")
    return "" if value == UNKNOWN else value


def whole(fields: Fields, name: str, *, base: int = DECIMAL, bits: int = 32) -> int:
    """Give an unsigned number; raises DecodeError where it is missing or needs more bits."""
    value = number_of(fields.get(name, ""), base)
    if value is None or value >> bits:
        raise DecodeError("bad_number")
    return value


def number_of(written: str, base: int = DECIMAL) -> int | None:
    """Read digits and nothing else; `None` for anything else, and for more than a number has."""
    digits = written.removeprefix("0x") if base != DECIMAL else written
    if not (digits.isascii() and digits.isalnum()) or len(digits) > DIGITS_MAX:
        return None
    try:
        return int(digits, base)
    except ValueError:
        return None


def seconds(fields: Fields, name: str) -> float | None:
    """Give a time in seconds, `None` where there is none; raises DecodeError for what is no number.

    Asterisk writes `%4.4f`, so nothing below 50 microseconds is told from 0. It may be negative.
    """
    written = fields.get(name)
    if written is None:
        return None
    whole_part, _, fraction = written.strip().removeprefix("-").partition(".")
    if not (whole_part + fraction).isdecimal() or len(written) > TIME_LENGTH_MAX:
        raise DecodeError("bad_number")
    return float(written)


def endpoint(fields: Fields, name: str) -> Endpoint:
    """Give `10.0.0.1:5005` or `[2001:db8::1]:5005`; raises DecodeError for anything else."""
    host, _, port = fields.get(name, "").rpartition(":")
    number = number_of(port)
    if number is None or number > MAX_PORT:
        raise DecodeError("bad_address")
    is_v6 = host.startswith("[") and host.endswith("]")
    family = socket.AF_INET6 if is_v6 else socket.AF_INET
    # A link-local address comes with the interface that it is of.
    address = host[1:-1].partition("%")[0] if is_v6 else host
    try:
        return Endpoint(socket.inet_ntop(family, socket.inet_pton(family, address)), number)
    except (OSError, ValueError):
        raise DecodeError("bad_address") from None
