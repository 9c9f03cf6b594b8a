"""Builds capture files block by block, from the drafts and not from the code under test."""

from __future__ import annotations

import struct


def pcap_header(order: str = "<", *, nanoseconds: bool = False, link_type: int = 1) -> bytes:
    """Build a file header of version 2.4; `order` is the byte order as struct writes it."""
    magic = 0xA1B23C4D if nanoseconds else 0xA1B2C3D4
    return struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, link_type)


def pcap_record(
    data: bytes, order: str = "<", *, seconds: int = 0, fraction: int = 0, length: int | None = None
) -> bytes:
    """Build a record; the length on the wire is that of the data unless given."""
    on_wire = len(data) if length is None else length
    return struct.pack(order + "IIII", seconds, fraction, len(data), on_wire) + data


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    """Build a pcapng block around a body, which is padded to 32 bits."""
    padded = body + bytes(-len(body) % 4)
    length = len(padded) + 12
    return struct.pack(order + "II", kind, length) + padded + struct.pack(order + "I", length)


def section(order: str = "<") -> bytes:
    """Build a section header block of version 1.0 and of unknown section length."""
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def option(code: int, value: bytes, order: str = "<") -> bytes:
    """Build an option, padded to 32 bits."""
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def interface(
    order: str = "<", *, link_type: int = 1, snaplen: int = 0, options: bytes = b""
) -> bytes:
    """Build an interface description block."""
    return block(1, struct.pack(order + "HHI", link_type, 0, snaplen) + options, order)


def enhanced(
    data: bytes, order: str = "<", *, number: int = 0, ticks: int = 0, length: int | None = None
) -> bytes:
    """Build an enhanced packet block of the section's interface `number`."""
    on_wire = len(data) if length is None else length
    fields = (number, ticks >> 32, ticks & 0xFFFFFFFF, len(data), on_wire)
    return block(6, struct.pack(order + "IIIII", *fields) + data, order)


def obsolete(data: bytes, order: str = "<", *, number: int = 0, ticks: int = 0) -> bytes:
    """Build a packet block as it was before the enhanced one, with a drop count of 7."""
    fields = (number, 7, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data))
    return block(2, struct.pack(order + "HHIIII", *fields) + data, order)


def simple(data: bytes, order: str = "<", *, length: int | None = None) -> bytes:
    """Build a simple packet block, which has no timestamp."""
    on_wire = len(data) if length is None else length
    return block(3, struct.pack(order + "I", on_wire) + data, order)
