"""All that report blocks say of one stream."""

from __future__ import annotations

import pytest

from qos_exporter.reports.loss import Loss
from qos_exporter.reports.rtcp_reports import ReportedWindow, RtcpReports
from tests.reports.blocks import SECOND_NS, block, tap


def take(
    reports: RtcpReports, *args: int, at_s: float, clock_rate: int = 8000, **more: int
) -> None:
    """Take in a block about a stream that the tap saw whole: highest number and loss."""
    highest = args[0]
    reports.take(
        block(*args, **more),
        tap(highest + 1),
        clock_rate=clock_rate,
        now_ns=round(at_s * SECOND_NS),
        from_start=False,
    )


@pytest.mark.pitfall(55)
def test_a_single_report_tells_the_loss_ratio_before_it() -> None:
    """The fraction lost is a number of 256ths."""
    reports = RtcpReports()
    take(reports, 249, 20, fraction=64, at_s=5)

    assert reports.loss_ratio == pytest.approx(0.25)


def test_without_a_report_there_is_no_ratio() -> None:
    """Unknown is absent."""
    assert RtcpReports().loss_ratio is None


@pytest.mark.pitfall(67, 101)
@pytest.mark.parametrize(
    ("clock_rate", "expected"),
    [
        pytest.param(8000, 0.020, id="telephony"),
        pytest.param(48000, 160 / 48000, id="opus"),
        pytest.param(0, None, id="unknown"),
    ],
)
def test_jitter_is_in_ticks_of_the_reported_stream(clock_rate: int, expected: float | None) -> None:
    """160 ticks are 20 ms at 8 kHz; without a clock rate they are nothing."""
    reports = RtcpReports()
    take(reports, 249, jitter_ticks=160, clock_rate=clock_rate, at_s=5)

    jitter_s = reports.jitter.last if reports.jitter.count else None
    assert jitter_s == (None if expected is None else pytest.approx(expected))


def test_a_deaf_receiver_reports_no_jitter() -> None:
    """What it repeats is about packets of long ago."""
    reports = RtcpReports()
    take(reports, 249, jitter_ticks=80, at_s=5)
    reports.take(
        block(249, jitter_ticks=80),
        tap(500),
        clock_rate=8000,
        now_ns=10 * SECOND_NS,
        from_start=False,
    )

    assert reports.jitter.count == 1


@pytest.mark.parametrize(
    ("jitter_ticks", "expected_s"),
    [
        pytest.param(80_000, [10.0], id="ten-seconds"),
        pytest.param(80_001, [], id="more"),
        pytest.param(0xFFFFFFFF, [], id="all-ones"),
    ],
)
def test_a_jitter_that_cannot_be_is_left_out(jitter_ticks: int, expected_s: list[float]) -> None:
    """Time stamps that jump leave one of minutes or hours (RFC 3550 A.8); the loss counts."""
    reports = RtcpReports()
    take(reports, 249, 0, jitter_ticks=jitter_ticks, at_s=5)
    take(reports, 499, 5, jitter_ticks=jitter_ticks, at_s=10)

    assert [reports.jitter.last] * bool(reports.jitter.count) == expected_s
    window = reports.close_window()
    assert (window.loss, window.jitter_s) == (Loss(250, 5), expected_s[0] if expected_s else None)


@pytest.mark.pitfall(73)
def test_the_same_report_again_is_known_as_such() -> None:
    """Captured twice it comes within a second; five seconds later it is a new one."""
    reports = RtcpReports()
    take(reports, 249, 3, at_s=5)

    assert reports.is_repeated(block(249, 3), round(5.5 * SECOND_NS))
    assert not reports.is_repeated(block(249, 3), 10 * SECOND_NS)
    assert not reports.is_repeated(block(250, 3), round(5.5 * SECOND_NS))


def test_a_window_has_what_was_reported_within_it() -> None:
    """Two reports of the second window, 250 packets each: five lost, then one."""
    reports = RtcpReports()
    take(reports, 249, 0, jitter_ticks=800, at_s=5)
    reports.close_window()
    take(reports, 499, 5, jitter_ticks=80, at_s=10)
    take(reports, 749, 6, jitter_ticks=160, at_s=15)

    window = reports.close_window()

    assert (window.loss, window.downstream) == (Loss(500, 6), Loss(500, 6))
    assert window.jitter_s == pytest.approx(0.015)


def test_a_window_without_a_report_has_nothing() -> None:
    """What the window before it had is not said again."""
    reports = RtcpReports()
    take(reports, 249, 0, at_s=5)
    take(reports, 499, 5, at_s=10)
    reports.close_window()

    assert reports.close_window() == ReportedWindow(loss=None, downstream=None, jitter_s=None)


PHONE, PBX = "192.0.2.10", "192.0.2.1"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param(
            [(PHONE, PHONE, 250, 0), (PHONE, PHONE, 500, 5)], Loss(250, 5), id="one-receiver"
        ),
        pytest.param(
            # What the second one lost before is not the stream's; then it is, as far as it goes.
            [
                (PHONE, PHONE, 250, 0), (PHONE, PHONE, 500, 5),
                (PBX, PBX, 750, 700), (PBX, PBX, 1000, 702),
                (PHONE, PHONE, 1250, 505), (PHONE, PHONE, 1500, 506),
            ],
            Loss(250 + 250 + 250, 5 + 2 + 1),
            id="one-after-the-other",
        ),
        pytest.param(
            [
                (PHONE, PHONE, 250, 0), (PBX, PHONE, 100, 90), (PHONE, PHONE, 500, 5),
                (PBX, PHONE, 100, 90), (PHONE, PHONE, 750, 5), (PBX, PHONE, 100, 90),
            ],
            Loss(500, 5),
            id="one-that-tells-of-the-past",
        ),
        pytest.param(
            # It stands still, which by itself would mean that it hears nothing.
            [
                (PBX, PBX, 250, 0), (PBX, PBX, 500, 0), (PBX, PHONE, 500, 0),
                (PHONE, PHONE, 750, 0), (PHONE, PHONE, 1000, 3),
            ],
            Loss(3 * 250, 3),
            id="the-last-word-of-who-received-it",
        ),
        pytest.param(
            [
                (PBX, PHONE, 250, 9), (PHONE, PHONE, 500, 0),
                (PBX, PHONE, 700, 9), (PHONE, PHONE, 750, 1),
            ],
            Loss(250, 1),
            id="who-receives-it-comes-before-others",
        ),
        pytest.param(
            [(PBX, PHONE, 250, 2), ("192.0.2.7", PHONE, 500, 0), ("192.0.2.7", PHONE, 750, 3)],
            Loss(250, 3),
            id="one-after-the-other-behind-a-relay",
        ),
        pytest.param(
            [(PBX, PBX, 250, 2), (PHONE, PHONE, 500, 4), (PHONE, PHONE, 750, 5)],
            Loss(500, 3),
            id="another-address-of-the-same",
        ),
    ],
)  # fmt: skip
def test_only_reports_of_one_receiver_are_compared(
    told: list[tuple[str, str, int, int]], expected: Loss
) -> None:
    """Each is about what that one heard; who receives the stream now counts before others.

    In the order of time: who reports, who receives the stream, and the numbers of the report.
    """
    reports = RtcpReports()
    for index, (reporter, receiver, highest, lost) in enumerate(told):
        if reports.listen_to(reporter, receiver, block(highest, lost)):
            # The tap sees the stream go on, whoever reports.
            reports.take(
                block(highest, lost),
                tap(highest + 1)._replace(expected_now=250 * (index + 1)),
                clock_rate=8000,
                now_ns=5 * index * SECOND_NS,
                from_start=False,
            )

    assert reports.reception.loss == expected
    assert reports.loss_ratio == expected.ratio
