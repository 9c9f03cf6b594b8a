from __future__ import annotations

import pytest

from tests.live.proxied_call import (
    CALLEE,
    CALLER,
    ProxiedPerformance,
    opposite_of,
    perform,
)

FORTH, BACK = "caller_to_callee", "callee_to_caller"
ENDS = [pytest.param(0, id="to the proxy"), pytest.param(1, id="from the proxy")]
ADDED_S = 0.04
"""The delay between the proxy and the callee, there and back."""
ROUNDED_DOWN = 0.02
"""rtpengine cuts the loss of each report to whole percent, and their mean as well."""
WEIGHTS = 0.02
"""That mean weighs long and short intervals alike, and leaves out the first, without a MOS."""
PUBLISHED = 2
"""Reports of RFC 6035, at the least, of each phone: every ten seconds and at the end."""

pytestmark = [pytest.mark.netns, pytest.mark.softphone, pytest.mark.slow]


@pytest.fixture(scope="module")
def performance(tmp_path_factory: pytest.TempPathFactory) -> ProxiedPerformance:
    return perform(tmp_path_factory.mktemp("proxied"))


@pytest.mark.parametrize("end", ENDS)
def test_loss_on_both_sides(performance: ProxiedPerformance, end: int) -> None:
    """Before and behind a relay of RTCP, what was lost on the rest of the way is downstream."""
    to_proxy, from_proxy = (performance.truth(one) for one in performance.streams(FORTH))
    stream = performance.streams(FORTH)[end]

    assert stream["loss_ratio"] == pytest.approx(to_proxy.loss_ratio, abs=0.001)
    behind = from_proxy.loss_ratio - to_proxy.loss_ratio
    assert stream["downstream_loss_ratio"] == pytest.approx(behind, abs=0.01)
    assert stream["fault"] == "both"


@pytest.mark.parametrize("end", ENDS)
def test_other_direction_is_clean(performance: ProxiedPerformance, end: int) -> None:
    """The direction in which nothing was lost is not accused by reports about the other one."""
    stream = performance.streams(BACK)[end]

    assert stream["loss_ratio"] == 0
    assert stream["downstream_loss_ratio"] == 0
    assert stream["fault"] == "clean"


@pytest.mark.parametrize("end", ENDS)
def test_extended_reports_found_their_direction(performance: ProxiedPerformance, end: int) -> None:
    """The loss in VoIP metrics blocks (RFC 3611) is that of the direction that they are about."""
    forth, back = (performance.streams(way)[end]["reported"]["rtcp_xr"] for way in (FORTH, BACK))
    truth = performance.truth(performance.streams(FORTH)[1])

    assert forth["loss_ratio"] == pytest.approx(truth.loss_ratio, abs=0.01)
    assert back["loss_ratio"] == 0
    assert forth["mos_lq"]["last"] < back["mos_lq"]["last"]


@pytest.mark.parametrize("end", ENDS)
def test_published_reports_found_their_direction(performance: ProxiedPerformance, end: int) -> None:
    """Local metrics (RFC 6035) belong to what a phone received and remote ones to what it sent.

    This phone publishes its loss as a fraction where a percentage is due, hence no comparison.
    """
    forth, back = (performance.streams(way)[end]["reported"]["vq_report"] for way in (FORTH, BACK))

    assert min(forth["reports"], back["reports"]) >= PUBLISHED
    assert forth["loss_ratio"] > 0
    assert back["loss_ratio"] == 0
    assert forth["mos_lq"]["last"] < back["mos_lq"]["last"]


def test_streams_of_the_proxied_call(performance: ProxiedPerformance) -> None:
    """Both directions of the call are seen before and behind the proxy."""
    for direction, sender, receiver in ((FORTH, CALLER, CALLEE), (BACK, CALLEE, CALLER)):
        to_proxy, from_proxy = performance.streams(direction)

        assert to_proxy["src"].startswith(f"{sender}:")
        assert from_proxy["dst"].startswith(f"{receiver}:")


@pytest.mark.parametrize("source", ["rtcp_xr", "vq_report"])
def test_reported_scores_have_families_of_their_own(
    performance: ProxiedPerformance, source: str
) -> None:
    """What phones think of the call is shown beside what was measured, by source and direction."""
    forth, back = (
        performance.value("voip_reported_mos_lq", "caller", direction, source=source)
        for direction in (FORTH, BACK)
    )

    assert 1 <= forth < back <= 5


def test_round_trip_that_phones_report(performance: ProxiedPerformance) -> None:
    """The phones' own round trip is ours, which is the added delay and what they take to answer."""
    ours_s = performance.call["round_trip_s"]["mean"]
    theirs_s = performance.streams(FORTH)[1]["reported"]["rtcp_xr"]["round_trip_s"]

    assert ours_s == pytest.approx(ADDED_S, abs=0.025)
    assert theirs_s["mean"] == pytest.approx(ours_s, abs=0.01)
    assert performance.value(
        "voip_reported_round_trip_seconds", "caller", FORTH, source="rtcp_xr"
    ) == pytest.approx(theirs_s["last"])


@pytest.mark.parametrize("direction", [FORTH, BACK])
def test_relay_was_told_the_same(performance: ProxiedPerformance, direction: str) -> None:
    """From the same reports rtpengine took the same losses and the same round trip.

    To the last count of a phone it adds what it misses itself, from then on, of what that phone
    sends: nothing of the callee's packets, and some of the caller's.
    """
    told = performance.told_by_receiver_of(direction)
    reported = performance.streams(direction)[0]["reported"]["rtcp"]
    added = performance.dropped_at_the_end(performance.streams(opposite_of(direction))[0])

    assert 0 <= told.packets_lost - reported["packets_lost"] <= added
    assert -ROUNDED_DOWN - WEIGHTS <= told.loss_ratio - reported["loss_ratio"] <= WEIGHTS
    assert told.round_trip_s == pytest.approx(performance.call["round_trip_s"]["mean"], abs=0.005)
    assert told.jitter_s == pytest.approx(reported["jitter_s"]["mean"], abs=0.002)


def test_mean_score_of_the_relay_hides_the_direction(performance: ProxiedPerformance) -> None:
    """The one mean MOS in rtpengine's metrics lies between those of the two directions."""
    samples = performance.relay.value("rtpengine_mos_samples_total")
    shown = performance.relay.value("rtpengine_mos_total") / samples
    forth, back = (performance.told_by_receiver_of(direction) for direction in (FORTH, BACK))

    assert forth.mos < shown < back.mos
