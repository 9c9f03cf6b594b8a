"""Burst and gap figures against the worked patterns, 20 ms packets and Gmin 16."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qos_exporter.quality.burst_gap import burst_gap_figures
from tests.oracle.burst_gap import BurstGap, burst_gap, count_bursts

PACKET_S = 0.02
PATTERN_B = [500, 501, 503, 506, 510]
PATTERN_C = [100, 300, *PATTERN_B, 800]


def packets(count: int, lost: Iterable[int]) -> list[bool]:
    losses = set(lost)
    return [position in losses for position in range(count)]


def figures(count: int, lost: Iterable[int]) -> BurstGap:
    """What we make of the counts."""
    counts = count_bursts(packets(count, lost))
    burst_density, gap_density, in_burst, in_gap = map(float, burst_gap_figures(**counts._asdict()))
    return BurstGap(burst_density, gap_density, PACKET_S * in_burst, PACKET_S * in_gap)


@pytest.mark.parametrize(
    ("count", "lost", "expected"),
    [
        # One burst of 11 packets, 500 before and 489 after it.
        pytest.param(1000, PATTERN_B, BurstGap(5 / 11, 0, 0.220, 9.890), id="one-burst"),
        pytest.param(1000, PATTERN_C, BurstGap(5 / 11, 3 / 989, 0.220, 9.890), id="and-singles"),
        # Nine received between two losses: one burst of all of them, and gaps of 50 and 9 packets.
        pytest.param(
            500, range(50, 491, 10), BurstGap(45 / 441, 0, 8.820, 0.590), id="every-tenth"
        ),
        pytest.param(1000, [100, 300, 700], BurstGap(0, 3 / 1000, 0, 20), id="singles-only"),
        pytest.param(1000, [], BurstGap(0, 0, 0, 20), id="no-loss"),
        pytest.param(100, [40, 57], BurstGap(0, 2 / 100, 0, 2), id="gmin-between"),
        pytest.param(100, [40, 56], BurstGap(2 / 17, 0, 0.34, 0.83), id="one-less-between"),
        pytest.param(100, [0, 1], BurstGap(1, 0, 0.04, 1.96), id="at-the-start"),
        pytest.param(100, [98, 99], BurstGap(1, 0, 0.04, 1.96), id="at-the-end"),
        pytest.param(10, range(10), BurstGap(1, 0, 0.2, 0), id="all-lost"),
    ],
)
def test_figures(count: int, lost: list[int], expected: BurstGap) -> None:
    """Densities and mean durations are those of the definition in section 4.7.2."""
    result = figures(count, lost)

    assert result.burst_density == pytest.approx(expected.burst_density)
    assert result.gap_density == pytest.approx(expected.gap_density)
    assert result.burst_duration_s == pytest.approx(expected.burst_duration_s)
    assert result.gap_duration_s == pytest.approx(expected.gap_duration_s)


@pytest.mark.parametrize(
    ("lost", "burst", "gap"),
    [
        pytest.param(PATTERN_B, 116.364, 0, id="one-burst"),
        pytest.param(PATTERN_C, 116.364, 0.777, id="and-singles"),
        pytest.param([100, 300, 700], 0, 0.768, id="singles-only"),
    ],
)
def test_densities_in_units_of_the_wire(lost: list[int], burst: float, gap: float) -> None:
    """In the RTCP XR block densities are 256ths."""
    result = figures(1000, lost)

    assert result.burst_density * 256 == pytest.approx(burst, abs=0.0005)
    assert result.gap_density * 256 == pytest.approx(gap, abs=0.0005)


def test_no_packets() -> None:
    """Where there is nothing to divide by, the figures are 0."""
    assert figures(0, []) == BurstGap(0, 0, 0, 0)


@given(sequence=st.lists(st.sampled_from([False] * 9 + [True]), max_size=400))
def test_bounds(sequence: list[bool]) -> None:
    """What is in bursts and what is in gaps adds up, and each kind has the density it must have."""
    counts = count_bursts(sequence)
    result = figures(len(sequence), [at for at, is_lost in enumerate(sequence) if is_lost])

    assert result == pytest.approx(burst_gap(counts, packet_s=PACKET_S))
    assert counts.burst_lost <= counts.lost == sum(sequence)
    # A burst ends with a loss, and at most 15 received packets come before each but the first.
    assert counts.bursts == 0 or 2 / 17 <= result.burst_density <= 1
    # Losses in a gap have 16 received packets between them, but none at the edges of the stream.
    singles = counts.lost - counts.burst_lost
    gap_packets = counts.packets - counts.burst_packets
    assert gap_packets >= singles + 16 * (singles - 1 - counts.bursts)
    total_s = result.burst_duration_s * counts.bursts + result.gap_duration_s * counts.gaps
    assert total_s == pytest.approx(len(sequence) * PACKET_S)
