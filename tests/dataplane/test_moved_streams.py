"""A stream that goes on at another address: NAT has moved it, and nothing counted is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qos_exporter.dataplane.rows import FLAG_RESTARTED, FLAG_STOPPED_GAP
from qos_exporter.net import Endpoint
from tests.dataplane.harness import Harness
from tests.dataplane.scenarios import MS, PACKET_NS, SECOND, START_NS, delayed, speech
from tests.dataplane.traffic import CALLEE, CALLER, StreamId, named

A = StreamId(0xA, CALLER, CALLEE)


@pytest.mark.pitfall(15)
@pytest.mark.parametrize("moved", ["src", "dst"])
def test_address_that_changes(moved: str) -> None:
    """When NAT moves one end, the stream can go on: what got lost meanwhile is its loss."""
    packets = speech(range(100))
    src = Endpoint(CALLER.address, 40_000) if moved == "src" else CALLER
    dst = Endpoint(CALLEE.address, 40_000) if moved == "dst" else CALLEE
    rebound = StreamId(A.ssrc, src, dst)
    harness = Harness()
    harness.packets(named(A, packets[:50]) + named(rebound, packets[52:]))
    slots = harness.slot(A), harness.slot(rebound)
    serial = harness.kernel.totals([slots[0]])[0]["serial"]

    assert harness.kernel.continue_stream(slots[1], slots[0])
    harness.finish()
    row = harness.kernel.totals([slots[1]])[0]
    assert row["serial"] == serial
    assert (row["expected"], row["received"], row["lost"], row["restarts"]) == (100, 98, 2, 0)
    assert harness.kernel.describe(slots[1]).dst == rebound.dst


@pytest.mark.pitfall(15)
def test_everything_counted_goes_on_at_another_address() -> None:
    """What was lost, late, double, too late to play or a new start before the move stays counted.

    50 numbers of which one is lost, one comes twice, two change places and one is 100 ms late; a
    restart whose first packet is ignored; a stop; then two numbers are lost in the move.
    """
    first = speech(range(50))
    numbers = [*range(11), 10, *range(11, 20), 21, 20, *range(22, 30), *range(31, 45)]
    packets = [first[number] for number in numbers] + first[46:]
    packets += delayed([first[45]], 100 * MS)
    for start in (10_000, 11_501):
        begin_ns = packets[-1].arrival_ns + PACKET_NS
        packets += speech(range(start, start + 51), start_ns=begin_ns)
    moved = speech(range(11_554, 11_604), start_ns=packets[-1].arrival_ns + 3 * PACKET_NS)
    rebound = replace(A, src=Endpoint(CALLER.address, 40_000))
    harness = Harness()
    harness.packets(named(A, packets) + named(rebound, moved))
    slot, before = harness.slot(rebound), harness.totals(A)
    assert harness.kernel.continue_stream(slot, harness.slot(A))
    harness.finish()
    row = harness.kernel.totals([slot])[0]

    counts = {
        "expected": 50 + 50 + 51 + 2 + 50,
        "received": 49 + 50 + 51 + 50,
        "lost": 1 + 2,
        "loss_runs": 2,
        "duplicate": 1,
        "reordered": 2,
        "discarded": 1,
        "ignored": 1,
        "restarts": 1,
        "stopped_gaps": 1,
        "bytes": (49 + 1 + 50 + 51 + 50) * 172,
    }
    assert {name: row[name] for name in counts} == counts
    assert row["first_ns"] == START_NS
    assert row["delay_variation_max_s"] == 0.1
    assert row["jitter_max_s"] == before.jitter_max_s > 0.001
    (window,) = harness.window_rows()
    assert window["first_ns"] == START_NS
    assert window["lost_for_good"] == 1 + 2
    assert window["loss_run_histogram"].tolist() == [1, 1] + [0] * 9
    assert window["delay_variation_histogram"].sum() == counts["received"]
    assert window["delay_variation_histogram"][6] == 1  # of 100 ms: above 90, up to 120
    assert window["delay_variation_max_s"] == 0.1
    assert window["jitter_max_s"] == before.jitter_max_s
    assert window["flags"] & FLAG_RESTARTED
    assert window["flags"] & FLAG_STOPPED_GAP


@pytest.mark.parametrize(
    ("lost", "concealed_s", "severely_concealed_s"),
    [
        pytest.param([], 0, 0, id="nothing"),
        pytest.param([30], 1, 0, id="before-the-move"),
        pytest.param([50, 51], 1, 0, id="in-the-move"),
        pytest.param([30, 50, 51], 1, 1, id="60-ms-before-and-in-the-move"),
    ],
)
def test_concealment_goes_on_at_another_address(
    lost: list[int], concealed_s: int, severely_concealed_s: int
) -> None:
    """A listener hears concealment for what is lost around a move; over 50 ms make it severe."""
    packets = [packet for number, packet in enumerate(speech(range(200))) if number not in lost]
    before = 50 - sum(number < 50 for number in lost)
    rebound = replace(A, src=Endpoint(CALLER.address, 40_000))
    harness = Harness()
    harness.packets(named(A, packets[:before]) + named(rebound, packets[before:]))
    slot = harness.slot(rebound)
    assert harness.kernel.continue_stream(slot, harness.slot(A))
    harness.finish()
    row = harness.kernel.totals([slot])[0]

    assert row["lost"] == len(lost)
    assert row["concealed_s"] == concealed_s
    assert row["severely_concealed_s"] == severely_concealed_s


def test_seconds_and_media_before_a_move_stay_counted() -> None:
    """80 ms lost in the first second make it a severe one, also when the stream moves later."""
    packets = [packet for n, packet in enumerate(speech(range(300))) if n not in range(10, 14)]
    rebound = replace(A, src=Endpoint(CALLER.address, 40_000))
    harness = Harness()
    harness.packets(named(A, packets[:196]) + named(rebound, packets[196:]))
    slot = harness.slot(rebound)
    assert harness.kernel.continue_stream(slot, harness.slot(A))
    harness.finish()

    (window,) = harness.window_rows()
    for row in (window, harness.kernel.totals([slot])[0]):
        assert (row["concealed_s"], row["severely_concealed_s"]) == (1, 1)


@pytest.mark.pitfall(15)
@pytest.mark.parametrize(
    ("first_number", "pause_ns", "goes_on"),
    [
        pytest.param(50, PACKET_NS, True, id="next-number"),
        pytest.param(49, PACKET_NS, False, id="same-number"),
        pytest.param(49 + 128, PACKET_NS, True, id="as-far-as-the-reorder-window"),
        pytest.param(49 + 129, PACKET_NS, False, id="further"),
        pytest.param(50, 3 * SECOND, True, id="after-three-seconds"),
        pytest.param(50, 3 * SECOND + 1, False, id="later"),
        pytest.param(50, 0, True, id="at-the-same-moment"),
    ],
)
def test_where_a_stream_may_go_on(first_number: int, pause_ns: int, *, goes_on: bool) -> None:
    """It goes on within three seconds and 128 numbers of where the other fell silent."""
    packets = speech(range(50))
    moved = speech(
        range(first_number, first_number + 20), start_ns=packets[-1].arrival_ns + pause_ns
    )
    rebound = replace(A, dst=Endpoint(CALLEE.address, 40_000))
    harness = Harness()
    harness.packets(named(A, packets) + named(rebound, moved))

    assert harness.kernel.continue_stream(harness.slot(rebound), harness.slot(A)) is goes_on


def test_another_stream_does_not_go_on() -> None:
    """A source that does not begin where the other one ended is not its continuation."""
    rebound = replace(A, dst=Endpoint(CALLEE.address, 40_000))
    harness = Harness()
    harness.packets(
        named(A, speech(range(50))) + named(rebound, delayed(speech(range(100)), 3 * SECOND))
    )

    assert not harness.kernel.continue_stream(harness.slot(rebound), harness.slot(A))
    assert harness.totals(A).expected == 50
