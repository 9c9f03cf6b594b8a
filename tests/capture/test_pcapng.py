from __future__ import annotations

import gzip
import struct
from pathlib import Path

import pytest

from tests.capture.building import block, enhanced, interface, obsolete, option, section, simple
from tests.capture.reading import Captured, read_bytes

BIG_ENDIAN = bytes.fromhex(
    "0a0d0d0a 0000001c"  # section header, 28 bytes
    "1a2b3c4d 0001 0000"  # big endian, version 1.0
    "ffffffffffffffff"  # length of the section: unknown
    "0000001c"
    "00000001 00000020"  # interface description, 32 bytes
    "0071 0000 00000000"  # Linux cooked capture, no limit of length
    "0009 0001 09000000"  # if_tsresol: 10**-9 s
    "0000 0000"  # end of options
    "00000020"
    "00000006 00000024"  # enhanced packet, 36 bytes
    "00000000"  # interface 0
    "17979cfe 3d85cd15"  # 1,700,000,000,123,456,789 ticks
    "00000003 000000d6"  # 3 bytes kept of 214
    "aabbcc 00"  # padded to 32 bits
    "00000024"
)
US = 1_000


def test_annotated_bytes(tmp_path: Path) -> None:
    """A frame of a big-endian section comes out with its time, bytes, length and link type."""
    expected = Captured(
        timestamp_ns=1_700_000_000_123_456_789,
        data=b"\xaa\xbb\xcc",
        length=214,
        link_type=113,
        vlan=0xFFFF,
        interface=0,
    )

    assert read_bytes(BIG_ENDIAN, tmp_path) == ([expected], "")


@pytest.mark.parametrize(
    "compressed", [pytest.param(False, id="plain"), pytest.param(True, id="gzip")]
)
@pytest.mark.parametrize("order", [pytest.param("<", id="little"), pytest.param(">", id="big")])
@pytest.mark.parametrize(
    ("resolution", "ticks", "timestamp_ns"),
    [
        pytest.param(None, 1_700_000_000_123_456, 1_700_000_000_123_456_000, id="microseconds"),
        pytest.param(0, 1_700_000_000, 1_700_000_000_000_000_000, id="10**0"),
        pytest.param(3, 1_700_000_000_123, 1_700_000_000_123_000_000, id="10**-3"),
        pytest.param(6, 1_700_000_000_123_456, 1_700_000_000_123_456_000, id="10**-6"),
        pytest.param(9, 1_700_000_000_123_456_789, 1_700_000_000_123_456_789, id="10**-9"),
        pytest.param(10, 17_000_000_001_234_567_899, 1_700_000_000_123_456_789, id="10**-10"),
        pytest.param(12, 1_234_567_890_123_456, 1_234_567_890_123, id="10**-12"),
        pytest.param(28, 18_446_744_073_709_551_615, 1, id="10**-28"),
        pytest.param(127, 18_446_744_073_709_551_615, 0, id="10**-127"),
        pytest.param(0x80, 1_700_000_000, 1_700_000_000_000_000_000, id="2**0"),
        pytest.param(0x81, 3_400_000_001, 1_700_000_000_500_000_000, id="2**-1"),
        pytest.param(0x8A, 1_700_000_000 * 1024 + 1, 1_700_000_000_000_976_562, id="2**-10"),
        pytest.param(
            0xA0, (1_700_000_000 << 32) + (1 << 30), 1_700_000_000_250_000_000, id="2**-32 like NTP"
        ),
        pytest.param(0xA8, (5 << 40) + (1 << 39), 5_500_000_000, id="2**-40"),
        pytest.param(0xBF, (1 << 63) + (1 << 62), 1_500_000_000, id="2**-63"),
        pytest.param(0xC0, 1 << 63, 500_000_000, id="2**-64"),
        pytest.param(0xFF, (1 << 64) - 1, 0, id="2**-127"),
    ],
)
def test_resolutions(
    *,
    resolution: int | None,
    ticks: int,
    timestamp_ns: int,
    order: str,
    compressed: bool,
    tmp_path: Path,
) -> None:
    """Ticks of any resolution, decimal or binary, become nanoseconds; finer parts are cut off."""
    options = b"" if resolution is None else option(9, bytes([resolution]), order)
    content = (
        section(order) + interface(order, options=options) + enhanced(b"x", order, ticks=ticks)
    )

    frames, error = read_bytes(gzip.compress(content) if compressed else content, tmp_path)

    assert error == ""
    assert [frame.timestamp_ns for frame in frames] == [timestamp_ns]


@pytest.mark.parametrize("order", [pytest.param("<", id="little"), pytest.param(">", id="big")])
@pytest.mark.parametrize(
    "offset_s", [pytest.param(1_700_000_000, id="ahead"), pytest.param(-3, id="back")]
)
def test_offset(order: str, offset_s: int, tmp_path: Path) -> None:
    """if_tsoffset, a signed number of seconds, is added to every timestamp."""
    options = option(14, struct.pack(order + "q", offset_s), order)
    content = section(order) + interface(order, options=options) + enhanced(b"x", order, ticks=5)

    frames, error = read_bytes(content, tmp_path)

    assert error == ""
    assert [frame.timestamp_ns for frame in frames] == [offset_s * 1_000_000_000 + 5 * US]


@pytest.mark.pitfall(36)
def test_several_interfaces(tmp_path: Path) -> None:
    """Each frame has the link type and the clock of its interface, in the order of the file."""
    content = (
        section()
        + interface(link_type=1)
        + interface(link_type=113, options=option(9, b"\x09"))
        + enhanced(b"a", number=1, ticks=5_000_000)
        + enhanced(b"b", number=0, ticks=3)
    )

    frames, error = read_bytes(content, tmp_path)

    assert error == ""
    assert [(f.data, f.interface, f.link_type, f.timestamp_ns) for f in frames] == [
        (b"a", 1, 113, 5_000_000),
        (b"b", 0, 1, 3 * US),
    ]


def test_sections_number_their_interfaces_anew(tmp_path: Path) -> None:
    """A section has its own byte order and interfaces, which are told apart across the file."""
    content = (
        section("<")
        + interface("<", link_type=1)
        + enhanced(b"a", "<", ticks=1)
        + section(">")
        + interface(">", link_type=101)
        + interface(">", link_type=276)
        + enhanced(b"b", ">", number=1, ticks=2)
        + section("<")
        + interface("<", link_type=0)
        + enhanced(b"c", "<", ticks=3)
    )

    frames, error = read_bytes(content, tmp_path)

    assert error == ""
    assert [(f.data, f.interface, f.link_type, f.timestamp_ns) for f in frames] == [
        (b"a", 0, 1, 1 * US),
        (b"b", 2, 276, 2 * US),
        (b"c", 3, 0, 3 * US),
    ]


@pytest.mark.parametrize("order", [pytest.param("<", id="little"), pytest.param(">", id="big")])
def test_obsolete_packet_block(order: str, tmp_path: Path) -> None:
    """The packet block of old tools is read; its drop count is not taken for an interface."""
    content = section(order) + interface(order) * 2 + obsolete(b"old", order, number=1, ticks=9)

    frames, error = read_bytes(content, tmp_path)

    assert error == ""
    assert [(f.data, f.interface, f.timestamp_ns) for f in frames] == [(b"old", 1, 9 * US)]


def test_simple_packet_block(tmp_path: Path) -> None:
    """A frame without a time gets that of the frame before it, and belongs to interface 0."""
    content = (
        section()
        + interface(link_type=101)
        + interface(link_type=1)
        + enhanced(b"timed", number=1, ticks=7)
        + simple(b"timeless")
    )

    frames, error = read_bytes(content, tmp_path)

    assert error == ""
    assert [(f.data, f.length, f.link_type, f.timestamp_ns) for f in frames] == [
        (b"timed", 5, 1, 7 * US),
        (b"timeless", 8, 101, 7 * US),
    ]


@pytest.mark.parametrize(
    ("snaplen", "length", "data"),
    [
        pytest.param(0, 5, b"abcde", id="padding is not part of the frame"),
        pytest.param(6, 60, b"abcdef", id="snapshot length"),
        pytest.param(0, 60, b"abcdefgh", id="no snapshot length"),
    ],
)
def test_length_of_a_simple_packet(snaplen: int, length: int, data: bytes, tmp_path: Path) -> None:
    """What a simple packet block keeps is limited by frame, snapshot length and block."""
    content = section() + interface(snaplen=snaplen) + simple(b"abcdefgh", length=length)

    frames, error = read_bytes(content, tmp_path)

    assert error == ""
    assert [(frame.data, frame.length) for frame in frames] == [(data, length)]


def test_other_blocks_and_options_are_stepped_over(tmp_path: Path) -> None:
    """Names, statistics, custom blocks and options that are no business of ours change nothing."""
    content = (
        section()
        + block(4, b"name resolution")
        + interface(options=option(2, b"eth0") + option(9, b"\x09") + option(0, b"") + b"\xff" * 8)
        + block(0x00000BAD, b"custom")
        + enhanced(b"a", ticks=1)
        + block(5, bytes(12))
        + enhanced(b"b", ticks=2)
        + block(0x0000000A, bytes(400))
    )

    frames, error = read_bytes(content, tmp_path)

    assert error == ""
    assert [(frame.data, frame.timestamp_ns) for frame in frames] == [(b"a", 1), (b"b", 2)]


def test_more_frames_than_a_batch(tmp_path: Path) -> None:
    """No frame is lost or repeated where batches end, nor where an interface comes in between."""
    content = section() + interface()
    content += b"".join(enhanced(n.to_bytes(4, "big"), ticks=n) for n in range(5_000))
    content += interface()
    content += b"".join(enhanced(n.to_bytes(4, "big"), number=1) for n in range(5_000, 10_000))

    frames, error = read_bytes(content, tmp_path)

    assert error == ""
    assert [int.from_bytes(frame.data, "big") for frame in frames] == list(range(10_000))
    assert [frame.interface for frame in frames] == [0] * 5_000 + [1] * 5_000
