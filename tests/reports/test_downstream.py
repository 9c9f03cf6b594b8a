"""What was lost between the tap and the receiver."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qos_exporter.protocols.rtcp import ReceptionReport
from qos_exporter.reports.downstream import Downstream
from qos_exporter.reports.loss import Loss
from qos_exporter.reports.tap import TapCount
from tests.reports.blocks import BLIND, block, tap

Reports = list[tuple[ReceptionReport, TapCount]]


def compared(reports: Reports, *, from_start: bool = False) -> Loss | None:
    """Take reports in and give the loss behind the tap."""
    downstream = Downstream()
    for each, count in reports:
        downstream.take(each, count, is_deaf=False, from_start=from_start)
    return downstream.loss


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        pytest.param([(block(249, 9), tap(250))], None, id="one-report-is-a-baseline"),
        pytest.param(
            [(block(249, 0), tap(250)), (block(499, 5), tap(500))],
            Loss(250, 5),
            id="all-behind-the-tap",
        ),
        pytest.param(
            [(block(249, 0), tap(250)), (block(499, 5), tap(500, missed=5))],
            Loss(250, 0),
            id="all-before-the-tap",
        ),
        pytest.param(
            [(block(249, 0), tap(250)), (block(499, 8), tap(500, missed=3))],
            Loss(250, 5),
            id="on-both-sides",
        ),
        pytest.param(
            [
                (block(249, 0), tap(250)),
                (block(499, 5), tap(510, missed=15, behind=10, missed_behind=10)),
            ],
            Loss(250, 0),
            id="what-the-report-does-not-speak-of-yet-is-left-out",
        ),
        pytest.param(
            [(block(249, 0), tap(250)), (block(499, 2), tap(500, missed=3))],
            Loss(250, 0),
            id="never-negative",
        ),
        pytest.param(
            [(block(249, 0), tap(250)), (block(499, 5), BLIND), (block(749, 9), tap(750))],
            Loss(500, 9),
            id="a-report-that-cannot-be-placed-is-caught-up-with",
        ),
        pytest.param(
            [(block(249, 0), tap(250)), (block(449, 2), tap(500)), (block(699, 4), tap(750))],
            Loss(250, 2),
            id="receiver-and-tap-speak-of-other-numbers",
        ),
        pytest.param(
            [(block(249, 0), tap(250)), (block(499, 50), tap(500)), (block(749, 0), tap(750))],
            Loss(250, 50),
            id="cumulative-loss-begins-again",
        ),
        pytest.param(
            [(block(249, 0), tap(250)), (block(90, 1), tap(350)), (block(190, 3), tap(450))],
            Loss(100, 2),
            id="receiver-begins-again",
        ),
        pytest.param(
            [(block(0, 0), tap(1)), (block(249, 3), tap(250)), (block(499, 5), tap(500))],
            Loss(250, 2),
            id="what-has-heard-nothing-yet-is-no-baseline",
        ),
    ],
)
def test_loss_behind_the_tap_is_a_difference_over_the_same_numbers(
    reports: Reports, expected: Loss | None
) -> None:
    """The report's loss since the one before it, less what the tap missed of the same numbers."""
    assert compared(reports) == expected


def test_the_first_report_counts_where_the_stream_was_followed_from_its_first_packet() -> None:
    """Of 250 numbers the receiver lost ten, and the tap had missed four of them."""
    assert compared([(block(249, 10), tap(250, missed=4))], from_start=True) == Loss(250, 6)


def test_a_first_report_of_more_losses_than_packets_is_a_baseline() -> None:
    """The receiver counts something else than these 250 packets."""
    assert compared([(block(249, 5000), tap(250))], from_start=True) is None


def test_what_the_tap_missed_before_is_not_taken_off_again() -> None:
    """Of 250 packets that pass a receiver which hears nothing any more the tap missed five."""
    downstream = Downstream()
    downstream.take(block(249, 10), tap(250, missed=10), is_deaf=False, from_start=False)

    downstream.take(block(249, 10), tap(500, missed=15), is_deaf=True, from_start=False)

    assert downstream.loss == Loss(250, 245)


def test_a_receiver_that_begins_again_keeps_what_it_missed_before() -> None:
    """It heard nothing of 250 packets, then starts its numbers anew and loses two of 100."""
    downstream = Downstream()
    downstream.take(block(249, 0), tap(250), is_deaf=False, from_start=False)
    downstream.take(block(249, 0), tap(500), is_deaf=True, from_start=False)
    downstream.take(block(90, 1), tap(510), is_deaf=False, from_start=False)

    downstream.take(block(190, 3), tap(610), is_deaf=False, from_start=False)

    assert downstream.loss == Loss(350, 252)


def test_a_deaf_receiver_loses_all_that_passes_the_tap() -> None:
    """Of 1,000 packets the tap missed ten; the other 990 were lost behind it."""
    downstream = Downstream()

    downstream.take(block(0, 1), tap(1000, missed=10), is_deaf=True, from_start=False)

    assert downstream.loss == Loss(1000, 990)


def test_a_receiver_that_begins_to_hear_keeps_what_it_missed() -> None:
    """990 packets behind the tap before it heard the first, then two of 250."""
    downstream = Downstream()
    downstream.take(block(0, 1), tap(1000, missed=10), is_deaf=True, from_start=False)
    downstream.take(block(2000, 0), tap(1000, missed=10), is_deaf=False, from_start=False)
    downstream.take(block(2250, 2), tap(1250, missed=10), is_deaf=False, from_start=False)

    assert downstream.loss == Loss(1250, 992)


def test_a_receiver_that_hears_again_says_itself_what_it_missed() -> None:
    """While its number stood still 250 packets counted as lost; in truth it was 200."""
    downstream = Downstream()
    downstream.take(block(249, 0), tap(250), is_deaf=False, from_start=False)
    downstream.take(block(249, 0), tap(500), is_deaf=True, from_start=False)
    assert downstream.loss == Loss(250, 250)

    downstream.take(block(549, 200), tap(550), is_deaf=False, from_start=False)

    assert downstream.loss == Loss(300, 200)


def test_what_was_guessed_stays_where_the_receiver_begins_again() -> None:
    """It was deaf to 250 packets, and its new count does not speak of them."""
    downstream = Downstream()
    downstream.take(block(70_000, 9), tap(250), is_deaf=False, from_start=False)
    downstream.take(block(70_000, 9), tap(500), is_deaf=True, from_start=False)
    downstream.take(block(1000, 0), tap(750), is_deaf=False, from_start=False)

    assert downstream.loss == Loss(250, 250)


@given(
    lost_before=st.lists(st.integers(0, 250), max_size=12),
    lost_after=st.lists(st.integers(0, 250), max_size=12),
    lags=st.lists(st.integers(0, 60), max_size=12),
)
def test_what_was_lost_behind_the_tap_is_found_whatever_was_lost_before_it(
    lost_before: list[int], lost_after: list[int], lags: list[int]
) -> None:
    """Every 250 packets some go missing on either side, and the report lags behind the tap."""
    downstream = Downstream()
    downstream.take(block(0x10000), tap(1), is_deaf=False, from_start=False)
    total_before = total_after = 0
    rounds = list(zip(lost_before, lost_after, lags, strict=False))
    for index, (before, after, lag) in enumerate(rounds, start=1):
        after_here = min(after, 250 - before)
        total_before += before
        total_after += after_here
        sent = 250 * index
        downstream.take(
            block(0x10000 + sent, total_before + total_after),
            tap(1 + sent + lag, missed=total_before + lag // 2, behind=lag, missed_behind=lag // 2),
            is_deaf=False,
            from_start=False,
        )

    assert downstream.loss == (Loss(250 * len(rounds), total_after) if rounds else None)
