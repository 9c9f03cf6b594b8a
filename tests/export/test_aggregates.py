"""Aggregates: every family of a group shows its own figure, under the labels of the group."""

from __future__ import annotations

import pytest

from qos_exporter.snapshot import Histogram
from qos_exporter.snapshot.edges import MOS_EDGES
from tests.export.parsed import Samples, samples
from tests.export.snapshots import GROUP, snapshot
from tests.export.variants import replace

LABELS = {
    "codec": "PCMA",
    "scale": "narrowband",
    "src_network": "office",
    "dst_network": "carrier",
    "direction": "caller_to_callee",
}


def observed(total: float, *, edges: int) -> Histogram:
    """One observation in the last bucket, told from others by its sum."""
    return Histogram((*(0,) * edges, 1), total)


# No figure is there twice, so that none can pass for another.
DISTINCT = replace(
    GROUP,
    active_mos_lq_mean=4.2,
    active_mos_lq_min=3.1,
    active_mos_cq_mean=4.0,
    window_mos_lq=observed(4.41, edges=len(MOS_EDGES)),
    window_mos_cq=observed(4.11, edges=len(MOS_EDGES)),
    window_r_factor=observed(93.2, edges=len(GROUP.window_r_factor.counts) - 1),
    window_loss_ratio=observed(0.25, edges=len(GROUP.window_loss_ratio.counts) - 1),
    window_jitter_s=observed(0.6, edges=len(GROUP.window_jitter_s.counts) - 1),
)


@pytest.fixture(scope="module")
def table() -> Samples:
    return samples(replace(snapshot(), groups=(DISTINCT,)))


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("voip_streams_active", 1),
        ("voip_active_mos_lq_mean", 4.2),
        ("voip_active_mos_lq_min", 3.1),
        ("voip_active_mos_cq_mean", 4.0),
        ("voip_active_loss_ratio_mean", 0.01),
        ("voip_active_jitter_seconds_mean", 0.003),
        ("voip_packets_expected_total", 3000),
        ("voip_packets_received_total", 2970),
        ("voip_packets_lost_total", 30),
        ("voip_packets_duplicate_total", 2),
        ("voip_packets_reordered_total", 4),
        ("voip_packets_discarded_total", 6),
        ("voip_bytes_total", 510_000),
        ("voip_concealed_seconds_total", 3),
        ("voip_severely_concealed_seconds_total", 1),
        ("voip_window_mos_lq_sum", 4.41),
        ("voip_window_mos_cq_sum", 4.11),
        ("voip_window_r_factor_sum", 93.2),
        ("voip_window_loss_ratio_sum", 0.25),
        ("voip_window_jitter_seconds_sum", 0.6),
        ("voip_delay_variation_seconds_sum", 4.75),
        ("voip_delay_variation_seconds_count", 2970),
        ("voip_loss_run_packets_sum", 30),
        ("voip_loss_run_packets_count", 25),
    ],
)
def test_families_of_a_group(table: Samples, name: str, number: float) -> None:
    """A figure of a group is found in its own family and with all labels of the group."""
    found = {
        dict(labels).get("source", "rtp"): value
        for (sample, labels), value in table.items()
        if sample == name and set(LABELS.items()) <= labels
    }
    assert found["rtp"] == number
