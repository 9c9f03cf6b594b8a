"""Windows: what happened in ten seconds (or another length) of a stream."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.dataplane.comparison import (
    COMPARISON,
    Tap,
    announce_all,
    taps,
)
from tests.dataplane.harness import Harness, kernel_settings

SUMMED = {
    name: name
    for name in (
        "expected",
        "received",
        "duplicate",
        "reordered",
        "discarded",
        "concealed_s",
        "severely_concealed_s",
        "bytes",
        "media_ns",
    )
} | {"lost": "lost_for_good"}
"""Columns of the totals, and those of the windows that add up to them."""


@COMPARISON
@given(tap=taps(), window_s=st.sampled_from([1, 2, 10]))
def test_windows_add_up(tap: Tap, window_s: int) -> None:
    """Everything that the windows of a stream tell adds up to its totals."""
    harness = Harness(kernel_settings(window_ns=window_s * 1_000_000_000))
    announce_all(harness)
    harness.packets(tap)
    harness.finish()
    rows = harness.window_rows()
    for slot, _ in harness.started:
        totals = harness.kernel.totals([slot])[0]
        own = rows[rows["slot"] == slot]
        assert {total: int(own[column].sum()) for total, column in SUMMED.items()} == {
            total: int(totals[total]) for total in SUMMED
        }
        for histogram in ("delay_variation_histogram", "loss_run_histogram"):
            assert np.array_equal(own[histogram].sum(axis=0), totals[histogram])
        assert own["jitter_max_s"].max() == totals["jitter_max_s"]
        assert own["delay_variation_max_s"].max() == totals["delay_variation_max_s"]
