from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from scapy.utils import RawPcapReader

from tests.live.bridge import read_datagram
from tests.live.truth import Record, StreamKey, StreamTruth, read_truth

DATA = Path(__file__).parents[1] / "data"
IMPAIRED = ["impaired_loss_jitter", "impaired_burst_reorder_duplicate"]


def passed(*numbers: int) -> StreamTruth:
    blank = Record(
        left_s=0.0,
        entered="",
        source="",
        destination="",
        ssrc=0,
        payload_type=0,
        sequence_number=0,
        rtp_timestamp=0,
        lost=False,
    )
    return StreamTruth(passed=[(number, blank) for number in numbers])


@pytest.mark.parametrize(
    ("numbers", "lost", "duplicate", "reordered", "runs"),
    [
        pytest.param((1, 2, 3), 0, 0, 0, [], id="clean"),
        pytest.param((1, 4, 5, 7), 3, 0, 0, [2, 1], id="loss"),
        pytest.param((1, 2, 4, 3, 5), 0, 0, 1, [], id="reordering"),
        pytest.param((1, 2, 3, 2), 0, 1, 0, [], id="late duplicate is not reordering"),
        pytest.param((2, 1, 3), 0, 0, 1, [], id="first packet overtaken"),
    ],
)
def test_what_a_listener_can_know(
    numbers: tuple[int, ...], lost: int, duplicate: int, reordered: int, runs: list[int]
) -> None:
    """Loss, duplicates and reordering follow from the order in which packets passed."""
    truth = passed(*numbers)

    assert (lost, duplicate, reordered) == (truth.lost, truth.duplicate, truth.reordered)
    assert runs == truth.loss_runs


@pytest.mark.parametrize("name", IMPAIRED)
def test_record_agrees_with_capture(name: str) -> None:
    """The tap behind the impairer saw the recorded packets and no others, in the recorded order."""
    captured: dict[StreamKey, list[int]] = {}
    for key, sequence_number in read_rtp(DATA / f"{name}.pcap.gz"):
        captured.setdefault(key, []).append(sequence_number)
    recorded = {
        key: [record.sequence_number for _, record in truth.passed]
        for key, truth in read_truth(DATA / f"{name}.truth.jsonl.gz").items()
    }

    assert recorded == captured


@pytest.mark.parametrize("name", IMPAIRED)
def test_one_direction_is_impaired(name: str) -> None:
    """Of the two streams of an impaired capture one lost packets and the other none."""
    unharmed, harmed = sorted(
        truth.lost for truth in read_truth(DATA / f"{name}.truth.jsonl.gz").values()
    )

    assert unharmed == 0
    assert harmed > 0


def read_rtp(path: Path) -> Iterator[tuple[StreamKey, int]]:
    with RawPcapReader(str(path)) as frames:
        for frame, _ in frames:
            datagram = read_datagram(frame)
            if datagram is None or datagram.is_signalling or not datagram.is_rtp:
                continue
            sequence_number, ssrc = struct.unpack_from("!xxH4xI", datagram.payload)
            source, destination = (
                "{}:{}".format(*end) for end in (datagram.source, datagram.destination)
            )
            yield StreamKey(source, destination, ssrc), sequence_number
