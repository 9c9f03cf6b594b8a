from __future__ import annotations

import pytest

from tests.live.expectations import g711_conversational_mos, g711_mos
from tests.live.telephone_calls import SITES, FarEndPerformance, perform

FORTH, BACK = "caller_to_callee", "callee_to_caller"
TRUTH_TOLERANCE = 0.01
TRIP_TOLERANCE_S = 0.005
"""What telephones may be late in taking a report and in sending one, on average over a call: one
that a busy machine holds up by 10 ms, among some eight reports."""
MACHINE_S = 0.02
"""What a busy machine may add to a delay; the impairers record what it was."""
PLAYOUT_S, FRAME_S = 0.06, 0.02
"""What the exporter adds to half the round trip: its jitter buffer and a packet of G.711."""

pytestmark = [pytest.mark.netns, pytest.mark.live, pytest.mark.slow]


@pytest.fixture(scope="module")
def performance(tmp_path_factory: pytest.TempPathFactory) -> FarEndPerformance:
    return perform(tmp_path_factory.mktemp("far-end"))


@pytest.mark.parametrize(
    ("site", "direction"),
    [(site, direction) for site in SITES for direction in (FORTH, BACK)],
)
def test_losses_show_on_their_side(
    performance: FarEndPerformance, site: str, direction: str
) -> None:
    """What was lost behind the tap shows as that and nowhere else, and likewise what was before."""
    near, far = performance.truth(site, direction)
    first, second = (near, far) if direction == FORTH else (far, near)
    behind = second.loss_ratio - first.loss_ratio
    at_tap = performance.value("voip_call_loss_ratio", site, direction, source="rtp")
    reported = performance.value("voip_call_loss_ratio", site, direction, source="rtcp")
    downstream = performance.value("voip_call_downstream_loss_ratio", site, direction)

    assert at_tap == pytest.approx(first.loss_ratio, abs=0.001)
    assert downstream == pytest.approx(behind, abs=TRUTH_TOLERANCE)
    assert reported == pytest.approx(second.loss_ratio, abs=TRUTH_TOLERANCE)


@pytest.mark.parametrize(
    ("site", "direction", "fault"),
    [
        pytest.param("clean", FORTH, "clean", id="clean"),
        pytest.param("before", FORTH, "before the tap", id="before"),
        pytest.param("before", BACK, "clean", id="before, other direction"),
        pytest.param("behind", FORTH, "after the tap", id="behind"),
        pytest.param("behind", BACK, "clean", id="behind, other direction"),
        pytest.param("both", FORTH, "both", id="both"),
        pytest.param("both", BACK, "after the tap", id="near the caller, on the way to it"),
        pytest.param("distant", BACK, "clean", id="far away"),
    ],
)
def test_fault(performance: FarEndPerformance, site: str, direction: str, fault: str) -> None:
    """The side on which packets were lost is named in words."""
    assert performance.stream(site, direction)["fault"] == fault


@pytest.mark.parametrize(
    ("site", "leg", "delay_s"),
    [
        pytest.param("delayed", "caller", 0.04, id="caller 20 ms away"),
        pytest.param("delayed", "callee", 0.08, id="callee 40 ms away"),
        pytest.param("distant", "callee", 0.3, id="callee 150 ms away"),
    ],
)
def test_legs_of_the_round_trip(
    performance: FarEndPerformance, site: str, leg: str, delay_s: float
) -> None:
    """Each leg is the delay that was added between the tap and that party, there and back."""
    added_s = performance.added_delay_s(site, leg)
    measured = performance.leg(site, leg)

    assert added_s == pytest.approx(delay_s, abs=MACHINE_S)
    assert measured["mean"] == pytest.approx(added_s, abs=TRIP_TOLERANCE_S)


@pytest.mark.parametrize(("site", "delay_s"), [("delayed", 0.12), ("distant", 0.3)])
def test_round_trip(performance: FarEndPerformance, site: str, delay_s: float) -> None:
    """The round trip of a call is the delay that was added on all of its way, there and back."""
    added_s = sum(performance.added_delay_s(site, leg) for leg in ("caller", "callee"))
    measured = performance.calls[site]["round_trip_s"]

    assert added_s == pytest.approx(delay_s, abs=MACHINE_S)
    assert measured["mean"] == pytest.approx(added_s, abs=TRIP_TOLERANCE_S)


@pytest.mark.parametrize("site", ["delayed", "distant"])
def test_gauges_of_the_round_trip(performance: FarEndPerformance, site: str) -> None:
    """The gauges of a call and of its legs show the latest of its round trips."""
    name = "voip_call_round_trip_leg_seconds"
    last_s = {leg: performance.leg(site, leg)["last"] for leg in ("caller", "callee")}
    shown_s = {leg: performance.call_value(name, site, leg=leg, source="rtcp") for leg in last_s}

    assert shown_s == pytest.approx(last_s)
    assert performance.call_value("voip_call_round_trip_seconds", site) == pytest.approx(
        sum(last_s.values())
    )


@pytest.mark.parametrize("site", ["clean", "delayed", "distant"])
@pytest.mark.parametrize("direction", [FORTH, BACK])
def test_delay_lowers_conversational_quality_only(
    performance: FarEndPerformance, site: str, direction: str
) -> None:
    """MOS-CQ is what the E-model says of the delay; MOS-LQ does not know of it."""
    truth = performance.truth(site, direction)[direction == BACK]
    late = int(performance.value("voip_call_packets_discarded_total", site, direction))
    round_trip_s = performance.call_value("voip_call_round_trip_seconds", site)
    one_way_s = round_trip_s / 2 + PLAYOUT_S + FRAME_S
    listening = performance.value("voip_call_mos_lq", site, direction)
    conversational = performance.value("voip_call_mos_cq", site, direction)

    tolerance = 0.03 if late else 0.001
    expected = g711_conversational_mos(truth, discarded=late, one_way_s=one_way_s)
    assert conversational == pytest.approx(expected, abs=tolerance)
    assert listening == pytest.approx(g711_mos(truth, discarded=late), abs=tolerance)


def test_more_delay_is_worse(performance: FarEndPerformance) -> None:
    """The conversation suffers a little from a round trip of 120 ms, audibly from 300 ms."""
    harm = {
        site: performance.value("voip_call_mos_lq", site, FORTH)
        - performance.value("voip_call_mos_cq", site, FORTH)
        for site in ("clean", "delayed", "distant")
    }

    assert harm["clean"] == pytest.approx(0, abs=1e-6)
    assert 0.001 < harm["delayed"] < 0.01
    assert harm["distant"] > 0.1


def test_every_report_found_its_stream(performance: FarEndPerformance) -> None:
    """Nothing was reported about a stream that the exporter did not know, nor left unread."""
    assert performance.scrape.total("qos_exporter_reports_unmatched_total") == 0
    assert performance.scrape.total("qos_exporter_decode_errors_total") == 0
