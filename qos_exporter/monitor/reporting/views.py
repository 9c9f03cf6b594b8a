"""From what was reported to what is shown of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.reports.fault import Fault, is_faulty, locate
from qos_exporter.snapshot import (
    Reported,
    ReportedQuality,
    ReportedReception,
    ReportedScore,
    RoundTripLeg,
    Spread,
)

if TYPE_CHECKING:
    from qos_exporter.monitor.tracked import TrackedStream
    from qos_exporter.reports.call_round_trip import CallRoundTrip
    from qos_exporter.reports.figures import RunningFigures
    from qos_exporter.reports.quality_reports import LowestFigures, QualityReports
    from qos_exporter.reports.rtcp_reports import RtcpReports
    from qos_exporter.reports.stream_reports import ReportSource, StreamReports


def spread(figures: RunningFigures | LowestFigures | None) -> Spread | None:
    """Show running figures; `None` of none."""
    if figures is None or not figures.count:
        return None
    return Spread(figures.last, figures.mean, figures.max)


def reports_of(stream: TrackedStream) -> Reported | None:
    """Show what was reported of a stream; `None` where nothing was.

    Made anew only after something new was reported: snapshots come more often than reports.
    """
    if stream.shown_reports is None and stream.reports is not None:
        stream.shown_reports = reported_view(stream.reports)
    return stream.shown_reports


def reported_view(reports: StreamReports) -> Reported:
    """Show reports."""
    downstream = None if reports.rtcp is None else reports.rtcp.downstream.loss
    return Reported(
        cname=reports.cname,
        rtcp=None if reports.rtcp is None else reception_view(reports.rtcp),
        quality=tuple(quality_view(source, each) for source, each in reports.quality.items()),
        downstream_loss_ratio=None if downstream is None else downstream.ratio,
    )


def reception_view(rtcp: RtcpReports) -> ReportedReception:
    """Show what receiver reports said."""
    loss = rtcp.reception.loss
    return ReportedReception(
        reports=rtcp.count,
        loss_ratio=rtcp.loss_ratio,
        packets_lost=None if loss is None else loss.lost,
        jitter=spread(rtcp.jitter),
        round_trip_leg=spread(rtcp.round_trip_leg),
    )


def quality_view(source: ReportSource, reports: QualityReports) -> ReportedQuality:
    """Show what a far end worked out; losses are the last word, which speaks of the whole call."""

    def score(name: str) -> ReportedScore | None:
        figures = reports.figures(name)
        return None if figures is None else ReportedScore(figures.last, figures.mean, figures.min)

    def last(name: str) -> float | None:
        figures = reports.figures(name)
        return None if figures is None else figures.last

    lost = last("packets_lost")
    return ReportedQuality(
        source=source.value,
        reports=reports.count,
        loss_ratio=last("loss_ratio"),
        discard_ratio=last("discard_ratio"),
        packets_lost=None if lost is None else int(lost),
        jitter=spread(reports.figures("jitter_s")),
        round_trip=spread(reports.figures("round_trip_s")),
        round_trip_leg=spread(reports.round_trip_leg),
        end_system_delay_s=last("end_system_delay_s"),
        mos_lq=score("mos_lq"),
        mos_cq=score("mos_cq"),
        r_factor=score("r_factor"),
    )


def leg_views(trip: CallRoundTrip | None, now_ns: int) -> tuple[RoundTripLeg, ...]:
    """Show both sides of a call's round trip."""
    if trip is None:
        return ()
    return tuple(
        RoundTripLeg(
            leg.value,
            source.value,
            Spread(figures.last, figures.mean, figures.max),
            trip.is_current(leg, source, now_ns),
        )
        for (leg, source), figures in sorted(trip.legs.items())
    )


def fault_of(
    reported: Reported | None, *, tap_loss_ratio: float, tap_jitter_s: float, is_mixed: bool
) -> Fault:
    """Say on which side of the tap a stream was damaged, by everything counted so far.

    `is_mixed` says that it had packets of several payload types. Then the jitter in reports tells
    nothing: receivers put digits, which repeat an old time stamp, into it, and count on with the
    clock of another codec.
    """
    before = bool(is_faulty(tap_loss_ratio, tap_jitter_s))
    if reported is None or reported.rtcp is None:
        return locate(before=before, after=None)
    jitter = reported.rtcp.jitter
    added_s = None if jitter is None or is_mixed else jitter.mean - tap_jitter_s
    return locate(before=before, after=is_faulty(reported.downstream_loss_ratio, added_s))
