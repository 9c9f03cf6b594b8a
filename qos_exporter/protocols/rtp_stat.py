"""RTP statistics that devices put into BYE and its answer: X-RTP-Stat and P-RTP-Stat.

No standard says what stands there. Two families are seen, told apart by what separates the fields:

* `;` (AVM FRITZ!Box, baresip, AudioCodes): a value may have two parts, `received,sent`.
* `,` (Cisco, Linksys and Poly analogue adapters, TelcoBridges): a value has one part.

Contract: `parse_rtp_stat` takes the value of such a header and returns what it says, or raises
`DecodeError` with one of `REASONS`. What cannot be read, or has no certain unit, is absent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qos_exporter.errors import DecodeError

HEADERS = ("x-rtp-stat", "p-rtp-stat")
"""Names of the header, in lower case as `SipMessage.headers` has them."""

REASONS = ("empty", "no_statistics")
"""Every reason that `parse_rtp_stat` gives.

`empty`: no field at all. `no_statistics`: the device says that it has none (baresip, ERROR=), or no
field has a figure.
"""

_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?")
_RATE = re.compile(r"[^/]+/([1-9][0-9]{2,6})")
_TICKS_REPORTER = "baresip"
_MAX_MS = 65534
_MIN_MOS, _MAX_MOS = 1, 5


@dataclass(frozen=True, slots=True)
class RtpStatDirection:
    """Figures of one direction of the media, as seen by the device that sends the header."""

    packets: int | None
    """PR or PS."""
    octets: int | None
    """OR or OS."""
    packets_lost: int | None
    """PL: of what it received by its own count, of what it sent by what the far end reported."""
    packets_discarded: int | None
    """PD."""
    jitter_s: float | None
    """JI. Milliseconds by the documents of AudioCodes, Cisco and Poly; RTP timestamp units of the
    rate that EN and DE name from baresip. Absent from AVM, whose unit nothing public settles."""
    encoding: str
    """DE or EN, the codec without its rate; the first of several."""

    @property
    def loss_ratio(self) -> float | None:
        """Lost over lost and received; only of use for what the device received."""
        if self.packets is None or self.packets_lost is None:
            return None
        expected = self.packets + self.packets_lost
        return self.packets_lost / expected if expected else None


@dataclass(frozen=True, slots=True)
class RtpStat:
    """What one device says of a call at its end."""

    reporter: str
    """EX, the product's own name; empty where it is not said."""
    received: RtpStatDirection
    sent: RtpStatDirection
    setup_s: float | None
    """CS, in ms on the wire: from the INVITE to the answer."""
    duration_s: float | None
    """CD or DU."""
    round_trip_s: float | None
    """DL, its mean; in ms on the wire. 0 says that none was measured."""
    mos: float | None
    """MOS, 1 to 5, of no said kind."""


def parse_rtp_stat(value: str) -> RtpStat:
    """Parse the value of the header; raises DecodeError with one of `REASONS`."""
    fields = _split(value)
    if not fields:
        raise DecodeError("empty")
    if "ERROR" in fields:
        raise DecodeError("no_statistics")
    stat = RtpStat(
        reporter=fields.get("EX", ""),
        received=_direction(fields, 0, packets="PR", octets="OR", codec="DE"),
        sent=_direction(fields, 1, packets="PS", octets="OS", codec="EN"),
        setup_s=_seconds(_part(fields, "CS", 0)),
        duration_s=_number(_part(fields, "CD", 0) or _part(fields, "DU", 0)),
        round_trip_s=_seconds(_part(fields, "DL", 0), maximum_ms=_MAX_MS) or None,
        mos=_mos(_part(fields, "MOS", 0)),
    )
    if stat.received.packets is None and stat.sent.packets is None and _is_silent(stat.received):
        raise DecodeError("no_statistics")
    return stat


def _is_silent(direction: RtpStatDirection) -> bool:
    return direction.packets_lost is None and direction.jitter_s is None


def _split(value: str) -> dict[str, str]:
    """Give the fields by upper-case key; the first of a repeated one counts."""
    separator = ";" if ";" in value else ","
    fields: dict[str, str] = {}
    for field in value.split(separator):
        key, equals, text = field.partition("=")
        if equals and key.strip():
            fields.setdefault(key.strip().upper(), text.strip())
    return fields


def _direction(
    fields: dict[str, str], index: int, *, packets: str, octets: str, codec: str
) -> RtpStatDirection:
    return RtpStatDirection(
        packets=_count(_part(fields, packets, 0)),
        octets=_count(_part(fields, octets, 0)),
        packets_lost=_count(_part(fields, "PL", index)),
        packets_discarded=_count(_part(fields, "PD", index)),
        jitter_s=_jitter(fields, index, _part(fields, codec, 0)),
        encoding=_part(fields, codec, 0).partition("/")[0],
    )


def _part(fields: dict[str, str], key: str, index: int) -> str:
    """Give part `index` of a value, or an empty text."""
    parts = fields.get(key, "").split(",")
    return parts[index].strip() if index < len(parts) else ""


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(2**63)) else None


def _seconds(text: str, maximum_ms: float = 86_400_000) -> float | None:
    value = _number(text)
    return value / 1000 if value is not None and value <= maximum_ms else None


def _mos(text: str) -> float | None:
    value = _number(text)
    return value if value is not None and _MIN_MOS <= value <= _MAX_MOS else None


def _jitter(fields: dict[str, str], index: int, codec: str) -> float | None:
    text = _part(fields, "JI", index)
    if fields.get("EX", "").lower() == _TICKS_REPORTER:
        rate, ticks = _RATE.fullmatch(codec), _number(text)
        return ticks / int(rate[1]) if rate and ticks is not None else None
    if _has_certain_unit(fields):
        return _seconds(text, maximum_ms=_MAX_MS)
    return None


def _has_certain_unit(fields: dict[str, str]) -> bool:
    """Whether jitter is in milliseconds: in all but AVM's form, which counts silence (SP, SO)."""
    return "SP" not in fields and "SO" not in fields
