from __future__ import annotations

import gzip
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from qos_exporter.capture.capture_file import open_capture
from qos_exporter.dataplane.frames import BATCH_FRAMES
from qos_exporter.errors import CaptureError
from tests.capture.building import pcap_header, pcap_record
from tests.capture.reading import read_frames

CONTENT = pcap_header() + b"".join(pcap_record(bytes([n % 256]) * 60) for n in range(10_000))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a capture file of 10,000 frames."""
    path = tmp_path / "x.pcap"
    path.write_bytes(CONTENT)
    return path


def test_packets_counts_what_was_yielded(path: Path) -> None:
    """`packets` says at any time how many frames were handed out."""
    with open_capture(path) as capture:
        counts = [(batch.count, capture.packets) for batch in capture]

    assert counts == [(4096, 4096), (4096, 8192), (1808, 10_000)]
    assert BATCH_FRAMES == 4096


def test_bytes_read_of_a_mapped_file(path: Path) -> None:
    """`bytes_read` says where in the file the next record is."""
    with open_capture(path) as capture:
        read = [capture.bytes_read for _ in capture]

    assert read == [24 + 4096 * 76, 24 + 8192 * 76, 24 + 10_000 * 76]


def test_bytes_read_of_a_compressed_file(path: Path) -> None:
    """`bytes_read` counts bytes as they lie on the disk, and reaches the size of the file."""
    path.write_bytes(gzip.compress(CONTENT))
    with open_capture(path) as capture:
        read = [capture.bytes_read for _ in capture]

    assert read == sorted(read)
    assert read[-1] == path.stat().st_size


def test_closing_while_a_frame_is_looked_at(path: Path) -> None:
    """Closing the file leaves the bytes of a batch readable for whoever still holds them."""
    with open_capture(path) as capture:
        batch = next(iter(capture))
        view = memoryview(batch.data)

    assert bytes(view[40:100]) == bytes(60)


def test_name_as_text(path: Path) -> None:
    """A path may be given as text."""
    with open_capture(str(path)) as capture:
        assert sum(batch.count for batch in capture) == 10_000


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("missing.pcap", "No such file or directory", id="missing"),
        pytest.param(".", "Is a directory", id="directory"),
    ],
)
def test_unreadable(name: str, reason: str, tmp_path: Path) -> None:
    """What cannot be opened is named, with the system's reason."""
    with pytest.raises(CaptureError) as caught:
        open_capture(tmp_path / name)

    assert str(caught.value) == f"{tmp_path / name}: {reason}"


def test_pipe(tmp_path: Path) -> None:
    """A capture may come out of a pipe, which cannot be mapped."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(CONTENT,))
    writer.start()

    frames, error = read_frames(path)

    writer.join()
    assert error == ""
    assert [frame.data[0] for frame in frames] == [n % 256 for n in range(10_000)]


def test_pipe_that_begins_with_a_single_byte(tmp_path: Path) -> None:
    """Compression is recognised however little of the file a pipe gives at first."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    compressed = gzip.compress(CONTENT)

    def write() -> None:
        with path.open("wb", buffering=0) as pipe:
            pipe.write(compressed[:1])
            time.sleep(0.1)  # until that byte was read
            pipe.write(compressed[1:])

    writer = threading.Thread(target=write)
    writer.start()

    frames, error = read_frames(path)

    writer.join()
    assert error == ""
    assert len(frames) == 10_000


def test_reading_files_is_light() -> None:
    """Reading a file loads neither scapy nor pydantic, so that a short run stays short."""
    program = (
        "import sys, qos_exporter.capture.capture_file, qos_exporter.capture.replay;"
        "print([name for name in ('scapy', 'pydantic') if name in sys.modules])"
    )

    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert run.stdout == "[]\n"
