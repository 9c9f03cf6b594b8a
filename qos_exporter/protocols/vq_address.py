"""The media address of one party in a voice quality report: IP, PORT and SSRC, as phones write it.

RFC 6035 has `IP=192.0.2.1 PORT=5000 SSRC=0x1a3b5c7d`. Seen besides: no keys at all, no port, a port
inside the address, and the SSRC in hexadecimal without `0x`, in decimal, and in signed decimal.
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass

from qos_exporter.net import V4_MAPPED_PREFIX, Endpoint

_KEYED = re.compile(r"\b(IP|PORT|SSRC)=([^\s;,]*)", re.IGNORECASE)
_HOST_AND_PORT = re.compile(r"(?:\[([^\]]*)\]|([^:]*)):([0-9]{1,5})")
_HEX = re.compile(r"(?:0x)?([0-9a-f]{1,8})", re.IGNORECASE)
_DECIMAL = re.compile(r"-?[0-9]{1,10}")
_MAX_PORT = 65535
_SSRC_MODULUS = 2**32
_KEYS = ("ip", "port", "ssrc")


@dataclass(frozen=True, slots=True)
class VqAddress:
    """Where one party sends its media from and receives it."""

    address: str
    """Canonical text, and empty where it is no IP address. A phone behind NAT names its own."""
    port: int | None
    ssrcs: tuple[int, ...]
    """The SSRC of what this party sends, in every way the digits can be read, likeliest first. Only
    `0x` or a hexadecimal letter leaves no doubt; a stream that exists tells which one was meant."""

    @property
    def endpoint(self) -> Endpoint | None:
        """Address and port, where both are known."""
        if not self.address or self.port is None:
            return None
        return Endpoint(self.address, self.port)


def parse_address(text: str) -> VqAddress:
    """Read the value of a LocalAddr or RemoteAddr line; what cannot be read is absent."""
    fields = {key.lower(): value for key, value in reversed(_KEYED.findall(text))}
    if not fields:
        fields = dict(zip(_KEYS, text.split(), strict=False))
    host, port = _split_port(fields.get("ip", ""))
    return VqAddress(
        address=_canonical(host),
        port=_port(fields.get("port", "") or port),
        ssrcs=_read_ssrc(fields.get("ssrc", "")),
    )


def _split_port(text: str) -> tuple[str, str]:
    match = _HOST_AND_PORT.fullmatch(text)
    if match:
        return match[1] or match[2] or "", match[3]
    return text.strip("[]"), ""


def _canonical(host: str) -> str:
    """The text that an equal address on the wire has (net.Endpoint)."""
    try:
        if ":" in host:
            packed = socket.inet_pton(socket.AF_INET6, host)
        else:
            packed = V4_MAPPED_PREFIX + socket.inet_pton(socket.AF_INET, host)
    except (OSError, ValueError):
        return ""
    return Endpoint.from_packed16(packed, 0).address


def _port(text: str) -> int | None:
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(_MAX_PORT)):
        return None
    return int(text) if 0 < int(text) <= _MAX_PORT else None


def _read_ssrc(text: str) -> tuple[int, ...]:
    """Eight digits are likelier hexadecimal, as the RFC has it; fewer are likelier decimal."""
    in_hex, in_decimal = _HEX.fullmatch(text), _DECIMAL.fullmatch(text)
    readings = [int(in_hex[1], 16)] if in_hex else []
    if in_decimal and -(_SSRC_MODULUS // 2) <= int(text) < _SSRC_MODULUS:
        likelier = 1 if len(text) == len("1a3b5c7d") else 0
        readings.insert(likelier, int(text) % _SSRC_MODULUS)
    return tuple(dict.fromkeys(readings))
