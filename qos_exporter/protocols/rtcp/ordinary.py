"""The short cut for what nearly every RTCP datagram is: a report with one block, and a name.

A telephone sends the same two packets all the time: SR, or RR while it is silent, with one block,
and SDES with one chunk. All fields are at fixed places then, so one `Struct` reads them at once.
Whatever is different in anything goes the long way of `compound`, which gives the same values.
"""

from __future__ import annotations

from functools import lru_cache
from struct import Struct
from typing import TYPE_CHECKING

from qos_exporter.errors import DecodeError
from qos_exporter.protocols.rtcp.reports import ReceiverReport, ReceptionReport, SenderReport
from qos_exporter.protocols.rtcp.source_description import (
    KEPT_BYTES,
    KEPT_DESCRIPTIONS,
    parse_chunks,
)
from qos_exporter.tuples import new_tuple

if TYPE_CHECKING:
    from qos_exporter.protocols.rtcp.source_description import SourceDescription

    Ordinary = tuple[SenderReport | ReceiverReport, SourceDescription]

_SENDER = Struct("!4xIQ3IIBbH4I")
_SENDER_BYTES = _SENDER.size
_RECEIVER = Struct("!4xIIBbH4I")
_RECEIVER_BYTES = _RECEIVER.size
_HEADER_BYTES = 4
_NAMES_BYTES = _HEADER_BYTES + KEPT_BYTES
_SDES = b"\x81\xca"
"""How it begins: version 2, no padding, one chunk; the type."""


def _read_sender_report(data: bytes) -> Ordinary | None:
    if not _SENDER_BYTES < len(data) <= _SENDER_BYTES + _NAMES_BYTES:
        return None
    names = _read_names(data[_SENDER_BYTES:])
    if names is None:
        return None
    ssrc, ntp, rtp, packets, octets, about, fraction, high, low, highest, jitter, last, delay = (
        _SENDER.unpack_from(data)
    )
    block = (about, fraction, high << 16 | low, highest, jitter, last, delay)
    reports = (new_tuple(ReceptionReport, block),)
    return new_tuple(SenderReport, (ssrc, ntp, rtp, packets, octets, reports)), names


def _read_receiver_report(data: bytes) -> Ordinary | None:
    if not _RECEIVER_BYTES < len(data) <= _RECEIVER_BYTES + _NAMES_BYTES:
        return None
    names = _read_names(data[_RECEIVER_BYTES:])
    if names is None:
        return None
    ssrc, about, fraction, high, low, highest, jitter, last, delay = _RECEIVER.unpack_from(data)
    block = (about, fraction, high << 16 | low, highest, jitter, last, delay)
    return new_tuple(ReceiverReport, (ssrc, (new_tuple(ReceptionReport, block),))), names


@lru_cache(maxsize=KEPT_DESCRIPTIONS)
def _read_names(packet: bytes) -> SourceDescription | None:
    """Read a packet with one chunk, in which nothing is wrong. Its source repeats it for ever."""
    words, rest = divmod(len(packet) - _HEADER_BYTES, 4)
    if words < 0 or rest or packet[:_HEADER_BYTES] != _SDES + words.to_bytes(2):
        return None
    try:
        return parse_chunks(packet[_HEADER_BYTES:], 1)
    except DecodeError:
        return None


ORDINARY = {
    b"\x81\xc8\x00\x0c": _read_sender_report,
    b"\x81\xc9\x00\x07": _read_receiver_report,
}
"""What may read a datagram, by its first word: version 2, no padding, one block; the type; the
length that fits. Each gives `None` where the rest is not such a report and a sound description."""
