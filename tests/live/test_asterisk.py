"""A call through a real Asterisk, and what its manager interface makes known of it."""

from __future__ import annotations

import pytest

from tests.live.asterisk_call import (
    CALLEE,
    CALLER,
    TALK_S,
    Account,
    AsteriskPerformance,
    perform,
)
from tests.live.asterisk_root import lacking

pytestmark = [pytest.mark.live, pytest.mark.asterisk]

LOSS_TOLERANCE = 0.015
ROUND_TRIP_TOLERANCE_S = 0.010
JITTER_TOLERANCE_S = 0.005
LEGS = [
    pytest.param(CALLER, False, id="from-caller"),
    pytest.param(CALLER, True, id="to-caller"),
    pytest.param(CALLEE, False, id="from-callee"),
    pytest.param(CALLEE, True, id="to-callee"),
]


@pytest.fixture(scope="module")
def performance(tmp_path_factory: pytest.TempPathFactory) -> AsteriskPerformance:
    """Make the call once for all tests."""
    if reason := lacking():
        pytest.skip(reason)
    return perform(tmp_path_factory.mktemp("asterisk"))


@pytest.mark.parametrize(("party", "to_party"), LEGS)
def test_loss_by_the_manager_interface(
    performance: AsteriskPerformance,
    party: str,
    to_party: bool,  # noqa: FBT001 -- a case
) -> None:
    """Without any capture, the loss of each leg and direction is what the impairer caused.

    What the caller's line lost is missing behind Asterisk too: in a native bridge the packets go on
    with their own numbers.
    """
    stream = performance.apart.stream(party, to_party=to_party)
    assert stream["source"] == "ami"
    assert stream["codec"] == "PCMU"
    truth = performance.truth(stream)
    expected = truth.loss_ratio
    if (party, to_party) == (CALLEE, True):
        upstream = performance.apart.stream(CALLER, to_party=False)
        expected = performance.truth(upstream).loss_ratio
    assert stream["loss_ratio"] == pytest.approx(expected, abs=LOSS_TOLERANCE)
    assert stream["packets_expected"] > 0.6 * 50 * TALK_S


@pytest.mark.parametrize(("party", "to_party"), LEGS)
def test_jitter_by_the_manager_interface(
    performance: AsteriskPerformance,
    party: str,
    to_party: bool,  # noqa: FBT001 -- a case
) -> None:
    """Jitter is in the ticks of the codec that Asterisk names."""
    stream = performance.apart.stream(party, to_party=to_party)
    truth = performance.truth(stream)
    mean_s = sum(truth.jitter_s(8000)) / len(truth.jitter_s(8000))
    assert stream["jitter_s"]["mean"] == pytest.approx(mean_s, abs=JITTER_TOLERANCE_S)


@pytest.mark.parametrize("party", [CALLER, CALLEE])
def test_round_trip_by_the_manager_interface(performance: AsteriskPerformance, party: str) -> None:
    """The round trip of each leg is what RTCP really took."""
    trip = performance.apart.calls[party]["round_trip_s"]
    added_s = performance.added_delay_s(party)
    if trip is None:  # what is too short for Asterisk's clock is not shown
        assert added_s < ROUND_TRIP_TOLERANCE_S
        return
    assert trip["mean"] == pytest.approx(added_s, abs=ROUND_TRIP_TOLERANCE_S)


def test_scores_by_the_manager_interface(performance: AsteriskPerformance) -> None:
    """The lossy direction sounds worse than the other, and delay gives a conversational score."""
    apart = performance.apart
    lossy = apart.stream(CALLER, to_party=False)["mos_lq"]["mean"]
    clean = apart.stream(CALLEE, to_party=False)["mos_lq"]["mean"]
    assert lossy < 4.0 < clean
    assert apart.stream(CALLEE, to_party=True)["mos_cq"] is not None


@pytest.mark.parametrize("name", ["beside", "apart"])
def test_one_call(performance: AsteriskPerformance, name: str) -> None:
    """Both exporters show the two legs, and Asterisk's own count of calls is one."""
    account: Account = getattr(performance, name)
    assert account.calls.keys() == {CALLER, CALLEE}
    assert {call["state"] for call in account.calls.values()} == {"ended"}
    (up,) = account.during.samples("qos_exporter_ami_up")
    assert up.value == 1.0
    if name == "apart":
        assert account.during.value("voip_calls_active") == 1.0
    assert account.scrape.value("voip_calls_active") == 0.0


def test_both_exporters_show_the_same_calls(performance: AsteriskPerformance) -> None:
    """The Call-ID that Asterisk tells is the one on the wire."""
    for party in (CALLER, CALLEE):
        beside, apart = performance.beside.calls[party], performance.apart.calls[party]
        assert beside["call_id"] == apart["call_id"]


@pytest.mark.parametrize(("party", "to_party"), LEGS)
def test_capture_and_manager_interface_agree(
    performance: AsteriskPerformance,
    party: str,
    to_party: bool,  # noqa: FBT001 -- a case
) -> None:
    """Beside what was measured stands what Asterisk told of the same stream."""
    measured = performance.beside.stream(party, to_party=to_party)
    told = performance.apart.stream(party, to_party=to_party)
    assert measured["source"] == "rtp"
    assert "ami" in measured["reported"]
    assert measured["ssrc"] == told["ssrc"]
    assert measured["loss_ratio"] == pytest.approx(told["loss_ratio"], abs=LOSS_TOLERANCE)
    call_id = str(performance.beside.calls[party]["call_id"])
    sources = {
        dict(sample.labels)["source"]
        for sample in performance.beside.during.samples("voip_call_loss_ratio", call_id=call_id)
    }
    assert {"rtp", "ami"} <= sources


def test_the_call_detail_record(performance: AsteriskPerformance) -> None:
    """The record holds R of loss and round trip: 100 - (80/10 + 2 * 6) with chance in the loss.

    All three are means over the intervals; the first one has had no round trip yet.
    """
    (record,) = performance.records
    assert (record["src"], record["dst"]) == ("caller", "callee")
    expected = 100 - (float(record["rtt"]) / 10 + 2 * float(record["loss"]))
    assert float(record["r_factor"]) == pytest.approx(expected, abs=1.7)
    assert float(record["rtt"]) == pytest.approx(
        1000 * performance.added_delay_s(CALLEE), abs=1000 * ROUND_TRIP_TOLERANCE_S
    )
    assert 70 < float(record["r_factor"]) < 88
    written = performance.beside.scrape.value("qos_exporter_cdr_writes_total", result="written")
    assert written >= 3
    assert performance.apart.scrape.samples("qos_exporter_cdr_writes_total") == []
