from __future__ import annotations

import gzip
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from qos_exporter.capture.capture_file import open_capture
from qos_exporter.dataplane.frames import BATCH_FRAMES
from qos_exporter.dataplane.packet_clock import PacketClock
from qos_exporter.errors import CaptureError
from tests.capture.building import pcap_header, pcap_record
from tests.capture.reading import read_frames

CONTENT = pcap_header() + b"".join(pcap_record(bytes([n % 256]) * 60) for n in range(10_000))

TICK_NS = 20_000_000


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


def packet_times(path: Path) -> list[int]:
    """Read a file as the monitor does, and give the packet time of each frame in ticks of 20 ms."""
    clock = PacketClock()
    times: list[int] = []
    with open_capture(path) as capture:
        for batch in capture:
            stamps = batch.frames["timestamp_ns"][: batch.count]
            clock.set_right(stamps)
            times += (stamps // TICK_NS).tolist()
    return times


def recording(ticks: list[int]) -> bytes:
    """Build a file of frames with these times, which gzip cannot make much shorter."""
    scramble = random.Random(1)
    return pcap_header() + b"".join(
        pcap_record(scramble.randbytes(60), seconds=tick // 50, fraction=tick % 50 * 20_000)
        for tick in ticks
    )


@pytest.mark.pitfall(36)
@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("frame", [-1, -2, -3, -4, -17, -18])
def test_wrong_time_at_the_end_of_a_batch(
    frame: int, compress: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    """The frames that follow in the next batch tell a wrong time too, wherever a batch ends."""
    path = tmp_path / "x.pcap"
    ticks = list(range(10**9, 10**9 + 10_000))
    path.write_bytes(compress(recording(ticks)))
    with open_capture(path) as capture:
        first = next(iter(capture)).count
    wrong = first + frame

    path.write_bytes(compress(recording([*ticks[:wrong], 2 * 10**9, *ticks[wrong + 1 :]])))

    assert packet_times(path) == [*ticks[:wrong], ticks[wrong - 1], *ticks[wrong + 1 :]]


@pytest.mark.pitfall(36)
@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("position", [1, 2, 4093, 4094, 4095, 4096, 9998, 9999])
def test_pause_at_the_end_of_a_batch(
    position: int, compress: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    """A pause of a night is one, also if a single frame follows it in the batch or in the file."""
    path = tmp_path / "x.pcap"
    ticks = list(range(10**9, 10**9 + 10_000))
    ticks[position:] = [tick + 8 * 3600 * 50 for tick in ticks[position:]]
    path.write_bytes(compress(recording(ticks)))

    assert packet_times(path) == ticks


def test_frames_before_damage_whose_time_nothing_tells(tmp_path: Path) -> None:
    """What comes before damaged compression is read, also the frame whose time was in doubt."""
    path = tmp_path / "x.pcap"
    content = recording([10**9, 10**9 + 1, 2 * 10**9])
    path.write_bytes(gzip.compress(content)[:-8])

    frames, error = read_frames(path)

    assert len(frames) == 3
    assert error == f"{path}: at byte 252 of the decompressed data: the gzip data ends early"


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
