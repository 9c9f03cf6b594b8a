from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest

from qos_exporter.capture.replay import Replay
from qos_exporter.errors import CaptureError
from tests.capture.building import pcap_header, pcap_record
from tests.capture.recording_sink import RecordingSink, eventually

SECOND = 1_000_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a capture of five frames: 0, 0.1, 0.2, 0.15 and 0.5 s behind 1,000 s."""
    path = tmp_path / "calls.pcap"
    fractions = (0, 100_000, 200_000, 150_000, 500_000)
    path.write_bytes(
        pcap_header()
        + b"".join(pcap_record(b"x" * 60, seconds=1_000, fraction=us) for us in fractions)
    )
    return path


def offsets_ns(sink: RecordingSink) -> list[int]:
    """Give the times of the frames from the first one on."""
    return [frame.timestamp_ns - sink.frames[0].timestamp_ns for frame in sink.frames]


OFFSETS = [0, 100_000_000, 200_000_000, 150_000_000, 500_000_000]


def test_as_fast_as_possible(path: Path) -> None:
    """Without a pace frames come out at once, with the times of the file."""
    sink = RecordingSink()
    replay = Replay(7, path, sink, speed=0, exit_at_end=True)

    replay.start()
    replay.join(5)

    assert not replay.is_alive()
    assert replay.finished.is_set()
    assert replay.error is None
    assert sink.sources == {7}
    assert sink.frames[0].timestamp_ns == 1_000 * SECOND
    assert offsets_ns(sink) == OFFSETS


def test_paced(path: Path) -> None:
    """A paced replay starts now, takes as long as the recording, and keeps its distances."""
    sink = RecordingSink()
    replay = Replay(0, path, sink, exit_at_end=True)

    before_ns = time.time_ns()
    replay.start()
    replay.join(5)
    after_ns = time.time_ns()

    assert before_ns <= sink.frames[0].timestamp_ns
    assert sink.frames[-1].timestamp_ns <= after_ns
    assert offsets_ns(sink) == OFFSETS
    assert 0.5 <= (after_ns - before_ns) / SECOND < 2


def test_speed(path: Path) -> None:
    """A faster replay takes less time, but does not change the distances of frames."""
    sink = RecordingSink()
    replay = Replay(0, path, sink, speed=5.0, exit_at_end=True)

    started_s = time.monotonic()
    replay.start()
    replay.join(5)

    assert 0.1 <= time.monotonic() - started_s < 0.5
    assert offsets_ns(sink) == OFFSETS


def test_long_silence(tmp_path: Path) -> None:
    """While the recording is silent the sink learns the time, which never overtakes a frame."""
    path = tmp_path / "silence.pcap"
    records = pcap_record(b"x", seconds=1) + pcap_record(b"x", seconds=2)
    path.write_bytes(pcap_header() + records)
    sink = RecordingSink()
    replay = Replay(0, path, sink, exit_at_end=True)

    replay.start()
    replay.join(5)

    assert sink.calls[0] == sink.calls[-1] == "ingest"
    assert len(sink.ticks) >= 3
    assert sink.ticks == sorted(sink.ticks)
    assert sink.frames[0].timestamp_ns < sink.ticks[0]
    assert sink.ticks[-1] <= sink.frames[1].timestamp_ns


def test_silence_of_an_hour(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A replay that waits for long says so, once, and does not look as if it hung."""
    path = tmp_path / "hour.pcap"
    records = pcap_record(b"x", seconds=1) + pcap_record(b"x", seconds=3601)
    path.write_bytes(pcap_header() + records)
    sink = RecordingSink()
    replay = Replay(0, path, sink, speed=2.0, exit_at_end=True)

    with caplog.at_level("INFO"):
        replay.start()
        assert eventually(lambda: len(sink.ticks) >= 3)
        replay.stop()
        replay.join(5)

    assert caplog.messages == [f"replay of {path}: the next frame is due in 1800 s"]


def test_time_goes_on_behind_the_end(path: Path) -> None:
    """Behind the last frame time goes on from there as the wall clock's does."""
    sink = RecordingSink()
    replay = Replay(0, path, sink, speed=0)
    replay.start()

    assert eventually(lambda: len(sink.ticks) >= 3)
    assert replay.finished.is_set()
    replay.stop()
    replay.join(5)

    assert not replay.is_alive()
    assert sink.ticks[0] - sink.frames[-1].timestamp_ns >= SECOND / 5
    assert SECOND / 5 <= sink.ticks[1] - sink.ticks[0] < SECOND


@pytest.mark.parametrize("speed", [pytest.param(0, id="unpaced"), pytest.param(20.0, id="paced")])
def test_loop(speed: float, path: Path) -> None:
    """Rounds follow one another in time, and the sink is told where one ends."""
    sink = RecordingSink()
    replay = Replay(0, path, sink, speed=speed, loop=True)
    replay.start()

    assert eventually(lambda: sink.calls.count("restart") >= 3)
    replay.stop()
    replay.join(5)

    assert not replay.is_alive()
    rounds = [sink.frames[start : start + 5] for start in (0, 5, 10)]
    for before, after in pairwise(rounds):
        assert after[0].timestamp_ns >= before[-1].timestamp_ns + SECOND
        assert after[-1].timestamp_ns - after[0].timestamp_ns == OFFSETS[-1]


def test_loop_of_nothing(tmp_path: Path) -> None:
    """A file without a frame is not played over and over."""
    path = tmp_path / "nothing.pcap"
    path.write_bytes(pcap_header())
    replay = Replay(0, path, RecordingSink(), loop=True, exit_at_end=True)

    replay.start()
    replay.join(5)

    assert not replay.is_alive()


def test_damaged_file(path: Path) -> None:
    """What comes before the damage is played; then the error is there, and health is gone."""
    path.write_bytes(path.read_bytes() + b"\0")
    sink = RecordingSink()
    replay = Replay(0, path, sink, speed=0, exit_at_end=True)
    replay.prepare()

    replay.start()
    replay.join(5)

    assert len(sink.frames) == 5
    assert str(replay.error) == (
        f"{path}: at byte 404: the file ends within a record, 1 bytes into it"
    )
    assert replay.statistics().healthy is False


def test_missing_file(tmp_path: Path) -> None:
    """A file that cannot be opened is told before the thread starts."""
    replay = Replay(0, tmp_path / "missing.pcap", RecordingSink())

    with pytest.raises(CaptureError, match=r"missing\.pcap: No such file or directory"):
        replay.prepare()


def test_own_defect(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A defect of our own is logged and ends the playing, not the keeping of time."""
    monkeypatch.setattr("qos_exporter.capture.replay.open_capture", lambda _: 1 / 0)
    sink = RecordingSink()
    replay = Replay(0, path, sink)
    replay.start()

    assert eventually(lambda: bool(sink.ticks))
    replay.stop()
    replay.join(5)

    assert replay.finished.is_set()
    assert replay.statistics().healthy is False
    assert "ZeroDivisionError" in caplog.text


def test_statistics(path: Path) -> None:
    """The totals of a replay are those of its frames."""
    replay = Replay(0, path, RecordingSink(), speed=0, exit_at_end=True)
    replay.start()
    replay.join(5)

    statistics = replay.statistics()

    assert (statistics.interface, statistics.method) == ("calls.pcap", "file")
    assert (statistics.packets, statistics.bytes) == (5, 300)
    assert (statistics.kernel_drops, statistics.interface_drops) == (0, 0)
    assert statistics.last_packet_ns == 1_000 * SECOND + 500_000_000
    assert statistics.healthy is True


def test_defect_of_the_sink(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A defect of the sink is logged once, with its traceback, and the replay goes on."""
    sink = RecordingSink(failing=True)
    replay = Replay(0, path, sink, speed=5.0)
    replay.start()

    assert eventually(lambda: sink.calls.count("ingest") >= 3)
    assert eventually(lambda: "tick" in sink.calls)
    assert replay.statistics().healthy is False
    replay.stop()
    replay.join(5)

    defects = [record for record in caplog.records if record.levelname == "ERROR"]
    assert len(defects) == 1
    assert defects[0].exc_info is not None
    assert defects[0].exc_info[0] is ZeroDivisionError
