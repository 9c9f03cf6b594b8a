"""Windows: what happened in ten seconds (or another length) of a stream."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from qos_exporter.dataplane.rows import (
    FLAG_COMFORT_NOISE,
    FLAG_ENDED,
    FLAG_RESTARTED,
    FLAG_STOPPED_GAP,
)
from tests.dataplane.comparison import (
    COMPARISON,
    STREAMS,
    Tap,
    announce_all,
    taps,
)
from tests.dataplane.harness import Harness, kernel_settings
from tests.dataplane.scenarios import MS, PACKET_NS, SECOND, START_NS, delayed, speech
from tests.oracle.packet import Packet

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
        assert own["jitter_max_s"].max() == totals["jitter_max_s"]
        assert own["delay_variation_max_s"].max() == totals["delay_variation_max_s"]


def windows_of(packets: list[Packet]) -> NDArray[np.void]:
    """Give the rows of one announced stream's windows of ten seconds."""
    harness = Harness()
    announce_all(harness)
    harness.packets((STREAMS[0], packet) for packet in packets)
    harness.finish()
    return harness.window_rows()


def test_a_row_for_every_ten_seconds() -> None:
    """A stream of 25 s has three windows, which hold what arrived in them."""
    rows = windows_of(speech(range(1250)))

    assert rows["received"].tolist() == [500, 500, 250]
    assert rows["first_ns"].tolist() == [START_NS + n * 10 * SECOND for n in range(3)]
    assert rows["last_ns"].tolist()[:2] == [START_NS + n * 10 * SECOND - PACKET_NS for n in (1, 2)]
    assert [bool(flags & FLAG_ENDED) for flags in rows["flags"]] == [False, False, True]


def test_no_row_for_silence() -> None:
    """A window in which nothing arrived has no row, unless the stream ends in it."""
    packets = speech(range(500)) + delayed(speech(range(1000))[500:], 40 * SECOND)
    rows = windows_of(packets)

    assert rows[rows["received"] > 0]["received"].tolist() == [500, 500]
    assert len(rows) <= 3


def test_loss_belongs_to_its_window() -> None:
    """A hole at the end of a window is its loss, although it is certain only in the next one."""
    rows = windows_of(speech(n for n in range(1000) if n != 490))

    assert rows["lost"].tolist() == [1, 0]
    assert rows["loss_runs"].tolist() == [1, 0]
    assert rows["lost_for_good"].tolist() == [0, 1]
    assert rows["expected"].tolist() == [500, 500]


def test_jitter_belongs_to_its_window() -> None:
    """The greatest jitter and delay variation of a window are of that window only."""
    packets = speech(range(1000))
    packets[100] = delayed(packets[100:101], 15 * MS)[0]
    first, second = windows_of(packets)

    assert first["delay_variation_max_s"] == 0.015
    assert second["delay_variation_max_s"] == 0
    assert first["jitter_max_s"] > 0.0009
    assert second["jitter_max_s"] < 1e-9


@pytest.mark.pitfall(23)
def test_comfort_noise_is_flagged() -> None:
    """A window with comfort noise says so; it does not make the codec change."""
    packets = speech(range(1000))
    packets[100] = replace(packets[100], payload_type=13, payload_length=1)
    first, second = windows_of(packets)

    assert first["flags"] & FLAG_COMFORT_NOISE
    assert not second["flags"] & FLAG_COMFORT_NOISE
    assert (first["payload_type"], first["payload_types_seen"]) == (0, 1)


def test_codec_change_is_counted() -> None:
    """A window in which two codecs were sent says so, and names the one with more packets."""
    packets = speech(range(100)) + speech(range(500), payload_type=8)[100:]
    row = windows_of(packets)[0]

    assert (row["payload_type"], row["payload_types_seen"]) == (8, 2)


@pytest.mark.pitfall(7, 17)
def test_new_beginnings_are_flagged() -> None:
    """A restart and a stop are flags of the window in which they happen."""
    again = delayed(speech(range(40_000, 40_300)), 6 * SECOND)
    restarted = windows_of(speech(range(300)) + again)[0]
    stopped = windows_of(speech(range(300)) + speech(range(1800))[1500:])

    assert restarted["flags"] & FLAG_RESTARTED
    assert not restarted["flags"] & FLAG_STOPPED_GAP
    assert sum(bool(row["flags"] & FLAG_STOPPED_GAP) for row in stopped) == 1
