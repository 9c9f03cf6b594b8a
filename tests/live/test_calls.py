from __future__ import annotations

from typing import Protocol

import pytest

from tests.live.expectations import burst_ratio, g711_mos, g722_mos
from tests.live.performance import Performance, perform
from tests.live.truth import StreamTruth

FORTH, BACK = "caller_to_callee", "callee_to_caller"
TRAILING = 3
"""Packets that a callee may send until the BYE, seen by the tap before, has reached it."""
NAMES = ("expected", "received", "lost", "duplicate", "reordered")


class ExpectedMos(Protocol):
    """Works MOS out from a record."""

    def __call__(self, truth: StreamTruth, *, discarded: int) -> float:
        """Count packets that came too late as lost."""


pytestmark = [pytest.mark.netns, pytest.mark.live, pytest.mark.slow]


@pytest.fixture(scope="module")
def performance(tmp_path_factory: pytest.TempPathFactory) -> Performance:
    return perform(tmp_path_factory.mktemp("live"))


@pytest.mark.parametrize(
    ("outcome", "calls"),
    [
        pytest.param("answered", 4, id="four answered"),
        pytest.param("failed", 1, id="one declined"),
        pytest.param("cancelled", 1, id="one given up"),
        pytest.param("partial", 0, id="none joined late"),
    ],
)
def test_outcomes(performance: Performance, outcome: str, calls: int) -> None:
    """Every call is counted once, by what became of it."""
    assert calls == performance.scrape.total("voip_calls_total", outcome=outcome)


@pytest.mark.parametrize(
    ("caller", "codec", "scale", "network"),
    [
        pytest.param("alice", "PCMA", "narrowband", "branch", id="sipp"),
        pytest.param("emil", "PCMU", "narrowband", "home", id="bursts"),
        pytest.param("carla", "G722", "wideband", "office", id="wideband"),
        pytest.param("ivo", "opus", "fullband", "office", id="fullband"),
    ],
)
def test_description(
    performance: Performance, caller: str, codec: str, scale: str, network: str
) -> None:
    """A call is described by its codec and by the networks at both ends."""
    forth, back = performance.info(caller, FORTH), performance.info(caller, BACK)

    assert codec.upper() == forth["codec"].upper() == back["codec"].upper()
    assert scale == forth["scale"] == back["scale"]
    assert (network, "trunk") == (forth["src_network"], forth["dst_network"])
    assert ("trunk", network) == (back["src_network"], back["dst_network"])
    assert forth["state"] == "ended"


@pytest.mark.parametrize("caller", ["alice", "emil", "carla", "ivo"])
def test_packets_that_passed_the_impairer(performance: Performance, caller: str) -> None:
    """Behind the impairer every packet is accounted for exactly as the impairer recorded it."""
    truth = performance.truth(caller, FORTH)
    counted = {
        name: performance.value(f"voip_call_packets_{name}_total", caller, FORTH) for name in NAMES
    }

    assert {name: getattr(truth, name) for name in NAMES} == counted


@pytest.mark.parametrize("caller", ["alice", "emil", "carla", "ivo"])
def test_packets_of_the_other_direction(performance: Performance, caller: str) -> None:
    """What the callee sent lost nothing; only what it sent after the BYE is not counted."""
    truth = performance.truth(caller, BACK)
    lost = performance.value("voip_call_packets_lost_total", caller, BACK)
    received = performance.value("voip_call_packets_received_total", caller, BACK)

    assert truth.lost == 0
    assert lost == 0
    assert truth.received - TRAILING <= received <= truth.received


@pytest.mark.parametrize("name", [*NAMES, "discarded"])
def test_totals_hold_all_calls(performance: Performance, name: str) -> None:
    """The counters over all calls are the sums of those of each call."""
    per_call = performance.scrape.total(f"voip_call_packets_{name}_total")

    assert per_call == performance.scrape.total(f"voip_packets_{name}_total")


@pytest.mark.parametrize("caller", ["alice", "emil"])
def test_loss_of_the_window(performance: Performance, caller: str) -> None:
    """The ratios of a window that is the whole call are those of the record."""
    truth = performance.truth(caller, FORTH)
    loss_ratio = performance.value("voip_call_loss_ratio", caller, FORTH, source="rtp")

    assert loss_ratio == pytest.approx(truth.lost / truth.expected)
    assert loss_ratio > 0.01


def test_bursts(performance: Performance) -> None:
    """Losses in bursts show as a burst ratio above 1, that of the record."""
    measured = performance.value("voip_call_burst_ratio", "emil", FORTH)

    assert measured == pytest.approx(burst_ratio(performance.truth("emil", FORTH)), rel=0.05)
    assert measured > 1.2


@pytest.mark.parametrize(
    ("caller", "expected_mos"),
    [
        pytest.param("alice", g711_mos, id="G.711 with random losses"),
        pytest.param("emil", g711_mos, id="G.711 with bursts"),
        pytest.param("carla", g722_mos, id="G.722"),
    ],
)
@pytest.mark.parametrize("direction", [FORTH, BACK])
def test_mos(
    performance: Performance, caller: str, expected_mos: ExpectedMos, direction: str
) -> None:
    """MOS is what the E-model says of the recorded losses and of what came too late."""
    # On a busy machine telephones are late themselves: a clean call may have a late packet too.
    discarded = performance.value("voip_call_packets_discarded_total", caller, direction)
    expected = expected_mos(performance.truth(caller, direction), discarded=int(discarded))
    measured = performance.value("voip_call_mos_lq", caller, direction)

    assert measured == pytest.approx(expected, abs=0.03 if discarded else 0.001)


def test_impaired_direction_is_the_worse_one(performance: Performance) -> None:
    """Only the direction that the impairer worked on loses quality."""
    for caller in ("alice", "emil"):
        forth = performance.value("voip_call_mos_lq", caller, FORTH)
        back = performance.value("voip_call_mos_lq", caller, BACK)

        assert forth < back - 0.1


def test_jitter(performance: Performance) -> None:
    """The largest jitter is that of RFC 3550 A.8 over the times at which packets left."""
    largest_s = max(performance.truth("alice", FORTH).jitter_s(8000))
    measured_s = performance.value("voip_call_jitter_max_seconds", "alice", FORTH)

    assert measured_s == pytest.approx(largest_s, rel=0.25, abs=0.001)


def test_capture_is_whole(performance: Performance) -> None:
    """The kernel dropped nothing, and the exporter knows that it listens."""
    assert performance.scrape.total("qos_exporter_capture_kernel_drops_total") == 0
    assert performance.scrape.value("qos_exporter_capture_healthy", interface="to-trunk") == 1


def test_reading_changes_nothing(performance: Performance) -> None:
    """A second scrape sees the same calls with the same numbers."""
    for name in ("voip_calls_total", "voip_packets_lost_total", "voip_call_mos_lq"):
        first, again = performance.scrape.samples(name), performance.again.samples(name)

        assert first
        assert first == again
