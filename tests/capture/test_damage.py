from __future__ import annotations

import gzip
import struct
from pathlib import Path

import pytest

from tests.capture.building import (
    block,
    enhanced,
    interface,
    obsolete,
    option,
    pcap_header,
    pcap_record,
    section,
    simple,
)
from tests.capture.reading import read_bytes

PCAP = pcap_header() + pcap_record(b"12345678")
"""24 bytes of header and one record of 16 + 8: 48 bytes."""
PCAPNG = section() + interface() + enhanced(b"12345678")
"""28 + 20 + 40 bytes: 88."""
ANOTHER = "another pcap file begins here; mergecap joins captures, cat does not"
CUT_SHORT = "the file ends within a record, {} bytes into it"


@pytest.mark.parametrize(
    ("damage", "offset", "what"),
    [
        pytest.param(b"\0", 48, CUT_SHORT.format(1), id="one byte"),
        pytest.param(pcap_record(b"x")[:15], 48, CUT_SHORT.format(15), id="within a header"),
        pytest.param(pcap_record(b"x" * 214)[:100], 48, CUT_SHORT.format(100), id="within a frame"),
        pytest.param(
            struct.pack("<IIII", 0, 0, 262_145, 60) + bytes(300_000),
            48,
            "a frame gives a captured length that it cannot have",
            id="captured length",
        ),
        pytest.param(bytes(4096), 48, "zeros stand where a frame should begin", id="zeros"),
        pytest.param(PCAP, 48, ANOTHER, id="another file"),
        pytest.param(pcap_header(order=">") + bytes(9), 48, ANOTHER, id="of the other byte order"),
        pytest.param(pcap_header(nanoseconds=True) + bytes(9), 48, ANOTHER, id="with nanoseconds"),
    ],
)
def test_damaged_pcap(damage: bytes, offset: int, what: str, tmp_path: Path) -> None:
    """What comes before the damage is read; the error names file, offset and fault."""
    frames, error = read_bytes(PCAP + damage, tmp_path)

    assert [frame.data for frame in frames] == [b"12345678"]
    assert error == f"x.pcap: at byte {offset}: {what}"


LENGTH = "a block gives a length that it cannot have"
TWICE = "a block gives its length twice, and differently"
CAPTURED = "a frame gives a captured length that it cannot have"
UNKNOWN = "a frame names an interface that the file does not describe"


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        pytest.param(enhanced(b"x" * 60)[:-1], CUT_SHORT.format(91), id="last byte missing"),
        pytest.param(b"\x06\0\0", CUT_SHORT.format(3), id="within a type"),
        pytest.param(b"\x06\0\0\0\x24", CUT_SHORT.format(5), id="within a length"),
        pytest.param(section()[:20], CUT_SHORT.format(20), id="within a section header"),
        pytest.param(struct.pack("<III", 6, 8, 8), LENGTH, id="shorter than a block"),
        pytest.param(struct.pack("<II", 6, 0), LENGTH, id="no length"),
        pytest.param(struct.pack("<III", 6, 33, 33) + bytes(30), LENGTH, id="no multiple of 4"),
        pytest.param(struct.pack("<II", 6, 16 << 20 | 4), LENGTH, id="longer than any block"),
        pytest.param(block(6, bytes(16)), LENGTH, id="enhanced packet too short"),
        pytest.param(block(2, bytes(16)), LENGTH, id="obsolete packet too short"),
        pytest.param(block(3, b""), LENGTH, id="simple packet too short"),
        pytest.param(block(4, b"abcd")[:-4] + b"\x14\0\0\0", TWICE, id="lengths differ"),
        pytest.param(
            block(6, struct.pack("<IIIII", 0, 0, 0, 5, 5) + b"abcd"), CAPTURED, id="captured length"
        ),
        pytest.param(enhanced(b"x", number=1), UNKNOWN, id="unknown interface"),
        pytest.param(
            obsolete(b"x", number=1), UNKNOWN, id="unknown interface of an obsolete packet"
        ),
        pytest.param(section() + simple(b"x"), UNKNOWN, id="simple packet without an interface"),
        pytest.param(block(1, bytes(4)), "an interface description is too short", id="interface"),
        pytest.param(
            interface(options=struct.pack("<HH", 2, 40) + bytes(8)),
            "an option of an interface description is longer than its block",
            id="option",
        ),
        pytest.param(
            interface(options=option(9, b"\x09\x09")),
            "a time option of an interface description has a wrong length",
            id="length of a resolution",
        ),
        pytest.param(
            interface(options=option(14, bytes(4))),
            "a time option of an interface description has a wrong length",
            id="length of an offset",
        ),
        pytest.param(
            interface(options=option(14, struct.pack("<q", 1 << 40))),
            "an interface shifts its timestamps by 1099511627776 s",
            id="offset",
        ),
        pytest.param(
            block(0x0A0D0D0A, b"\1\2\3\4" + bytes(12)),
            "a section header has no byte-order magic",
            id="byte-order magic",
        ),
        pytest.param(
            block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 2, 0, -1)),
            "version 2 of pcapng is not known",
            id="version",
        ),
        pytest.param(
            struct.pack("<IIIHHqI", 0x0A0D0D0A, 26, 0x1A2B3C4D, 1, 0, -1, 26),
            "a section header gives a length that it cannot have",
            id="length of a section header",
        ),
        pytest.param(
            section()[:-4] + b"\x20\0\0\0",
            "a section header gives its length twice, and differently",
            id="lengths of a section header",
        ),
    ],
)
def test_damaged_pcapng(damage: bytes, what: str, tmp_path: Path) -> None:
    """What comes before the damage is read; the error names file, offset and fault."""
    frames, error = read_bytes(PCAPNG + damage, tmp_path)
    offset = 88 + (28 if damage.startswith(section()) else 0)

    assert [frame.data for frame in frames] == [b"12345678"]
    assert error == f"x.pcap: at byte {offset}: {what}"


def test_endless_interfaces(tmp_path: Path) -> None:
    """A file of nothing but interfaces does not fill the memory."""
    frames, error = read_bytes(section() + interface() * 65_537, tmp_path)

    assert frames == []
    assert error == "x.pcap: at byte 1310748: there are more than 65536 interfaces"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        pytest.param(b"", "x.pcap: the file is empty, so it is no capture", id="empty"),
        pytest.param(
            b"Sent 100 calls\n",
            "x.pcap: at byte 0: this is neither pcap nor pcapng, plain or compressed by gzip",
            id="text",
        ),
        pytest.param(
            b"\xd4\xc3",
            "x.pcap: at byte 0: this is neither pcap nor pcapng, plain or compressed by gzip",
            id="two bytes",
        ),
        pytest.param(
            pcap_header()[:23],
            "x.pcap: at byte 0: the file ends within its header, 23 bytes into it",
            id="header of pcap cut",
        ),
        pytest.param(
            section()[:27],
            "x.pcap: at byte 0: the file ends within a record, 27 bytes into it",
            id="header of pcapng cut",
        ),
        pytest.param(
            gzip.compress(b"Sent 100 calls\n"),
            "x.pcap: at byte 0 of the decompressed data:"
            " this is neither pcap nor pcapng, plain or compressed by gzip",
            id="compressed text",
        ),
        pytest.param(
            gzip.compress(b""),
            "x.pcap: the file is empty, so it is no capture",
            id="compressed nothing",
        ),
    ],
)
def test_no_capture(content: bytes, what: str, tmp_path: Path) -> None:
    """A file that is no capture is refused by a sentence that says why."""
    assert read_bytes(content, tmp_path) == ([], what)
