"""What a receiver lost, by its own reports."""

from __future__ import annotations

import pytest

from qos_exporter.protocols.rtcp import ReceptionReport
from qos_exporter.reports.loss import Loss
from qos_exporter.reports.reception import Reception
from qos_exporter.reports.tap import TapCount
from tests.reports.blocks import BLIND, SECOND_NS, block, tap

Reports = list[tuple[ReceptionReport, TapCount]]


def heard(
    reports: Reports, *, from_start: bool = False, every_ns: int = 5 * SECOND_NS
) -> Reception:
    """Take reports in, five seconds apart unless told otherwise."""
    reception = Reception()
    for index, (each, count) in enumerate(reports):
        reception.take(each, count, now_ns=index * every_ns, from_start=from_start)
    return reception


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        pytest.param([], None, id="no-report"),
        pytest.param([(block(5000, 40), BLIND)], None, id="one-report-is-a-baseline"),
        pytest.param(
            [(block(5000, 40), BLIND), (block(5250, 45), BLIND)], Loss(250, 5), id="a-difference"
        ),
        pytest.param(
            [(block(100, -2), BLIND), (block(350, 3), BLIND)],
            Loss(250, 5),
            id="from-below-zero",
        ),
        pytest.param(
            [(block(100, 3), BLIND), (block(350, -1), BLIND)], Loss(250, -4), id="duplicates-only"
        ),
        pytest.param(
            [(block(0xFFFFFFF0, 7), BLIND), (block(0xE4, 9), BLIND)],
            Loss(244, 2),
            id="extended-number-wraps",
        ),
        pytest.param(
            [(block(100, 0x7FFFFE), BLIND), (block(350, -0x800000), BLIND)],
            Loss(250, 2),
            id="cumulative-loss-wraps-in-24-bits",
        ),
        pytest.param(
            [(block(100, 900), BLIND), (block(350, 0), BLIND), (block(600, 5), BLIND)],
            Loss(250, 5),
            id="cumulative-loss-begins-again",
        ),
        pytest.param(
            [(block(100, 0), BLIND), (block(350, 50), BLIND), (block(600, 0), BLIND)],
            Loss(250, 50),
            id="cumulative-loss-begins-again-within-what-was-sent",
        ),
        pytest.param(
            [(block(100, 0), BLIND), (block(350, 50), BLIND), (block(600, 42), BLIND)],
            Loss(500, 42),
            id="what-was-lost-came-late",
        ),
        pytest.param(
            [(block(100, 0), BLIND), (block(350, 20), BLIND), (block(600, -230), BLIND)],
            Loss(500, -230),
            id="everything-comes-twice",
        ),
        pytest.param(
            [(block(70000, 9), BLIND), (block(300, 1), BLIND), (block(550, 3), BLIND)],
            Loss(250, 2),
            id="receiver-begins-again",
        ),
        pytest.param(
            [(block(500, 5), BLIND), (block(490, 4), BLIND), (block(750, 9), BLIND)],
            Loss(250, 4),
            id="a-report-out-of-order-is-passed-over",
        ),
        pytest.param(
            [(block(1000, 9), tap(250)), (block(41000, 1), tap(500)), (block(41250, 3), tap(750))],
            Loss(250, 2),
            id="sender-begins-again-higher-up",
        ),
        pytest.param(
            [(block(1000, 0), tap(250)), (block(11000, 40), tap(10250))],
            Loss(10000, 40),
            id="reports-were-missed-for-long",
        ),
        pytest.param(
            [(block(1000, 0), BLIND), (block(11000, 40), BLIND)],
            Loss(10000, 40),
            id="a-stream-that-does-not-pass-the-tap",
        ),
    ],
)
@pytest.mark.pitfall(53, 54)
def test_losses_are_differences_of_what_is_reported(
    reports: Reports, expected: Loss | None
) -> None:
    """The first report is the baseline, and a counter that jumps is a new one."""
    assert heard(reports).loss == expected


def test_the_first_report_counts_where_the_stream_was_followed_from_its_first_packet() -> None:
    """Ten of the 250 packets that had passed were lost, so says the first report already."""
    reports = [(block(1249, 10), tap(253, behind=3))]

    assert heard(reports, from_start=True).loss == Loss(250, 10)


def test_an_impossible_first_report_is_only_a_baseline() -> None:
    """More losses than packets: the receiver counts from a time before ours."""
    reports = [(block(1249, 400), tap(250)), (block(1499, 401), tap(500))]

    assert heard(reports, from_start=True).loss == Loss(250, 1)


@pytest.mark.pitfall(68)
def test_a_receiver_that_has_heard_nothing_lost_everything() -> None:
    """Its highest number is 0 and it admits to one lost packet, after a thousand were sent."""
    assert heard([(block(0, 1), tap(1000))]).loss == Loss(1000, 1000)


def test_a_receiver_is_given_time_for_its_first_packet() -> None:
    """A report that went out before the first packets arrived says nothing about them."""
    assert heard([(block(0, 0), tap(10))]).loss is None


@pytest.mark.pitfall(69)
def test_a_receiver_whose_number_stands_still_loses_what_passes() -> None:
    """250 more packets have passed the tap, and the report says what the one before it said."""
    reports = [(block(1249), tap(250)), (block(1249), tap(500)), (block(1249), tap(750))]

    reception = heard(reports)

    assert reception.loss == Loss(500, 500)
    assert reception.is_deaf


def test_what_stood_still_is_not_counted_twice_when_the_number_moves_on() -> None:
    """The receiver then says itself that it lost 250 of the 500 packets."""
    reports = [
        (block(1249, 0), tap(250)),
        (block(1249, 0), tap(500)),
        (block(1749, 250), tap(750)),
    ]

    reception = heard(reports)

    assert reception.loss == Loss(500, 250)
    assert not reception.is_deaf


@pytest.mark.parametrize(
    ("second", "every_ns"),
    [
        pytest.param(tap(250), 5 * SECOND_NS, id="sender-is-silent"),
        pytest.param(tap(270), 5 * SECOND_NS, id="packets-are-on-their-way"),
        pytest.param(tap(500), SECOND_NS // 2, id="reports-follow-each-other-closely"),
    ],
)
def test_a_number_that_stands_still_for_a_reason_is_no_loss(
    second: TapCount, every_ns: int
) -> None:
    """A call on hold has nothing to receive, and some packets are always under way."""
    reports = [(block(1249), tap(250)), (block(1249), second)]

    assert heard(reports, every_ns=every_ns).loss is None


def test_a_receiver_that_begins_to_hear_keeps_what_it_missed() -> None:
    """A thousand packets before it heard the first, then two of 250."""
    reports = [(block(0, 0), tap(1000)), (block(2000, 0), tap(1000)), (block(2250, 2), tap(1250))]

    assert heard(reports).loss == Loss(1250, 1002)


def test_what_was_guessed_stays_where_the_receiver_begins_again() -> None:
    """It was deaf to 250 packets, and its new count does not speak of them."""
    reports = [
        (block(1249, 900), tap(250)),
        (block(1249, 900), tap(500)),
        (block(1499, 0), tap(750)),
        (block(1749, 5), tap(1000)),
    ]

    assert heard(reports).loss == Loss(500, 255)


@pytest.mark.parametrize(
    ("passed", "after_ns", "expected"),
    [
        pytest.param(25, SECOND_NS, Loss(25, 25), id="half-a-second-of-speech-in-a-second"),
        pytest.param(24, SECOND_NS, None, id="fewer-may-be-on-their-way"),
        pytest.param(25, SECOND_NS - 1, None, id="too-soon"),
    ],
)
def test_when_a_number_that_stands_still_means_that_nothing_arrives(
    passed: int, after_ns: int, expected: Loss | None
) -> None:
    """25 packets have to pass, and a second, before the same number again is an outage."""
    began_ns = 60 * SECOND_NS
    reception = Reception()
    reception.take(block(249), tap(250), now_ns=began_ns, from_start=False)

    reception.take(block(249), tap(250 + passed), now_ns=began_ns + after_ns, from_start=False)

    assert reception.loss == expected
    assert reception.is_deaf is (expected is not None)
