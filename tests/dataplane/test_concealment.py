"""Seconds with concealment, and with more than 50 ms of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.dataplane.implementations import Implementation, count
from tests.dataplane.scenarios import MS, delayed, in_order_of_arrival, speech

CONCEALED = [
    pytest.param([], 0, 0, id="nothing-lost"),
    pytest.param([110], 1, 0, id="one-packet"),
    pytest.param([110, 111], 1, 0, id="40-ms"),
    pytest.param([110, 111, 112], 1, 1, id="60-ms"),
    pytest.param([75, 90, 105], 1, 1, id="60-ms-apart"),
    pytest.param([110, 210], 2, 0, id="two-seconds"),
]
"""Losses are certain 128 packets later; all within a second are so within a second as well."""


@pytest.mark.parametrize(("lost", "concealed_s", "severely"), CONCEALED)
def test_lost_speech_is_concealed(
    implementation: Implementation, lost: list[int], concealed_s: int, severely: int
) -> None:
    """A second in which speech was lost counts; one in which more than 50 ms were, twice."""
    totals = count(implementation, speech(n for n in range(500) if n not in lost))

    assert (totals.concealed_s, totals.severely_concealed_s) == (concealed_s, severely)


@pytest.mark.parametrize(
    ("packets", "seconds"),
    [
        pytest.param(500, 10, id="ten-seconds"),
        pytest.param(1000, 20, id="twenty-seconds"),
        pytest.param(75, 2, id="one-and-a-half"),
    ],
)
@pytest.mark.parametrize("after", [5, 600])
def test_every_second_of_an_outage_counts(
    implementation: Implementation, packets: int, seconds: int, after: int
) -> None:
    """Packets of 20 ms lost in a row, however late they are known to be lost."""
    totals = count(
        implementation, speech([*range(500), *range(500 + packets, 500 + packets + after)])
    )

    assert totals.lost == packets
    assert (totals.concealed_s, totals.severely_concealed_s) == (seconds, seconds)


def test_discarded_speech_is_concealed(implementation: Implementation) -> None:
    """A packet that came too late is as silent as a lost one."""
    packets = speech(range(500))
    packets[100:101] = delayed(packets[100:101], 150 * MS)
    totals = count(implementation, in_order_of_arrival(packets))

    assert totals.discarded == 1
    assert (totals.concealed_s, totals.severely_concealed_s) == (1, 0)


def test_loss_before_the_packet_time_is_known(implementation: Implementation) -> None:
    """As long as no two packets in sequence told how long a packet is, a loss has no length."""
    totals = count(implementation, speech(range(0, 20, 2)))

    assert totals.lost == 9
    assert totals.concealed_s == 0


def test_loss_before_a_silence(implementation: Implementation) -> None:
    """The step of the timestamps over a silence is not the length of a packet."""
    packets = speech(n for n in range(300) if n != 101)
    packets[227:] = [
        replace(
            packet,
            arrival_ns=packet.arrival_ns + 3_000 * MS,
            rtp_timestamp=packet.rtp_timestamp + 24_000,
        )
        for packet in packets[227:]
    ]
    totals = count(implementation, packets)

    assert packets[227].sequence_number == 101 + 127
    assert (totals.concealed_s, totals.severely_concealed_s) == (1, 0)


def test_open_second_counts_at_the_end(implementation: Implementation) -> None:
    """Loss that is certain only because the stream ended belongs to its last second."""
    totals = count(implementation, speech([0, 1, 2, 3, 7, 8]))

    assert (totals.lost, totals.concealed_s, totals.severely_concealed_s) == (3, 1, 1)
