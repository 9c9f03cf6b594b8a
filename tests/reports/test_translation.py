"""From the formats of reports to figures about streams."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qos_exporter.protocols.rtcp import StatisticsSummary, UnreadBlock, VoipMetrics, XrBlock
from qos_exporter.protocols.rtp_stat import RtpStat, parse_rtp_stat
from qos_exporter.protocols.vq_report import parse_report
from qos_exporter.reports.from_rtcp_xr import quality_by_ssrc
from qos_exporter.reports.from_signalling import from_vq_metrics, received_by, sent_by
from qos_exporter.reports.quality_reports import QualityReport

ALICE, BOB = 0xA11CE, 0xB0B

EMPTY = VoipMetrics(
    ssrc=ALICE,
    loss_rate=0.0,
    discard_rate=0.0,
    burst_density=0.0,
    gap_density=0.0,
    burst_duration_ms=0,
    gap_duration_ms=0,
    round_trip_delay_ms=None,
    end_system_delay_ms=None,
    signal_level_dbm=None,
    noise_level_dbm=None,
    rerl_db=None,
    gmin=16,
    r_factor=None,
    ext_r_factor=None,
    mos_lq=None,
    mos_cq=None,
    rx_config=0,
    jb_nominal_ms=0,
    jb_maximum_ms=0,
    jb_abs_max_ms=0,
)
"""A block whose every score is unavailable."""

FILLED = EMPTY._replace(
    loss_rate=13 / 256,
    discard_rate=5 / 256,
    round_trip_delay_ms=200,
    end_system_delay_ms=140,
    r_factor=85,
    mos_lq=4.3,
    mos_cq=4.2,
)


def summary(*, begin: int, end: int, lost: int | None, ssrc: int = ALICE) -> StatisticsSummary:
    """Make a statistics summary that speaks of losses only."""
    return StatisticsSummary(ssrc, begin, end, lost, *(None,) * 10)


def test_voip_metrics_become_figures_in_seconds_and_ratios() -> None:
    """What the block calls a rate is a ratio here, and milliseconds are seconds."""
    assert quality_by_ssrc([FILLED]) == {
        ALICE: QualityReport(
            loss_ratio=13 / 256,
            discard_ratio=5 / 256,
            round_trip_s=0.2,
            end_system_delay_s=0.14,
            mos_lq=4.3,
            mos_cq=4.2,
            r_factor=85,
        )
    }


@pytest.mark.pitfall(71)
@pytest.mark.parametrize(
    ("blocks", "mos_lq"),
    [
        pytest.param([FILLED, FILLED._replace(mos_lq=1.0)], 4.3, id="first-of-two"),
        pytest.param([EMPTY, FILLED], 4.3, id="behind-an-empty-one"),
        pytest.param([UnreadBlock(9), FILLED], 4.3, id="behind-one-that-is-not-read"),
        pytest.param([EMPTY], None, id="empty-only"),
        pytest.param([EMPTY._replace(mos_lq=3.0), FILLED], 3.0, id="only-mos-lq-is-a-score"),
        pytest.param([EMPTY._replace(mos_cq=3.0), FILLED], None, id="only-mos-cq-is-a-score"),
        pytest.param([EMPTY._replace(r_factor=70), FILLED], None, id="only-r-is-a-score"),
    ],
)
def test_the_first_usable_block_about_a_stream_counts(
    blocks: list[XrBlock], mos_lq: float | None
) -> None:
    """Some phones send a block per decoder, and most of them are empty."""
    assert quality_by_ssrc(blocks)[ALICE].mos_lq == mos_lq


def test_blocks_about_other_streams_are_kept_apart() -> None:
    """One report may be about several sources."""
    found = quality_by_ssrc([FILLED, FILLED._replace(ssrc=BOB, mos_lq=2.0)])

    assert (found[ALICE].mos_lq, found[BOB].mos_lq) == (4.3, 2.0)


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        pytest.param(
            summary(begin=100, end=350, lost=5),
            QualityReport(loss_ratio=0.02, packets_lost=5),
            id="a-range",
        ),
        pytest.param(
            summary(begin=65500, end=214, lost=5),
            QualityReport(loss_ratio=0.02, packets_lost=5),
            id="a-range-that-wraps",
        ),
        pytest.param(
            summary(begin=100, end=350, lost=0),
            QualityReport(loss_ratio=0.0, packets_lost=0),
            id="nothing-lost",
        ),
        pytest.param(
            summary(begin=100, end=110, lost=10),
            QualityReport(loss_ratio=1.0, packets_lost=10),
            id="everything-lost",
        ),
        pytest.param(summary(begin=100, end=350, lost=None), QualityReport(), id="nothing-said"),
        pytest.param(summary(begin=100, end=100, lost=0), QualityReport(), id="an-empty-range"),
        pytest.param(summary(begin=100, end=110, lost=11), QualityReport(), id="impossible"),
    ],
)
def test_a_statistics_summary_tells_losses_of_its_range(
    block: StatisticsSummary, expected: QualityReport
) -> None:
    """The last number of the range is one before its end."""
    assert quality_by_ssrc([block]) == {ALICE: expected}


def test_voip_metrics_go_before_a_statistics_summary() -> None:
    """The two count losses over other spans; one account is enough."""
    found = quality_by_ssrc([summary(begin=100, end=350, lost=50), FILLED])

    assert found[ALICE].loss_ratio == 13 / 256


def test_both_directions_of_a_voice_quality_report_become_figures() -> None:
    """Percentages and milliseconds of RFC 6035, as ratios and seconds."""
    report = parse_report(
        b"VQSessionReport: CallTerm\r\n"
        b"LocalMetrics:\r\n"
        b"PacketLoss:NLR=5.0 JDR=2.0\r\n"
        b"Delay:RTD=200 ESD=140 IAJ=2\r\n"
        b"QualityEst:RLQ=90 RCQ=85 MOSLQ=4.2 MOSCQ=4.3\r\n"
        b"RemoteMetrics:\r\n"
        b"QualityEst:RCQ=80 MOSLQ=3.9\r\n"
    )
    assert report.local is not None
    assert report.remote is not None

    assert dict(from_vq_metrics(report.local).values()) == pytest.approx(
        {
            "loss_ratio": 0.05,
            "discard_ratio": 0.02,
            "jitter_s": 0.002,
            "round_trip_s": 0.2,
            "end_system_delay_s": 0.14,
            "mos_lq": 4.2,
            "mos_cq": 4.3,
            "r_factor": 90,
        }
    )
    assert from_vq_metrics(report.remote) == QualityReport(mos_lq=3.9, r_factor=80)


@pytest.fixture
def stat() -> RtpStat:
    """What a FRITZ!Box says: 990 received, 10 of them lost, 1,000 sent, of which 20 were lost."""
    return parse_rtp_stat("PR=990;PS=1000;PL=10,20")


def test_what_a_phone_received_and_what_it_sent_are_two_reports(stat: RtpStat) -> None:
    """Lost of lost and received; lost of sent."""
    assert received_by(stat) == QualityReport(loss_ratio=0.01, packets_lost=10)
    assert sent_by(stat) == QualityReport(loss_ratio=0.02, packets_lost=20)


def test_a_phone_that_does_not_say_what_it_sent_says_no_ratio(stat: RtpStat) -> None:
    """Twenty packets lost of nobody knows how many."""
    unsure = replace(stat, sent=replace(stat.sent, packets=None))

    assert sent_by(unsure) == QualityReport(packets_lost=20)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param("PS=1000;PR=990", QualityReport(), id="nobody-told-of-losses"),
        pytest.param(
            "PS=10;PR=990;PL=0,20", QualityReport(loss_ratio=1.0, packets_lost=20), id="impossible"
        ),
    ],
)
def test_losses_of_what_a_phone_sent(header: str, expected: QualityReport) -> None:
    """They need a count of losses, and are never more than everything."""
    assert sent_by(parse_rtp_stat(header)) == expected


def test_delay_and_score_of_a_phone_are_of_what_it_received() -> None:
    """DL is its round trip in milliseconds, MOS the score that it gives."""
    stat = parse_rtp_stat("EX=Phone;PS=1000;PR=990;PL=10,20;DL=120;MOS=4.1")
    assert (received_by(stat).round_trip_s, received_by(stat).mos_lq) == (0.12, 4.1)
    assert (sent_by(stat).round_trip_s, sent_by(stat).mos_lq) == (None, None)
