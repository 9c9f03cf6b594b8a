"""Bursts of loss among the packets that came (RFC 3611 section 4.7.2, Gmin 16)."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from qos_exporter.net import Endpoint
from tests.dataplane.harness import Harness
from tests.dataplane.implementations import Implementation, count, count_stepwise
from tests.dataplane.scenarios import speech
from tests.dataplane.traffic import CALLEE, CALLER, StreamId
from tests.oracle.burst_gap import BurstCounts, burst_gap, count_bursts
from tests.oracle.totals import Totals

WORKED = [500, 501, 503, 506, 510]


def without(lost: Iterable[int], numbers: range = range(1000)) -> list[int]:
    gone = set(lost)
    return [number for number in numbers if number not in gone]


def bursts_of(totals: Totals) -> tuple[int, int, int]:
    return totals.bursts, totals.burst_packets, totals.burst_lost


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        pytest.param(without([]), (0, 0, 0), id="no-loss"),
        pytest.param(without(WORKED), (1, 11, 5), id="one-burst"),
        pytest.param(without([100, 300, *WORKED, 800]), (1, 11, 5), id="and-single-losses"),
        pytest.param(without([100, 300, 700]), (0, 0, 0), id="single-losses"),
        pytest.param(
            without(range(50, 491, 10), range(500)), (1, 441, 45), id="every-tenth-packet"
        ),
        pytest.param(without([100, 116]), (1, 17, 2), id="15-received-between"),
        pytest.param(without([100, 117]), (0, 0, 0), id="16-received-between"),
        pytest.param(without([100, 101, 118, 119]), (2, 4, 4), id="two-bursts"),
        pytest.param(without(range(100, 500)), (1, 400, 400), id="longer-than-the-window"),
        pytest.param(
            without([95, *range(100, 500), 505]), (1, 411, 402), id="longer-and-on-both-sides"
        ),
        pytest.param(without([1, 2]), (1, 2, 2), id="after-the-first-packet"),
        pytest.param(without([997, 998]), (1, 2, 2), id="before-the-last-packet"),
        pytest.param(without([65534, 65538], range(65400, 65800)), (1, 5, 2), id="over-the-wrap"),
        pytest.param([1, 2, 4, 3, 5], (0, 0, 0), id="late-packet"),
        pytest.param([10, 7, 11], (1, 2, 2), id="hole-before-the-first-packet"),
        pytest.param(
            [*without([197], range(200)), *without([30_002], range(30_000, 30_200))],
            (0, 0, 0),
            id="restart-ends-a-burst",
        ),
        pytest.param(
            [*without([195, 197], range(200)), *without([30_003, 30_005], range(30_000, 30_200))],
            (2, 6, 4),
            id="bursts-on-both-sides-of-a-restart",
        ),
    ],
)
def test_bursts(
    implementation: Implementation, numbers: list[int], expected: tuple[int, int, int]
) -> None:
    """Losses with fewer than 16 received packets between them make one burst."""
    assert bursts_of(count(implementation, speech(numbers))) == expected


def test_burst_that_still_goes_on(implementation: Implementation) -> None:
    """A burst is seen with its second loss, once that is certain, and grows with the next ones."""
    seen = count_stepwise(implementation, speech(without([10, 12, 20], range(160))))

    grown = list(dict.fromkeys(map(bursts_of, seen)))
    assert grown == [(0, 0, 0), (1, 3, 2), (1, 11, 3)]
    # Number 12 is certain when 140 comes, which is packet 137 because three did not come.
    assert next(index for index, totals in enumerate(seen) if totals.bursts) == 140 - 3


def test_figures_of_a_stream(implementation: Implementation) -> None:
    """The columns give the same figures as the sequence of packets does."""
    lost = [100, 300, *WORKED, 800]
    totals = count(implementation, speech(without(lost)))

    counts = BurstCounts(
        packets=totals.expected,
        lost=totals.lost,
        bursts=totals.bursts,
        burst_packets=totals.burst_packets,
        burst_lost=totals.burst_lost,
        gaps=totals.bursts + 1,
    )
    assert counts == count_bursts(number in lost for number in range(1000))
    result = burst_gap(counts, packet_s=totals.packet_ns / 1e9)
    assert result.burst_density * 256 == pytest.approx(116.364, abs=0.0005)
    assert result.gap_density * 256 == pytest.approx(0.777, abs=0.0005)
    assert result.burst_duration_s == pytest.approx(0.220)
    assert result.gap_duration_s == pytest.approx(9.890)


def test_stream_that_goes_on_elsewhere() -> None:
    """When NAT moves a stream, its bursts go with it; what got lost meanwhile is one by itself."""
    packets = speech(range(200))
    before, after = StreamId(1, CALLER, CALLEE), StreamId(1, Endpoint(CALLER.address, 9), CALLEE)
    harness = Harness()
    harness.packets((before, packets[number]) for number in without([10, 12], range(50)))
    harness.packets((after, packets[number]) for number in without([80, 82], range(52, 200)))
    assert harness.kernel.continue_stream(harness.slot(after), harness.slot(before))
    harness.finish()

    assert bursts_of(harness.totals(after)) == (3, 3 + 2 + 3, 6)
