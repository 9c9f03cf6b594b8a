"""Reads pcap files (draft-ietf-opsawg-pcap): either byte order, micro- or nanosecond stamps."""

from __future__ import annotations

import struct

from qos_exporter.capture.link_types import canonical_link_type
from qos_exporter.dataplane.blocks_pcap import Records

FILE_HEADER_SIZE = 24

_VARIANTS = {
    b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\xd4\xc3\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\x3c\x4d": (">", 1),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
}
"""Magic number -> byte order, and the nanoseconds that a unit of the record's fraction is worth."""

MAGICS = frozenset(_VARIANTS)

_LITTLE_ENDIAN = struct.pack("=H", 1) == struct.pack("<H", 1)
NATIVE_ORDER = "<" if _LITTLE_ENDIAN else ">"


def read_file_header(header: bytes) -> Records:
    """Give the reader of a file's records, which begin at `FILE_HEADER_SIZE`.

    The first four of the `FILE_HEADER_SIZE` bytes are one of `MAGICS`. Version, zone and accuracy
    have had one value for decades and are not looked at, nor is the snapshot length: a record's own
    length is what counts.
    """
    order, fraction_ns = _VARIANTS[header[:4]]
    (network,) = struct.unpack_from(order + "I", header, 20)
    return Records(
        swapped=order != NATIVE_ORDER,
        fraction_ns=fraction_ns,
        link_type=canonical_link_type(network),
    )
