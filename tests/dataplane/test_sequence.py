"""Sequence numbers: what was expected, what came, what is lost (RFC 3550 A.1, A.3)."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from tests.dataplane.implementations import Implementation, count, count_stepwise
from tests.dataplane.scenarios import speech

JUMPS_OF_1000 = range(0, 200_001, 1000)

COUNTED = [
    pytest.param(
        [65533, 65534, 65535, 65536, 65538, 65539],
        {"expected": 7, "received": 6, "lost": 1, "loss_runs": 1},
        id="loss-after-wrap",
    ),
    pytest.param(
        [65534, 65535, 65537, 65538],
        {"expected": 5, "received": 4, "lost": 1, "restarts": 0},
        id="loss-of-number-0",
        marks=pytest.mark.pitfall(1),
    ),
    pytest.param(
        JUMPS_OF_1000,
        {"expected": 200_001, "received": 201, "lost": 199_800, "loss_runs": 200},
        id="three-wraps",
        marks=pytest.mark.pitfall(1),
    ),
    pytest.param(
        [1, 2, 4, 3, 5],
        {"expected": 5, "received": 5, "lost": 0, "reordered": 1, "duplicate": 0, "loss_runs": 0},
        id="late-packet",
        marks=pytest.mark.pitfall(2),
    ),
    pytest.param(
        [65534, 65536, 65535, 65537],
        {"expected": 4, "received": 4, "lost": 0, "reordered": 1},
        id="late-packet-from-before-the-wrap",
        marks=pytest.mark.pitfall(1, 2),
    ),
    pytest.param(
        [10, 11, 12, 12, 13],
        {"expected": 4, "received": 4, "lost": 0, "duplicate": 1, "reordered": 0},
        id="duplicate",
    ),
    pytest.param(
        [1, 2, 3, 2],
        {"expected": 3, "received": 3, "lost": 0, "duplicate": 1, "reordered": 0},
        id="duplicate-of-an-older-number",
        marks=pytest.mark.pitfall(4),
    ),
    pytest.param(
        [1, 2, 4, 3, 3, 5],
        {"expected": 5, "received": 5, "lost": 0, "duplicate": 1, "reordered": 1},
        id="duplicate-of-a-late-packet",
        marks=pytest.mark.pitfall(4),
    ),
    pytest.param(
        [10, 11, 5000, 5001],
        {"expected": 3, "received": 3, "lost": 0, "restarts": 1, "ignored": 1},
        id="restart-by-two-in-sequence",
        marks=pytest.mark.pitfall(7),
    ),
    pytest.param(
        [*range(5), *range(30_004, 30_014)],
        {"expected": 14, "received": 14, "lost": 0, "restarts": 1, "ignored": 1},
        id="restart-30000-higher",
        marks=pytest.mark.pitfall(7),
    ),
    pytest.param(
        [*range(40_000, 40_005), *range(100, 110)],
        {"expected": 14, "received": 14, "lost": 0, "restarts": 1, "ignored": 1, "reordered": 0},
        id="restart-far-lower",
        marks=pytest.mark.pitfall(8),
    ),
    pytest.param(
        [*range(5000, 5005), *range(4000, 4010)],
        {"expected": 14, "received": 14, "lost": 0, "restarts": 1, "ignored": 1, "reordered": 0},
        id="restart-a-little-lower",
        marks=pytest.mark.pitfall(8),
    ),
    pytest.param(
        [1, 2, 3, 20_000, 4, 5],
        {"expected": 5, "received": 5, "lost": 0, "restarts": 0, "ignored": 1},
        id="stray-packet",
    ),
    pytest.param(
        [1, 2, 3, 20_000, 4, 20_001],
        {"expected": 5, "received": 5, "lost": 0, "restarts": 1, "ignored": 1},
        id="jump-is-remembered-over-good-packets",
    ),
    pytest.param(
        [1, 2, 3, 1500, 1501],
        {"expected": 5, "received": 5, "lost": 0, "stopped_gaps": 1, "restarts": 0},
        id="stood-still",
        marks=pytest.mark.pitfall(17),
    ),
    pytest.param([0, 1023], {"expected": 1024, "lost": 1022, "stopped_gaps": 0}, id="widest-loss"),
    pytest.param(
        [0, 1024],
        {"expected": 2, "lost": 0, "stopped_gaps": 1},
        id="narrowest-stop",
        marks=pytest.mark.pitfall(17),
    ),
    pytest.param([0, 2999], {"expected": 2, "stopped_gaps": 1, "ignored": 0}, id="widest-stop"),
    pytest.param([0, 3000], {"expected": 1, "stopped_gaps": 0, "ignored": 1}, id="narrowest-jump"),
    pytest.param(
        [1, *range(3, 130), 2],
        {"expected": 129, "received": 129, "lost": 0, "reordered": 1},
        id="late-by-127",
    ),
    pytest.param(
        [1, *range(3, 131), 2],
        {"expected": 130, "received": 129, "lost": 1, "reordered": 0, "ignored": 1},
        id="late-by-128-has-left-the-window",
    ),
    pytest.param(
        [10, 9, 11],
        {"expected": 3, "received": 3, "lost": 0, "reordered": 1},
        id="late-before-the-first",
    ),
    pytest.param(
        [10, 7, 11],
        {"expected": 5, "received": 3, "lost": 2, "reordered": 1, "loss_runs": 1},
        id="late-before-the-first-with-a-hole",
    ),
    pytest.param(
        [1, 2, 2, 3],
        {"expected": 3, "received": 3, "duplicate": 1, "lost": 0, "restarts": 0},
        id="same-number-twice",
    ),
    pytest.param([7], {"expected": 1, "received": 1, "lost": 0, "loss_runs": 0}, id="one-packet"),
]


@pytest.mark.parametrize(("numbers", "counts"), COUNTED)
def test_numbers_are_counted(
    implementation: Implementation, numbers: list[int], counts: dict[str, int]
) -> None:
    """Each number is expected once, and received, lost, late, double, strange or a new start."""
    totals = count(implementation, speech(numbers))

    assert counts == {column: getattr(totals, column) for column in counts}


@pytest.mark.pitfall(3)
def test_lost_only_grows(implementation: Implementation) -> None:
    """A number counts as lost when it leaves the window, so a late packet takes nothing back."""
    numbers = [*range(1, 10), *range(11, 40), 10, *range(41, 200), 40, *range(200, 400)]
    seen = [totals.lost for totals in count_stepwise(implementation, speech(numbers))]

    assert all(before <= after for before, after in pairwise(seen))
    assert seen[len(numbers) - 1] == 1
    assert seen[-1] == 1


def test_loss_counts_when_it_leaves_the_window(implementation: Implementation) -> None:
    """A hole is lost at the packet 128 numbers after it, and not one before."""
    seen = count_stepwise(implementation, speech([1, *range(3, 200)]))
    lost_by_number = {1: seen[0].lost} | {
        number: totals.lost for number, totals in zip(range(3, 200), seen[1:], strict=False)
    }

    assert lost_by_number[129] == 0
    assert lost_by_number[130] == 1


RUNS = [
    pytest.param(1, 0, id="1"),
    pytest.param(2, 1, id="2"),
    pytest.param(3, 2, id="3"),
    pytest.param(4, 3, id="4"),
    pytest.param(5, 4, id="5"),
    pytest.param(6, 5, id="6-in-7"),
    pytest.param(7, 5, id="7"),
    pytest.param(8, 6, id="8-in-10"),
    pytest.param(10, 6, id="10"),
    pytest.param(11, 7, id="11-in-20"),
    pytest.param(20, 7, id="20"),
    pytest.param(21, 8, id="21-in-50"),
    pytest.param(50, 8, id="50"),
    pytest.param(51, 9, id="51-in-100"),
    pytest.param(100, 9, id="100"),
    pytest.param(101, 10, id="101-in-Inf"),
    pytest.param(1022, 10, id="1022-in-Inf"),
]


@pytest.mark.parametrize(("length", "bucket"), RUNS)
def test_loss_runs_are_sorted_by_length(
    implementation: Implementation, length: int, bucket: int
) -> None:
    """A run of losses counts once, in the first bucket that holds its length."""
    totals = count(implementation, speech([0, length + 1]))

    assert totals.loss_runs == 1
    assert totals.lost == length
    assert [index for index, runs in enumerate(totals.loss_run_histogram) if runs] == [bucket]


def test_late_packet_splits_a_run(implementation: Implementation) -> None:
    """Two losses with a late packet between them are two runs of one."""
    totals = count(implementation, speech([1, 5, 3, 6]))

    assert totals.lost == 2
    assert totals.loss_runs == 2
    assert totals.loss_run_histogram[0] == 2


@pytest.mark.pitfall(39)
def test_marker_on_a_repeated_number(implementation: Implementation) -> None:
    """A marker on a packet whose number was used already does not make it a new start."""
    packets = speech([1, 2, 3, 3, 4])
    packets[3] = replace(packets[3], marker=True)
    totals = count(implementation, packets)

    assert (totals.duplicate, totals.restarts, totals.lost) == (1, 0, 0)
    assert totals.jitter_count == 4


@pytest.mark.pitfall(22)
def test_repeated_end_of_a_digit(implementation: Implementation) -> None:
    """The end of a digit sent three times with one number is one packet and two duplicates."""
    numbers = [7984, 7985, 7986, 7987, 7988, 7989, 7990, 7991, 7991, 7991]
    totals = count(implementation, speech(numbers, payload_type=101))

    assert (totals.expected, totals.received, totals.duplicate, totals.lost) == (8, 8, 2, 0)


def test_ignored_packet_counts_nowhere_else(implementation: Implementation) -> None:
    """A jump that nothing confirms adds no bytes and no payload type, but shows life."""
    packets = speech([1, 2, 20_000])
    packets[2] = replace(packets[2], payload_type=18)
    totals = count(implementation, packets)

    assert totals.bytes == 2 * 172
    assert totals.payload_types == {0}
    assert totals.last_ns == packets[2].arrival_ns


def test_bytes_of_duplicates_count(implementation: Implementation) -> None:
    """Bytes are what passed the tap: a duplicate's too."""
    totals = count(implementation, speech([1, 2, 2]))

    assert totals.bytes == 3 * 172
