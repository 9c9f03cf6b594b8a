"""Bursts of loss as they are shown: what the definition says of each stream."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from qos_exporter.dataplane.rows import TOTALS
from qos_exporter.monitor.burst_views import loss_bursts
from qos_exporter.snapshot import LossBursts
from tests.oracle.burst_gap import burst_gap, count_bursts


def totals(*streams: list[bool], packet_ns: int = 20_000_000) -> NDArray[np.void]:
    """Give a row for each stream, of which some packets were lost, the first and the last not."""
    rows = np.zeros(len(streams), dtype=TOTALS)
    rows["packet_ns"] = packet_ns
    for row, flags in zip(rows, streams, strict=True):
        counts = count_bursts(flags)
        row["expected"] = counts.packets
        for name in ("lost", "bursts", "burst_packets", "burst_lost"):
            row[name] = getattr(counts, name)
    return rows


def test_pattern_of_two_kinds_of_loss() -> None:
    """A burst of eleven packets with five lost, and three losses apart from it, in 1000 packets."""
    lost = {100, 300, 500, 501, 503, 506, 510, 800}
    (view,) = loss_bursts(totals([number in lost for number in range(1000)]))
    assert view is not None
    assert view.burst_density == pytest.approx(5 / 11)
    assert view.gap_density == pytest.approx(3 / 989)
    assert view.burst_duration_s == pytest.approx(0.220)
    assert view.gap_duration_s == pytest.approx(9.890)


@given(st.lists(st.lists(st.booleans(), max_size=60), max_size=5))
def test_many_streams_at_once_are_as_each_alone(patterns: list[list[bool]]) -> None:
    """Working them out for all streams at once gives what it gives for one."""
    flags = [[False, *pattern, False] for pattern in patterns]
    found = loss_bursts(totals(*flags))
    for each, view in zip(flags, found, strict=True):
        alone = burst_gap(count_bursts(each), packet_s=0.02)
        assert view is not None
        assert view.burst_density == pytest.approx(alone.burst_density)
        assert view.gap_density == pytest.approx(alone.gap_density)
        assert view.burst_duration_s == pytest.approx(alone.burst_duration_s)
        assert view.gap_duration_s == pytest.approx(alone.gap_duration_s)


def test_durations_need_the_media_time_of_a_packet() -> None:
    """Without a clock rate nobody knows how long a packet lasts; densities do not need it."""
    (view,) = loss_bursts(totals([False, True, True, False], packet_ns=0))
    assert view == LossBursts(1.0, 0.0, None, None)


def test_stream_without_packets_has_none() -> None:
    """Where nothing was expected, nothing is said."""
    assert loss_bursts(np.zeros(1, dtype=TOTALS)) == [None]
