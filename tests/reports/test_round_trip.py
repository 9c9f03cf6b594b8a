"""Round trips between the tap and a receiver."""

from __future__ import annotations

import pytest

from qos_exporter.net import Endpoint
from qos_exporter.reports.call_round_trip import FRESH_NS, CallRoundTrip, Leg, TripSource
from qos_exporter.reports.passed_stamps import KEPT
from qos_exporter.reports.round_trip import Rejection, TimestampLog, rejection_of
from qos_exporter.reports.stun_trips import StunTrips

ALICE = Endpoint("192.0.2.1", 5005)
BOB = Endpoint("198.51.100.2", 6005)
RELAY = Endpoint("203.0.113.9", 7005)
MILLISECOND_NS = 1_000_000
SECOND_NS = 1_000_000_000
SSRC = 0xA11CE


@pytest.mark.parametrize(
    ("leg_ns", "expected"),
    [
        pytest.param(-1, Rejection.NOT_POSITIVE, id="negative"),
        pytest.param(0, Rejection.NOT_POSITIVE, id="zero"),
        pytest.param(1, None, id="short"),
        pytest.param(10 * SECOND_NS, None, id="ten-seconds"),
        pytest.param(10 * SECOND_NS + 1, Rejection.TOO_LONG, id="longer"),
        pytest.param(65_535_990 * MILLISECOND_NS, Rejection.TOO_LONG, id="wrapped-around"),
    ],
)
@pytest.mark.pitfall(59)
def test_a_leg_that_cannot_be_is_not_believed(leg_ns: int, expected: Rejection | None) -> None:
    """Legs are positive and at most ten seconds long."""
    assert rejection_of(leg_ns) == expected


@pytest.mark.pitfall(57)
def test_a_quoted_time_stamp_tells_when_it_passed() -> None:
    """A clock that stands in 1975 serves as well as any other."""
    log = TimestampLog(10)
    long_ago = (5 * 365 * 86400 & 0xFFFF) << 16
    log.note(SSRC, long_ago, src=ALICE, dst=BOB, at_ns=7)

    assert log.when(SSRC, long_ago, src=BOB, dst=ALICE) == 7


def test_an_unknown_time_stamp_tells_nothing() -> None:
    """Neither one that was not sent, nor one that somebody else sent."""
    log = TimestampLog(10)
    log.note(SSRC, 1, src=ALICE, dst=BOB, at_ns=7)

    assert log.when(SSRC, 2, src=BOB, dst=ALICE) is None
    assert log.when(SSRC + 1, 1, src=BOB, dst=ALICE) is None


@pytest.mark.pitfall(58)
def test_behind_a_relay_the_time_of_the_own_way_counts() -> None:
    """A relay sends the same time stamp on, and each receiver answers on its own way."""
    log = TimestampLog(10)
    log.note(SSRC, 1, src=ALICE, dst=RELAY, at_ns=100)
    log.note(SSRC, 1, src=RELAY, dst=BOB, at_ns=300)

    assert log.when(SSRC, 1, src=BOB, dst=RELAY) == 300
    assert log.when(SSRC, 1, src=RELAY, dst=ALICE) == 100


def test_a_source_that_is_silent_is_forgotten() -> None:
    """Five minutes after its last time stamp nothing is left of a source, and all of the others."""
    log = TimestampLog(10)
    for ssrc, at_s in ((SSRC, 0), (SSRC + 1, 0), (SSRC + 1, 200)):
        log.note(ssrc, at_s + 1, src=ALICE, dst=BOB, at_ns=at_s * SECOND_NS)
    log.expire(299 * SECOND_NS)
    assert log.when(SSRC, 1, src=BOB, dst=ALICE) == 0
    log.expire(300 * SECOND_NS)

    assert len(log) == 1
    assert log.when(SSRC, 1, src=BOB, dst=ALICE) is None
    assert log.when(SSRC + 1, 1, src=BOB, dst=ALICE) == 0
    assert log.when(SSRC + 1, 201, src=BOB, dst=ALICE) == 200 * SECOND_NS


def test_an_answer_from_an_address_behind_nat_finds_the_only_way() -> None:
    """The report comes from an address to which the time stamp was not sent."""
    log = TimestampLog(10)
    log.note(SSRC, 1, src=ALICE, dst=BOB, at_ns=100)

    assert log.when(SSRC, 1, src=RELAY, dst=ALICE) == 100


def test_a_report_that_quotes_its_own_time_stamp_finds_nothing() -> None:
    """Some devices fill their report in from what they sent themselves."""
    log = TimestampLog(10)
    log.note(SSRC, 1, src=ALICE, dst=BOB, at_ns=100)

    assert log.when(SSRC, 1, src=ALICE, dst=BOB) is None


def test_a_time_stamp_that_was_captured_twice_passed_when_it_passed_first() -> None:
    """The second sighting is the same packet."""
    log = TimestampLog(10)
    log.note(SSRC, 1, src=ALICE, dst=BOB, at_ns=100)
    log.note(SSRC, 1, src=ALICE, dst=BOB, at_ns=103)

    assert log.when(SSRC, 1, src=BOB, dst=ALICE) == 100


@pytest.mark.pitfall(57)
def test_a_clock_that_stands_still_serves_as_well() -> None:
    """Every report has the same time stamp; who quotes it means the last one."""
    log = TimestampLog(10)
    for at_s in (0, 5, 10):
        log.note(SSRC, 1, src=ALICE, dst=BOB, at_ns=at_s * SECOND_NS)

    assert log.when(SSRC, 1, src=BOB, dst=ALICE) == 10 * SECOND_NS


def test_the_log_is_bounded() -> None:
    """Old time stamps of a source go, and so does the source that was silent the longest."""
    log = TimestampLog(2)
    for stamp in range(KEPT + 1):
        log.note(SSRC, stamp, src=ALICE, dst=BOB, at_ns=stamp)
    assert log.when(SSRC, 0, src=BOB, dst=ALICE) is None

    for ssrc in (SSRC + 1, SSRC + 2):
        log.note(ssrc, 1, src=ALICE, dst=BOB, at_ns=100)

    assert len(log) == 2
    assert log.when(SSRC, KEPT, src=BOB, dst=ALICE) is None


def test_an_answer_tells_the_leg_to_the_answerer() -> None:
    """The request passed, and 40 ms later its answer came back."""
    trips = StunTrips()
    trips.ask(b"a" * 12, src=ALICE, dst=BOB, at_ns=0)

    leg_ns = trips.answer(b"a" * 12, src=BOB, dst=ALICE, at_ns=40 * MILLISECOND_NS)

    assert leg_ns == 40 * MILLISECOND_NS


def test_an_answer_from_elsewhere_tells_nothing() -> None:
    """Transaction numbers are chosen by each party for itself."""
    trips = StunTrips()
    trips.ask(b"a" * 12, src=ALICE, dst=BOB, at_ns=0)

    assert trips.answer(b"a" * 12, src=RELAY, dst=ALICE, at_ns=1) is None
    assert trips.answer(b"b" * 12, src=BOB, dst=ALICE, at_ns=1) is None


def test_a_request_that_was_sent_again_is_not_timed() -> None:
    """Nobody knows which of the two is answered."""
    trips = StunTrips()
    trips.ask(b"a" * 12, src=ALICE, dst=BOB, at_ns=0)
    trips.ask(b"a" * 12, src=ALICE, dst=BOB, at_ns=SECOND_NS // 2)

    assert trips.answer(b"a" * 12, src=BOB, dst=ALICE, at_ns=SECOND_NS) is None


def test_a_request_that_was_captured_twice_is_timed_from_the_first_sighting() -> None:
    """A mirror shows both sides of a port, microseconds apart."""
    trips = StunTrips()
    trips.ask(b"a" * 12, src=ALICE, dst=BOB, at_ns=0)
    trips.ask(b"a" * 12, src=ALICE, dst=BOB, at_ns=3000)

    assert trips.answer(b"a" * 12, src=BOB, dst=ALICE, at_ns=5000) == 5000


def test_open_requests_are_bounded() -> None:
    """The oldest goes."""
    trips = StunTrips(limit=1)
    trips.ask(b"a" * 12, src=ALICE, dst=BOB, at_ns=0)
    trips.ask(b"b" * 12, src=ALICE, dst=BOB, at_ns=1)

    assert len(trips) == 1
    assert trips.answer(b"a" * 12, src=BOB, dst=ALICE, at_ns=2) is None


def told(
    trip: CallRoundTrip,
    leg: Leg,
    leg_ms: int,
    *,
    at_s: int,
    source: TripSource = TripSource.RTCP,
    address: str = "192.0.2.1",
) -> float | None:
    """Tell a leg to an address."""
    leg_ns, at_ns = leg_ms * MILLISECOND_NS, at_s * SECOND_NS
    return trip.add(leg, leg_ns, source=source, address=address, at_ns=at_ns)


@pytest.mark.pitfall(58)
def test_one_leg_is_no_round_trip() -> None:
    """The way from the tap to the callee and back is only half of the story."""
    trip = CallRoundTrip()

    assert told(trip, Leg.CALLEE, 80, at_s=0) is None
    assert trip.total.count == 0
    assert trip.legs[Leg.CALLEE, TripSource.RTCP].last == pytest.approx(0.080)


def test_both_legs_add_up() -> None:
    """80 ms on one side and 40 ms on the other."""
    trip = CallRoundTrip()
    told(trip, Leg.CALLEE, 80, at_s=0)

    total_s = told(trip, Leg.CALLER, 40, source=TripSource.STUN, at_s=1)

    assert total_s == pytest.approx(0.120)
    assert trip.total.last == pytest.approx(0.120)


def test_a_leg_that_is_out_of_date_adds_to_nothing() -> None:
    """What it was a minute ago says nothing of now."""
    trip = CallRoundTrip()
    told(trip, Leg.CALLEE, 80, at_s=0)

    late = told(trip, Leg.CALLER, 40, at_s=FRESH_NS // SECOND_NS + 1)

    assert late is None
    assert trip.current_s(FRESH_NS + SECOND_NS) is None


@pytest.mark.pitfall(58)
@pytest.mark.parametrize("source", [TripSource.RTCP, TripSource.STUN])
def test_the_leg_to_a_relay_is_not_that_to_the_party_behind_it(source: TripSource) -> None:
    """A relay a millisecond away answers in its own name, the party behind it after 80 ms."""
    trip = CallRoundTrip()
    told(trip, Leg.CALLER, 40, at_s=0)
    told(trip, Leg.CALLEE, 80, at_s=1)

    told(trip, Leg.CALLEE, 1, at_s=2, source=source, address=RELAY.address)

    assert trip.current_s(2 * SECOND_NS) == pytest.approx(0.120)
    assert trip.legs[Leg.CALLEE, TripSource.RTCP].last == pytest.approx(0.080)


def test_a_leg_may_become_shorter() -> None:
    """Of one address the latest leg counts."""
    trip = CallRoundTrip()
    told(trip, Leg.CALLER, 40, at_s=0)
    told(trip, Leg.CALLEE, 80, at_s=1)

    assert told(trip, Leg.CALLEE, 30, at_s=2) == pytest.approx(0.070)


def test_a_party_that_is_heard_no_more_leaves_the_leg_to_the_other_address() -> None:
    """A minute after the far one was heard the near one counts."""
    trip = CallRoundTrip()
    told(trip, Leg.CALLEE, 80, at_s=0)
    told(trip, Leg.CALLER, 40, at_s=60)

    assert told(trip, Leg.CALLEE, 1, at_s=61, address=RELAY.address) == pytest.approx(0.041)


def test_a_round_trip_that_was_told_counts_while_legs_are_missing() -> None:
    """A party says 150 ms; what both legs come to goes before it, even before a later word."""
    trip = CallRoundTrip()
    trip.add_whole(150 * MILLISECOND_NS, at_ns=0)
    assert trip.current_s(0) == pytest.approx(0.150)
    assert trip.total.last == pytest.approx(0.150)
    told(trip, Leg.CALLEE, 80, at_s=1)
    assert trip.current_s(SECOND_NS) == pytest.approx(0.150)

    told(trip, Leg.CALLER, 40, at_s=2)
    trip.add_whole(200 * MILLISECOND_NS, at_ns=3 * SECOND_NS)

    assert trip.current_s(3 * SECOND_NS) == pytest.approx(0.120)
    assert trip.total.last == pytest.approx(0.120)


def test_what_was_told_holds_for_a_minute() -> None:
    """A round trip or a leg is good until its sixty seconds are over."""
    trip = CallRoundTrip()
    trip.add_whole(150 * MILLISECOND_NS, at_ns=0)
    assert trip.current_s(60 * SECOND_NS) == pytest.approx(0.150)
    assert trip.current_s(60 * SECOND_NS + 1) is None

    told(trip, Leg.CALLEE, 80, at_s=0)
    assert trip.is_current(Leg.CALLEE, TripSource.RTCP, 60 * SECOND_NS)
    assert not trip.is_current(Leg.CALLEE, TripSource.RTCP, 60 * SECOND_NS + 1)
    assert told(trip, Leg.CALLER, 40, at_s=60) == pytest.approx(0.120)
