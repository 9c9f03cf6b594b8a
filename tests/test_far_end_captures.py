"""Recorded calls whose far ends report, against the impairers' records of what they lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from qos_exporter.analysis import read_capture
from qos_exporter.settings import Settings
from qos_exporter.snapshot import CallView, Reported, ReportedQuality, ReportedScore, StreamView
from tests.live.proxied_call import PROXY
from tests.live.telephone_calls import SITES
from tests.live.truth import StreamTruth, between, read_truth

DATA = Path(__file__).parent / "data"
TELEPHONES, SOFTPHONES = DATA / "far_end_telephones.pcap.gz", DATA / "far_end_softphones.pcap.gz"
FORTH, BACK = "caller_to_callee", "callee_to_caller"
ADDED_S = 0.04
"""The delay between the softphones' proxy and their callee, there and back."""
PACKET_S = 0.02


def read_calls(path: Path) -> dict[str, CallView]:
    snapshot, _, _ = read_capture(path, Settings())
    return {call.caller: call for call in snapshot.calls}


@pytest.fixture(scope="module")
def telephones() -> dict[str, CallView]:
    return read_calls(TELEPHONES)


@pytest.fixture(scope="module")
def softphones() -> CallView:
    return read_calls(SOFTPHONES)["caller"]


def truth_of(name: str, stream: StreamView) -> StreamTruth:
    return between(read_truth(DATA / f"{name}.truth.jsonl.gz"), stream.src, stream.dst)


def towards(call: CallView, direction: str) -> list[StreamView]:
    found = [stream for stream in call.streams if stream.direction == direction]
    return sorted(found, key=lambda stream: stream.src.startswith(f"{PROXY}:"))


def reported(stream: StreamView) -> Reported:
    assert stream.reported is not None
    return stream.reported


def quality(stream: StreamView, source: str) -> ReportedQuality:
    (found,) = (each for each in reported(stream).quality if each.source == source)
    return found


def lost_among_first(truth: StreamTruth, count: int) -> int:
    first = truth.first_and_last[0]
    return count - len({number for number, _ in truth.passed if number < first + count})


@pytest.mark.parametrize(
    ("direction", "tap", "receiver"),
    [pytest.param(FORTH, "near", "far", id="forth"), pytest.param(BACK, "far", "near", id="back")],
)
def test_losses_behind_the_tap_are_those_of_the_record(
    telephones: dict[str, CallView], direction: str, tap: str, receiver: str
) -> None:
    """Of the numbers reported on, exactly those lost between tap and receiver are downstream."""
    (stream,) = towards(telephones["both"], direction)
    said = reported(stream)
    assert said.rtcp is not None
    assert said.rtcp.packets_lost is not None
    assert said.rtcp.loss_ratio is not None
    assert said.downstream_loss_ratio is not None
    expected = round(said.rtcp.packets_lost / said.rtcp.loss_ratio)
    at_tap, in_all = (
        lost_among_first(truth_of(f"far_end_telephones.{segment}", stream), expected)
        for segment in (tap, receiver)
    )

    assert said.rtcp.packets_lost == in_all
    assert round(said.downstream_loss_ratio * expected) == in_all - at_tap
    assert in_all - at_tap > 20


@pytest.mark.parametrize(
    ("site", "direction", "fault"),
    [
        pytest.param("both", FORTH, "both", id="both"),
        pytest.param("both", BACK, "after the tap", id="after"),
        pytest.param("delayed", FORTH, "clean", id="delay is no fault"),
        pytest.param("delayed", BACK, "clean", id="delay is no fault, other direction"),
    ],
)
def test_fault(telephones: dict[str, CallView], site: str, direction: str, fault: str) -> None:
    """The side of the tap on which packets were lost is named in words."""
    assert [stream.fault for stream in towards(telephones[site], direction)] == [fault]


def test_every_telephone_calls_once(telephones: dict[str, CallView]) -> None:
    """Each of the recorded calls is found by the name of the site that made it."""
    assert {"both", "delayed"} == set(telephones) <= set(SITES)


@pytest.mark.parametrize(
    ("leg", "delay_s"),
    [pytest.param("caller", 0.04, id="20 ms away"), pytest.param("callee", 0.08, id="40 ms away")],
)
def test_legs(telephones: dict[str, CallView], leg: str, delay_s: float) -> None:
    """Each leg of the round trip is the delay that was added on its side, there and back."""
    legs = {found.leg: found.figures for found in telephones["delayed"].round_trip_legs}

    assert legs[leg].mean == pytest.approx(delay_s, abs=0.002)


def test_round_trip(telephones: dict[str, CallView]) -> None:
    """The legs add up to the delay of the whole way."""
    round_trip = telephones["delayed"].round_trip

    assert round_trip is not None
    assert round_trip.mean == pytest.approx(0.12, abs=0.002)


@pytest.mark.parametrize("end", [0, 1], ids=["to the relay", "from the relay"])
@pytest.mark.parametrize("source", ["rtcp_xr", "vq_report"])
def test_reports_of_softphones_find_their_direction(
    softphones: CallView, source: str, end: int
) -> None:
    """What phones report in RTCP XR and by SIP belongs to the direction that lost packets."""
    forth, back = (quality(towards(softphones, way)[end], source) for way in (FORTH, BACK))

    assert forth.reports > 0
    assert back.reports > 0
    assert forth.loss_ratio
    assert back.loss_ratio == 0
    assert isinstance(forth.mos_lq, ReportedScore)
    assert isinstance(back.mos_lq, ReportedScore)
    assert forth.mos_lq.last < back.mos_lq.min


@pytest.mark.parametrize("end", [0, 1], ids=["to the relay", "from the relay"])
def test_loss_in_voip_metrics(softphones: CallView, end: int) -> None:
    """The loss in VoIP metrics blocks is that of the whole way, whichever leg they are seen on."""
    truth = truth_of("far_end_softphones", towards(softphones, FORTH)[1])
    loss_ratio = quality(towards(softphones, FORTH)[end], "rtcp_xr").loss_ratio

    assert loss_ratio == pytest.approx(truth.loss_ratio, abs=0.01)


def test_round_trip_that_softphones_tell(softphones: CallView) -> None:
    """What the phones say of the round trip is what the tap measures, but for their own clocks."""
    told = quality(towards(softphones, FORTH)[1], "rtcp_xr").round_trip

    assert softphones.round_trip is not None
    assert told is not None
    assert softphones.round_trip.mean == pytest.approx(ADDED_S, abs=PACKET_S)
    assert told.mean == pytest.approx(softphones.round_trip.mean, abs=0.002)
