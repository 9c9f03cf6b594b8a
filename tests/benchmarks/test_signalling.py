from __future__ import annotations

import json
from pathlib import Path

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.utils import RawPcapReader

from benchmarks.generate import Load, write_capture
from benchmarks.signalling import SIP_PORT
from qos_exporter import cli
from qos_exporter.protocols.sip import parse_message

LOAD = Load(streams=6, packets_per_stream=50, captured_bytes=60, signalled=True)
MESSAGES_PER_CALL = 5


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("signalled") / "load.pcap"
    packets = write_capture(path, LOAD)
    assert packets == 6 * 50 + 3 * MESSAGES_PER_CALL
    return path


def read(path: Path) -> list[tuple[int, Ether]]:
    """Give the time in microseconds and the dissected frame of every packet."""
    with RawPcapReader(str(path)) as frames:
        return [(meta.sec * 1_000_000 + meta.usec, Ether(frame)) for frame, meta in frames]


def is_sip(frame: Ether) -> bool:
    return bool(frame[UDP].dport == SIP_PORT)


def test_messages_surround_the_streams(capture: Path) -> None:
    """Calls are agreed before their first packet and ended after their last, in order of time."""
    packets = read(capture)
    times_us = [time_us for time_us, _ in packets]

    assert times_us == sorted(times_us)
    assert [is_sip(frame) for _, frame in packets] == [True] * 9 + [False] * 300 + [True] * 6


def test_message_frames_are_valid(capture: Path) -> None:
    """Messages are kept whole, and lengths and IP checksums are those that scapy would write."""
    for _, frame in read(capture):
        if not is_sip(frame):
            continue
        rebuilt = frame.copy()
        del rebuilt[IP].chksum, rebuilt[IP].len, rebuilt[UDP].len
        rebuilt = Ether(bytes(rebuilt))

        assert rebuilt[IP].chksum == frame[IP].chksum
        assert (rebuilt[IP].len, rebuilt[UDP].len) == (frame[IP].len, frame[UDP].len)
        assert parse_message(bytes(frame[UDP].payload)).call_id.endswith("@10.1.0.1")


def test_every_call_has_its_two_streams(capture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is agreed are the ports that the streams use."""
    assert cli.run(["analyze", "--format=json", str(capture)]) == 0
    calls = json.loads(capsys.readouterr().out)["calls"]

    assert [call["outcome"] for call in calls] == ["answered"] * 3
    assert [len(call["streams"]) for call in calls] == [2] * 3
