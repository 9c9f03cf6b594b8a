"""RTCP datagrams: one or more packets in a row (RFC 3550 section 6.1).

A packet whose content is broken loses only itself: its length word still leads to the next. The
compound may begin with any type of packet (RFC 5506) and lack SDES.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import NamedTuple

from qos_exporter.errors import DecodeError
from qos_exporter.protocols.rtcp.application import ApplicationPacket, parse_application
from qos_exporter.protocols.rtcp.extended_report import ExtendedReport, parse_extended_report
from qos_exporter.protocols.rtcp.feedback import (
    Feedback,
    parse_payload_feedback,
    parse_transport_feedback,
)
from qos_exporter.protocols.rtcp.goodbye import Goodbye, parse_goodbye
from qos_exporter.protocols.rtcp.ordinary import ORDINARY
from qos_exporter.protocols.rtcp.reports import (
    BLOCK_BYTES,
    SENDER_BYTES,
    SSRC_BYTES,
    ReceiverReport,
    SenderReport,
    parse_receiver_report,
    parse_sender_report,
)
from qos_exporter.protocols.rtcp.source_description import (
    SourceDescription,
    parse_source_description,
)
from qos_exporter.protocols.rtcp.srtcp import (
    FIRST_TYPE,
    LAST_TYPE,
    VERSION,
    is_header,
    looks_encrypted,
)
from qos_exporter.tuples import new_tuple

REASONS = (
    "too_short",
    "too_long",
    "not_rtcp",
    "encrypted",
    "header",
    "truncated",
    "trailing_bytes",
    "padding",
    "length",
    "count",
    "sdes_item",
    "bye_reason",
    "xr_block_length",
    "xr_block_overrun",
)
"""Every reason that `parse_compound` gives, as an error or among the faults.

`too_short`: less than a header. `too_long`: more than `LONGEST`. `not_rtcp`: another version than
2, or a type out of 192 to 223. `encrypted`: SRTCP. `header`: what follows a packet does not begin
like one. `truncated`: a packet is longer than the rest of the datagram. `trailing_bytes`: one to
three bytes are left over. `padding`: it is of no valid length, or not in the last packet. `length`:
a packet is too short for its type. `count`: it counts more blocks, chunks or sources than it holds.
`sdes_item`, `bye_reason`: a text is longer than its packet. `xr_block_length`: a block has not the
length of its type. `xr_block_overrun`: a block is longer than its packet.
"""

LONGEST = 4096
"""Bytes of a datagram. Compounds have to fit into what the path carries at once (RFC 3550 section
6.1), and of 60 kB that name thousands of sources each would take a tenth of a second."""
_HEADER = Struct("!BBH")
_HEADER_BYTES = _HEADER.size
_PADDED = 0x20
_COUNT = 0x1F


class UnknownPacket(NamedTuple):
    """A packet of a type that is not read, such as those that vendors made up."""

    packet_type: int

    @property
    def kind(self) -> str:
        """The name of the packet type."""
        return "unknown"


RtcpPacket = (
    SenderReport
    | ReceiverReport
    | SourceDescription
    | Goodbye
    | ApplicationPacket
    | Feedback
    | ExtendedReport
    | UnknownPacket
)


class Compound(NamedTuple):
    """What one datagram holds."""

    packets: tuple[RtcpPacket, ...]
    """The packets that could be read, in order; at least one."""
    faults: tuple[str, ...]
    """Out of `REASONS`, one for each thing that could not be read; usually empty."""


class _Layout(NamedTuple):
    """How a type of packet is built, after its header."""

    parse: Callable[[bytes, int, list[str]], RtcpPacket]
    """From the body, the count (or what the five bits in its place are) and the list of faults."""
    fixed: int
    """Bytes that are there in any case."""
    unit: int = 0
    """Bytes that each of the counted parts has at least."""
    parts: str = ""
    """The field with the parts that make sense also where others are missing."""


_LAYOUTS = {
    200: _Layout(parse_sender_report, SENDER_BYTES, BLOCK_BYTES, parts="reports"),
    201: _Layout(parse_receiver_report, SSRC_BYTES, BLOCK_BYTES, parts="reports"),
    202: _Layout(parse_source_description, 0, SSRC_BYTES, parts="sources"),
    203: _Layout(parse_goodbye, 0, SSRC_BYTES, parts="ssrcs"),
    204: _Layout(parse_application, 8),
    205: _Layout(parse_transport_feedback, 8),
    206: _Layout(parse_payload_feedback, 8),
    207: _Layout(parse_extended_report, SSRC_BYTES, parts="read_blocks"),
}


def parse_compound(data: bytes, *, srtp_negotiated: bool = False) -> Compound:
    """Read a datagram; `srtp_negotiated` says what signalling knows of its media.

    Raises DecodeError with one of `REASONS` where no packet can be read: `encrypted` for SRTCP,
    which is not an error of anybody, else what is wrong with the first one.
    """
    read = ORDINARY.get(data[:_HEADER_BYTES])
    packets = None if read is None else read(data)
    if packets is not None:
        return new_tuple(Compound, (packets, ()))
    return parse_any_compound(data, srtp_negotiated=srtp_negotiated)


def parse_any_compound(data: bytes, *, srtp_negotiated: bool) -> Compound:
    """Read a datagram the long way, on which nothing is taken for granted."""
    if len(data) < _HEADER_BYTES:
        raise DecodeError("too_short")
    if not is_header(data, 0):
        raise DecodeError("not_rtcp")
    if len(data) > LONGEST:
        raise DecodeError("too_long")
    packets: list[RtcpPacket] = []
    faults: list[str] = []
    start = 0
    while start < len(data):
        start = _read_packet(data, start, packets, faults)
    if faults:
        if looks_encrypted(data, srtp_negotiated=srtp_negotiated):
            raise DecodeError("encrypted")
        if not packets:
            raise DecodeError(faults[0])
    return Compound(tuple(packets), tuple(faults))


def _read_packet(data: bytes, start: int, packets: list[RtcpPacket], faults: list[str]) -> int:
    """Read the packet at `start`, or note what is wrong with it, and return where to go on."""
    content = start + _HEADER_BYTES
    if content > len(data):
        faults.append("trailing_bytes")
        return content
    bits, packet_type, words = _HEADER.unpack_from(data, start)
    end: int = content + 4 * words
    if bits >> 6 != VERSION or not FIRST_TYPE <= packet_type <= LAST_TYPE:
        faults.append("header")
        return end if _is_boundary(data, end) else len(data)
    try:
        if end > len(data):
            packets.append(_parse_cut(packet_type, bits & _COUNT, data[content:]))
            faults.append("truncated")
        else:
            body = data[content:end]
            if bits & _PADDED:
                body = _without_padding(body, is_last=end == len(data))
            packets.append(_parse_packet(packet_type, bits & _COUNT, body, faults))
    except DecodeError as error:
        faults.append("truncated" if end > len(data) else error.reason)
    return end


def _is_boundary(data: bytes, start: int) -> bool:
    """Whether a packet may begin at `start`, or the datagram ends there."""
    if start + _HEADER_BYTES > len(data):
        return start == len(data)
    return is_header(data, start)


def _without_padding(body: bytes, *, is_last: bool) -> bytes:
    """Cut off the bytes that the last one counts (RFC 3550 section 6.4.1)."""
    padding = body[-1] if body else 0
    if not is_last or padding == 0 or padding % 4 or padding > len(body):
        raise DecodeError("padding")
    return body[:-padding]


def _parse_packet(packet_type: int, count: int, body: bytes, faults: list[str]) -> RtcpPacket:
    layout = _LAYOUTS.get(packet_type)
    if layout is None:
        return UnknownPacket(packet_type)
    room = len(body) - layout.fixed
    if room < 0:
        raise DecodeError("length")
    if count * layout.unit > room:
        raise DecodeError("count")
    return layout.parse(body, count, faults)


def _parse_cut(packet_type: int, count: int, body: bytes) -> RtcpPacket:
    """Read a packet that the datagram's end cuts off: its parts that are still whole, if any.

    Without any it is lost, since other protocols, above all DNS, may begin like RTCP as well, with
    something else where RTCP has its length.
    """
    layout = _LAYOUTS.get(packet_type)
    if layout is None or not layout.parts:
        raise DecodeError("truncated")
    if layout.unit and count * layout.unit > len(body) - layout.fixed:
        # What is left of a part must not be taken for what comes after all of them.
        count = (len(body) - layout.fixed) // layout.unit
        body = body[: layout.fixed + count * layout.unit]
    # What is missing inside is not another fault.
    packet = _parse_packet(packet_type, count, body, [])
    if not getattr(packet, layout.parts):
        raise DecodeError("truncated")
    return packet
