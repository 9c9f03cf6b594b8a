from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.layers.rtp import RTP
from scapy.utils import RawPcapReader

from benchmarks.generate import FRAME_BYTES, Load, write_capture

INTERVAL_US = 20_000
SAMPLES = 160


def read(path: Path) -> list[tuple[int, Ether]]:
    """Give the time in microseconds and the dissected frame of every packet."""
    with RawPcapReader(str(path)) as frames:
        return [(meta.sec * 1_000_000 + meta.usec, Ether(frame)) for frame, meta in frames]


def by_stream(packets: list[tuple[int, Ether]]) -> dict[int, list[tuple[int, RTP]]]:
    streams: dict[int, list[tuple[int, RTP]]] = {}
    for time_us, frame in packets:
        rtp = RTP(bytes(frame[UDP].payload))
        streams.setdefault(rtp.sourcesync, []).append((time_us, rtp))
    return streams


def test_frames_are_valid(tmp_path: Path) -> None:
    """Lengths and IP checksums are those that scapy would write."""
    path = tmp_path / "load.pcap"
    write_capture(path, Load(streams=4, packets_per_stream=3))
    for _, frame in read(path):
        rebuilt = frame.copy()
        del rebuilt[IP].chksum, rebuilt[IP].len, rebuilt[UDP].len
        rebuilt = Ether(bytes(rebuilt))

        assert rebuilt[IP].chksum == frame[IP].chksum
        assert (rebuilt[IP].len, rebuilt[UDP].len) == (frame[IP].len, frame[UDP].len)
        assert len(frame) == FRAME_BYTES


def test_streams_keep_their_pace(tmp_path: Path) -> None:
    """Each stream counts on by one packet, 160 samples and 20 ms; the file is in order of time."""
    path = tmp_path / "load.pcap"
    write_capture(path, Load(streams=6, packets_per_stream=5))
    packets = read(path)
    times_us = [time_us for time_us, _ in packets]

    assert times_us == sorted(times_us)
    for stream in by_stream(packets).values():
        first_us, first = stream[0]
        for number, (time_us, rtp) in enumerate(stream):
            assert rtp.sequence == (first.sequence + number) % (1 << 16)
            assert rtp.timestamp == (first.timestamp + number * SAMPLES) % (1 << 32)
            assert time_us - first_us == pytest.approx(number * INTERVAL_US, abs=1)


def test_two_streams_make_a_call(tmp_path: Path) -> None:
    """Every stream has exactly one that goes the opposite way between the same endpoints."""
    path = tmp_path / "load.pcap"
    write_capture(path, Load(streams=2000, packets_per_stream=1))
    ways = Counter(
        ((frame[IP].src, frame[UDP].sport), (frame[IP].dst, frame[UDP].dport))
        for _, frame in read(path)
    )

    assert len(ways) == 2000
    assert all((destination, source) in ways for source, destination in ways)


def test_loss_and_jitter(tmp_path: Path) -> None:
    """Lost packets are missing, late ones are late, and none overtakes another of its stream."""
    path = tmp_path / "load.pcap"
    load = Load(streams=10, packets_per_stream=200, loss_ratio=0.1, jitter_ms=15)
    written = write_capture(path, load)
    streams = by_stream(read(path))
    delays_us = [
        (time_us - stream[0][0]) - (rtp.timestamp - stream[0][1].timestamp) % (1 << 32) * 125
        for stream in streams.values()
        for time_us, rtp in stream
    ]

    assert 1700 < written < 1900
    assert 5_000 < max(delays_us) <= 15_000
    for stream in streams.values():
        offsets = [(rtp.sequence - stream[0][1].sequence) % (1 << 16) for _, rtp in stream]
        assert offsets == sorted(offsets)


def test_snapshot_length(tmp_path: Path) -> None:
    """A cut frame keeps its length on the wire."""
    path = tmp_path / "load.pcap"
    write_capture(path, Load(streams=2, packets_per_stream=1, captured_bytes=60))
    with RawPcapReader(str(path)) as frames:
        sizes = [(len(frame), meta.wirelen) for frame, meta in frames]

    assert sizes == [(60, FRAME_BYTES)] * 2
