from __future__ import annotations

import gzip
import random
import zlib
from pathlib import Path

import pytest

from qos_exporter.capture.faults import FormatError
from qos_exporter.capture.gunzip import gunzip
from tests.capture.building import pcap_header, pcap_record
from tests.capture.reading import read_bytes


def pcap_of(frames: int) -> bytes:
    """Build a capture of frames of 84 random bytes, a record of 100 bytes each."""
    noise = random.Random(7)
    return pcap_header() + b"".join(pcap_record(noise.randbytes(84)) for _ in range(frames))


def decompress(pieces: list[bytes]) -> tuple[bytes, str]:
    """Give what comes out, and the text of the error behind it, or an empty one."""
    output = b""
    try:
        for piece in gunzip(iter(pieces)):
            output += piece
    except FormatError as error:
        return output, str(error)
    return output, ""


@pytest.mark.parametrize(
    "compressed",
    [
        pytest.param(gzip.compress(b"ab" * 500), id="one member"),
        pytest.param(gzip.compress(b"ab" * 200) + gzip.compress(b"ab" * 300), id="two members"),
        pytest.param(gzip.compress(b"ab" * 500) + bytes(700), id="zeros behind"),
        pytest.param(gzip.compress(b"ab" * 500) + gzip.compress(b""), id="empty member behind"),
    ],
)
@pytest.mark.parametrize(
    "size", [pytest.param(1, id="byte by byte"), pytest.param(5_000, id="whole")]
)
def test_whole_streams(compressed: bytes, size: int) -> None:
    """All members come out, however the compressed bytes are cut into pieces."""
    pieces = [compressed[start : start + size] for start in range(0, len(compressed), size)]

    assert decompress(pieces) == (b"ab" * 500, "")


def test_nothing_is_lost_before_damage() -> None:
    """All bytes come out that the stream holds before the place where it is damaged."""
    data = random.Random(1).randbytes(10_000)
    stream = zlib.compressobj(0, zlib.DEFLATED, 31)
    # Stored blocks: the damage is in the head of the block behind the data.
    compressed = stream.compress(data) + stream.flush(zlib.Z_FULL_FLUSH) + b"\xff\xff"

    assert decompress([compressed]) == (
        data,
        "the gzip data is damaged (Error -3 while decompressing data: invalid block type)",
    )


def test_early_end(tmp_path: Path) -> None:
    """A compressed capture that was cut gives its whole frames, then an error with the offset."""
    compressed = gzip.compress(pcap_of(1_000))

    frames, error = read_bytes(compressed[: len(compressed) // 2], tmp_path, "x.pcap.gz")

    assert 450 < len(frames) < 550
    assert error == (
        f"x.pcap.gz: at byte {24 + 100 * len(frames)} of the decompressed data:"
        " the gzip data ends early"
    )


def test_damaged_checksum(tmp_path: Path) -> None:
    """A wrong checksum at the very end is told after all frames were given."""
    compressed = bytearray(gzip.compress(pcap_of(1_000)))
    compressed[-8] ^= 1

    frames, error = read_bytes(bytes(compressed), tmp_path, "x.pcap.gz")

    assert len(frames) == 1_000
    assert error == (
        "x.pcap.gz: at byte 100024 of the decompressed data: the gzip data is damaged"
        " (Error -3 while decompressing data: incorrect data check)"
    )


def test_record_cut_within_whole_stream(tmp_path: Path) -> None:
    """The offset of a fault in the capture counts decompressed bytes."""
    frames, error = read_bytes(gzip.compress(pcap_of(30_000)[:-1]), tmp_path, "x.pcap.gz")

    assert len(frames) == 29_999
    assert error == (
        "x.pcap.gz: at byte 2999924 of the decompressed data:"
        " the file ends within a record, 99 bytes into it"
    )
