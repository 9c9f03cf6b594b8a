from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.capture.building import pcap_header, pcap_record
from tests.capture.reading import Captured, read_bytes

BIG_ENDIAN_MICROSECONDS = bytes.fromhex(
    "a1b2c3d4"  # magic: big endian, microseconds
    "0002 0004"  # version 2.4
    "00000000"  # this zone
    "00000000"  # accuracy
    "0000ffff"  # snapshot length
    "00000001"  # Ethernet
    "6553f100"  # 1,700,000,000 s
    "0001e240"  # 123,456 us
    "00000003"  # 3 bytes kept
    "000000d6"  # of 214
    "aabbcc"
)
LITTLE_ENDIAN_NANOSECONDS = bytes.fromhex(
    "4d3cb2a1"  # magic: little endian, nanoseconds
    "0200 0400"  # version 2.4
    "00000000"  # this zone
    "00000000"  # accuracy
    "ffff0000"  # snapshot length
    "71000000"  # Linux cooked capture, 113
    "00f15365"  # 1,700,000,000 s
    "15cd5b07"  # 123,456,789 ns
    "02000000"  # 2 bytes kept
    "02000000"  # of 2
    "0102"
)


def test_big_endian_microseconds(tmp_path: Path) -> None:
    """A frame of a big-endian file comes out with its time, its bytes and its length."""
    expected = Captured(
        timestamp_ns=1_700_000_000_123_456_000,
        data=b"\xaa\xbb\xcc",
        length=214,
        link_type=1,
        vlan=0xFFFF,
        interface=0,
    )

    assert read_bytes(BIG_ENDIAN_MICROSECONDS, tmp_path) == ([expected], "")


def test_little_endian_nanoseconds(tmp_path: Path) -> None:
    """A stamp in nanoseconds keeps its last digit."""
    expected = Captured(
        timestamp_ns=1_700_000_000_123_456_789,
        data=b"\x01\x02",
        length=2,
        link_type=113,
        vlan=0xFFFF,
        interface=0,
    )

    assert read_bytes(LITTLE_ENDIAN_NANOSECONDS, tmp_path) == ([expected], "")


@pytest.mark.parametrize(
    "compressed", [pytest.param(False, id="plain"), pytest.param(True, id="gzip")]
)
@pytest.mark.parametrize(
    ("nanoseconds", "unit_ns"), [pytest.param(False, 1000, id="us"), pytest.param(True, 1, id="ns")]
)
@pytest.mark.parametrize("order", [pytest.param("<", id="little"), pytest.param(">", id="big")])
def test_every_variant(
    *, order: str, nanoseconds: bool, unit_ns: int, compressed: bool, tmp_path: Path
) -> None:
    """Byte order, unit and compression are told from the file, whatever its name."""
    content = pcap_header(order, nanoseconds=nanoseconds) + b"".join(
        pcap_record(bytes([number]) * number, order, seconds=number, fraction=number + 1)
        for number in (1, 2, 3)
    )

    frames, error = read_bytes(gzip.compress(content) if compressed else content, tmp_path)

    assert error == ""
    assert [frame.data for frame in frames] == [b"\1", b"\2\2", b"\3\3\3"]
    assert [frame.timestamp_ns for frame in frames] == [
        number * 1_000_000_000 + (number + 1) * unit_ns for number in (1, 2, 3)
    ]


@pytest.mark.pitfall(35)
@pytest.mark.parametrize(
    ("fraction", "timestamp_ns"),
    [
        pytest.param(999_999, 100_999_999_000, id="the largest that is right"),
        pytest.param(1_000_000, 101_000_000_000, id="rounded up by its writer"),
        pytest.param(2_500_000, 102_500_000_000, id="seconds too many"),
        pytest.param(9_999_999, 109_999_999_000, id="the largest that is carried"),
        pytest.param(10_000_000, 100_000_000_000, id="the smallest that is noise"),
        pytest.param(0xFFFF_FFFF, 100_000_000_000, id="all bits set"),
    ],
)
def test_microseconds_beyond_a_second(fraction: int, timestamp_ns: int, tmp_path: Path) -> None:
    """Microseconds of a second or more are carried; a damaged value does not move the clock."""
    content = pcap_header() + pcap_record(b"x", seconds=100, fraction=fraction)

    frames, _ = read_bytes(content, tmp_path)

    assert [frame.timestamp_ns for frame in frames] == [timestamp_ns]


@pytest.mark.pitfall(36)
def test_time_going_backwards(tmp_path: Path) -> None:
    """Frames come out in the order and with the times of the file, even when those go back."""
    content = pcap_header() + b"".join(
        pcap_record(b"x", seconds=seconds) for seconds in (10, 12, 11, 0)
    )

    frames, _ = read_bytes(content, tmp_path)

    assert [frame.timestamp_ns // 1_000_000_000 for frame in frames] == [10, 12, 11, 0]


def test_seconds_are_unsigned(tmp_path: Path) -> None:
    """A file goes on counting beyond January 2038."""
    content = pcap_header() + pcap_record(b"x", seconds=0x8000_0000)

    frames, _ = read_bytes(content, tmp_path)

    assert [frame.timestamp_ns for frame in frames] == [2_147_483_648_000_000_000]


@pytest.mark.parametrize(
    ("network", "link_type"),
    [
        pytest.param(0, 0, id="null"),
        pytest.param(1, 1, id="ethernet"),
        pytest.param(12, 101, id="raw as most systems number it"),
        pytest.param(14, 101, id="raw as OpenBSD numbers it"),
        pytest.param(101, 101, id="raw"),
        pytest.param(276, 276, id="linux cooked v2"),
        pytest.param(0x1400_0001, 1, id="ethernet with the length of its check sequence"),
    ],
)
def test_link_types(network: int, link_type: int, tmp_path: Path) -> None:
    """A link type has one number, whichever the file uses for it."""
    frames, _ = read_bytes(pcap_header(link_type=network) + pcap_record(b"x"), tmp_path)

    assert [frame.link_type for frame in frames] == [link_type]


def test_length_on_the_wire_unset(tmp_path: Path) -> None:
    """A frame was at least as long on the wire as what was kept of it."""
    frames, _ = read_bytes(pcap_header() + pcap_record(b"abc", length=0), tmp_path)

    assert [frame.length for frame in frames] == [3]


def test_more_frames_than_a_batch(tmp_path: Path) -> None:
    """No frame is lost or repeated where one batch ends and the next begins."""
    content = pcap_header() + b"".join(
        pcap_record(number.to_bytes(4, "big")) for number in range(10_000)
    )

    frames, error = read_bytes(content, tmp_path)

    assert error == ""
    assert [int.from_bytes(frame.data, "big") for frame in frames] == list(range(10_000))


def test_header_only(tmp_path: Path) -> None:
    """A capture during which nothing happened is not damaged."""
    assert read_bytes(pcap_header(), tmp_path) == ([], "")


def test_empty_frame(tmp_path: Path) -> None:
    """A frame of which nothing was kept is a frame."""
    frames, error = read_bytes(pcap_header() + pcap_record(b"", length=60), tmp_path)

    assert error == ""
    assert [(frame.data, frame.length) for frame in frames] == [(b"", 60)]
